"""Which questions a flow asks, and at which step; pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from automation.articles.values import HELPED, ArticleStep
from automation.flows.script import (
    GOAL,
    NUMBER,
    SEND,
    TIME,
    AskStep,
    FlowDocument,
    LookUpStep,
    MenuStep,
    OfferStep,
    QuoteStep,
    Step,
)
from automation.flows.service import WORKED, TroubleshootStep


@dataclass(frozen=True, slots=True)
class Place:
    """A question at its step. `target` names it as in `RunState.asked`; `family`: what further questions of the same
    step begin with, "" where there are none.
    """

    step: str
    target: str
    family: str = ""

    def holds(self, pending: str) -> bool:
        return pending == self.target or (bool(self.family) and pending.startswith(self.family))


_FAMILIES: dict[type[Step], str] = {
    OfferStep: TIME,
    QuoteStep: SEND,
    LookUpStep: NUMBER,
    TroubleshootStep: f"{WORKED}1",
    ArticleStep: HELPED,
}
"""Steps that put questions of their own, by the first of them."""


def places(document: FlowDocument) -> tuple[Place, ...]:
    """Every question once, in the order of the script."""
    found: dict[str, Place] = {}
    for place in _all(document):
        found.setdefault(place.target, place)
    return tuple(found.values())


def _all(document: FlowDocument) -> Iterator[Place]:
    for step in document.steps.values():
        if isinstance(step, AskStep):
            yield Place(step.id, step.target)
        elif isinstance(step, MenuStep):
            yield Place(step.id, GOAL)
        elif first := _FAMILIES.get(type(step)):
            yield Place(step.id, first, f"{first.split('.')[0]}.")
