from __future__ import annotations

from core.errors import Refused
from crm.errors import StaleEdit


class BadView(Refused):
    """The view cannot be saved so: `field` says which part, `path` the place in its filter ("all[0].value"), `code` is
    stable.
    """

    def __init__(self, sentence: str, *, field: str, path: str = "", code: str = "bad_value") -> None:
        super().__init__(sentence)
        self.field = field
        self.path = path
        self.code = code


class BrokenView(Refused):
    """The filter of a saved view asks for something that is gone: nobody can say which leads it means."""


class NotYourView(Refused):
    """A shared view is changed by its owner, a manager or an admin."""


class StaleView(StaleEdit):
    """Somebody else saved the view after it was opened."""
