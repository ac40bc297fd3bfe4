"""A playbook as values: what its folder says (docs/playbooks.md). Pure."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from automation.flows.script import FlowDocument
from automation.flows.wording import Texts

COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
KPIS = (
    "first_response_minutes",
    "qualified_share",
    "show_up_share",
    "quote_minutes",
    "solved_alone_share",
    "reactivated_share",
)
"""What a playbook may be measured by: minutes are medians, shares are percentages, all of 30 days."""


@dataclass(frozen=True, slots=True)
class Target:
    """Which figure a playbook is to move, and where to: `first_response_minutes < 2`."""

    kpi: str
    comparison: str
    value: float

    def met_by(self, figure: float) -> bool:
        return COMPARISONS[self.comparison](figure, self.value)


@dataclass(frozen=True, slots=True)
class Needs:
    """What the company must have for the playbook to do all that it says: something to book, something with a price,
    criteria of its own. Without it the flow passes the step over.
    """

    services: bool = False
    products: bool = False
    orders: bool = False
    payments: bool = False
    criteria: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ShippedCriterion:
    key: str
    name: Texts
    values: Mapping[str, Any]
    """The other fields of crm.qualification.operations.CriterionDraft."""


@dataclass(frozen=True, slots=True)
class ShippedRule:
    """Points for a condition. `amount` is by currency what a money condition compares with."""

    id: str
    name: Texts
    group: str
    points: int
    condition: Mapping[str, Any]
    amount: Mapping[str, int] = field(default_factory=dict)

    def condition_in(self, currency: str) -> dict[str, Any] | None:
        """The condition with the amount of this currency; None where none is known."""
        if not self.amount:
            return dict(self.condition)
        if currency not in self.amount:
            return None
        value = {"amount": f"{self.amount[currency]}.0000", "currency": currency}
        return {**self.condition, "value": value}


@dataclass(frozen=True, slots=True)
class ShippedSequence:
    key: str
    name: Texts
    script: Mapping[str, Any]
    """The stored form of automation.sequences.script."""


@dataclass(frozen=True, slots=True)
class Playbook:
    """`hand_offs` says in words, by intent or reason of the flow, when a person takes over. `flow` is the plain value of
    the script, `document` the same as it was read. `follow_ups` are keys of sequences that come with Parley,
    `sequences` those that come with this playbook alone.
    """

    key: str
    release: int
    title: Texts
    summary: Texts
    adds: tuple[Texts, ...]
    hand_offs: Mapping[str, Texts]
    target: Target
    channels: tuple[str, ...]
    needs: Needs
    flow: Mapping[str, Any]
    document: FlowDocument
    follow_ups: tuple[str, ...] = ()
    sequences: tuple[ShippedSequence, ...] = ()
    criteria: tuple[ShippedCriterion, ...] = ()
    rules: tuple[ShippedRule, ...] = ()
