"""The parsed tree. Operands are typed; relative days stay relative until a Moment is known."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TypeAlias

from core.conditions.canonical import Money, Text
from core.conditions.enums import GroupKind, Operator
from core.conditions.fields import Field
from core.conditions.moment import Moment

BUSINESS_HOURS = "business_hours"


@dataclass(frozen=True, slots=True)
class RelativeDay:
    """So many days from the Moment's today; 0 is today, -1 yesterday."""

    days: int

    def on(self, at: Moment) -> date:
        return at.today + timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time counted by the clock: a day has 24 hours, also when clocks change. Business hours pass only
    while the Moment's calendar is open.
    """

    amount: int
    unit: str

    @property
    def length(self) -> timedelta:
        return timedelta(**{"hours" if self.of_business else self.unit: self.amount})

    @property
    def of_business(self) -> bool:
        return self.unit == BUSINESS_HOURS


Scalar: TypeAlias = Decimal | Money | Text | str | bool | date | datetime | RelativeDay
Operand: TypeAlias = Scalar | Span | tuple[Scalar, ...] | None


@dataclass(frozen=True, slots=True)
class Leaf:
    field: Field
    operator: Operator
    operand: Operand
    path: str


@dataclass(frozen=True, slots=True)
class Group:
    kind: GroupKind
    children: tuple["Node", ...]
    path: str


Node: TypeAlias = Leaf | Group


def leaves(node: Node) -> tuple[Leaf, ...]:
    """Every leaf, in the order in which it is written."""
    if isinstance(node, Leaf):
        return (node,)
    return tuple(leaf for child in node.children for leaf in leaves(child))
