from core.errors import Conflict


class OnItsWay(Conflict):
    """The message can no longer be taken back or changed."""
