"""What a list of leads can show and how it can be ordered, by name. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

COLUMNS = (
    "title",
    "contact",
    "channel",
    "stage",
    "owner",
    "team",
    "value",
    "grade",
    "score",
    "fit",
    "engagement",
    "win_chance",
    "next_step",
    "age",
    "last_message",
    "source",
    "campaign",
    "tags",
    "created",
)
PREFIXES = ("answer.", "custom.")
"""Columns of criteria and of custom fields, followed by their key; one whose key is gone is left out of the list."""
USUAL = ("title", "contact", "stage", "owner", "value", "grade", "next_step", "age", "last_message")
MOST = 60
LENGTH = 80


@dataclass(frozen=True, slots=True)
class Order:
    """An order of leads: by `column`, then by id, both falling or both rising; leads without a value come last."""

    name: str
    column: str
    falling: bool = False
    nullable: bool = False

    @property
    def text(self) -> str:
        return f"-{self.name}" if self.falling else self.name


NEWEST = Order("created", "id", falling=True)
ORDERS = {
    each.name: each
    for each in (
        Order("created", "id"),
        Order("title", "title_normal"),
        Order("value", "value", nullable=True),
        Order("score", "score"),
        Order("win_chance", "win_chance", nullable=True),
        Order("next_step", "next_step_at", nullable=True),
        Order("age", "stage_entered_at"),
        Order("last_message", "last_message_at", nullable=True),
    )
}
FIRST_FALLING = frozenset({"created", "value", "score", "win_chance", "last_message"})
"""Orders of which the first click on the head wants the largest on top."""


def order_of(text: str) -> Order | None:
    """ "value" or "-value"; None for what is no order."""
    known = ORDERS.get(text.removeprefix("-"))
    if known is None:
        return None
    return Order(known.name, known.column, text.startswith("-"), known.nullable)


def is_column(name: str) -> bool:
    return name in COLUMNS or (len(name) <= LENGTH and name.startswith(PREFIXES) and "." not in name[7:])


def unknown_columns(names: Iterable[str]) -> list[str]:
    return [name for name in names if not is_column(name)]
