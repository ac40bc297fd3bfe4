"""What can be wrong with a sequence, or with what somebody wants to do with one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import Conflict, Refused


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault; `path` leads to the place ("steps.0.texts.hy")."""

    path: str
    message: str


class BadScript(Refused):
    """The sequence cannot be used as it is; `problems` are all of its faults."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(" ".join(dict.fromkeys(each.message for each in problems)))


class StaleDraft(Conflict):
    """Somebody else saved the draft after the page was made."""


class CannotEnrol(Refused):
    """The lead cannot be put into the sequence."""


class NotUnderWay(Conflict):
    """What was to be changed has happened already, or was stopped."""


class NotNow(Refused):
    """It may not be sent at this moment; the sentence says until when or why."""
