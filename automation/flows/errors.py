"""What can be wrong with a flow, its text or the state of a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One fault. `path` leads to the place ("steps.2.question.hy"); `line` counts from 1 when the text is at
    hand.
    """

    path: str
    message: str
    line: int | None = None

    def __str__(self) -> str:
        place = self.path or "document"
        return f"line {self.line}, {place}: {self.message}" if self.line else f"{place}: {self.message}"


class FlowError(Exception):
    """Base of everything this package raises."""


class DocumentError(FlowError):
    """The flow document cannot be used; `problems` holds every fault found, not only the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class StateError(FlowError):
    """A stored state does not belong to this flow version or is not one of ours."""
