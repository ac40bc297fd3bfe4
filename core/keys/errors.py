from core.errors import Refused


class BadKey(Refused):
    """The key cannot be made so; `field` names what is wrong."""

    def __init__(self, sentence: str, field: str) -> None:
        super().__init__(sentence)
        self.field = field
