"""What can be wrong with a flow, its text or the state of a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Problem:
    """One fault. `path` leads to the place ("steps.2.question.hy"); `line` counts from 1 when the text is at
    hand, and so does `column`.
    """

    path: str
    message: str
    line: int | None = None
    column: int | None = None

    @property
    def where(self) -> str:
        """Line and column in the reader's words; empty where there is no text."""
        if self.line is None:
            return ""
        at = {"line": self.line, "column": self.column}
        return _("line %(line)d, column %(column)d") % at if self.column else _("line %(line)d") % at

    def __str__(self) -> str:
        place = ", ".join(filter(None, (self.where, self.path))) or _("document")
        return f"{place}: {self.message}"


class FlowError(Exception):
    """Base of everything this package raises."""


class DocumentError(FlowError):
    """The flow document cannot be used; `problems` holds every fault found, not only the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class StateError(FlowError):
    """A stored state does not belong to this flow version or is not one of ours."""
