"""A lead with what one query learned about it, so that scoring asks the database once and not per rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from crm.scoring.scoring import Balance


@dataclass(frozen=True)
class Facts:
    """`rule_set_id` is the published one; `criteria_mark` changes with every edit of a criterion.

    `points`: the contact's first phone and first email, by kind.
    """

    rule_set_id: int | None
    criteria_mark: int
    points: Mapping[str, str] = field(default_factory=dict)
    balances: tuple[Balance, ...] = ()

    @property
    def total(self) -> int:
        return sum(balance.points for balance in self.balances)


class KnownLead:
    """The lead itself to every condition field, with its contact's points already known."""

    def __init__(self, lead: Any, points: Mapping[str, str]) -> None:
        self._lead = lead
        self.points = points
        self._read: dict[str, Any] = {}

    def once(self, what: str, read: Callable[[], Any]) -> Any:
        """What `read` finds, asked for once however many conditions need it."""
        if what not in self._read:
            self._read[what] = read()
        return self._read[what]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._lead, name)
