from automation.tryout.operations.playing import play

__all__ = ["play"]
