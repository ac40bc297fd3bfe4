"""Somebody leaves the company: what was theirs goes to a colleague or a team, in one transaction (spec 15.2).

Each room registers how it hands over what it keeps. They act in the order in which the house locks rows:
conversations, leads, bookings.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from core.access.models import Team, User


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """`user` goes; `to_user` or `to_team` takes over, or nobody: then everything stays theirs."""

    user: User
    by: User
    now: datetime
    to_user: User | None = None
    to_team: Team | None = None

    @property
    def has_heir(self) -> bool:
        return self.to_user is not None or self.to_team is not None


@dataclass(frozen=True, slots=True)
class Handed:
    """`moved` have somebody else now; `left` could not go and still are the leaver's."""

    label: str | Promise
    moved: int
    left: int = 0


HandOver = Callable[[Leaving], Handed]
_handlers: dict[int, HandOver] = {}


def register(hand_over: HandOver, *, place: int) -> None:
    """`place`: its turn among the others. Raises ValueError for one that is taken."""
    if place in _handlers:
        raise ValueError(f"Place {place} among those who hand over is taken.")
    _handlers[place] = hand_over


def hand_over(leaving: Leaving) -> list[Handed]:
    """Everything that the rooms keep for the person, in their order; inside the caller's transaction."""
    return [_handlers[place](leaving) for place in sorted(_handlers)]
