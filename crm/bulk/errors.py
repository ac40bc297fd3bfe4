from typing import Any

from core.errors import Refused
from crm.bulk.enums import Reason


class BadBulk(Refused):
    """What should be done cannot be done to any lead; `path` names the part at fault."""

    def __init__(self, sentence: str, path: str = "") -> None:
        super().__init__(sentence)
        self.path = path


class TooManyLeads(Refused):
    """More than one change may take hold of."""


class NothingChosen(Refused):
    """No lead is left of what was chosen."""


class TooLateToUndo(Refused):
    """The time for it is over, it has not ended yet, or it was undone already."""


class NotNow(Exception):
    """One lead is left as it is. `told` are the parts of the sentence that says why."""

    def __init__(self, reason: Reason, told: dict[str, Any] | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.told = told or {}
