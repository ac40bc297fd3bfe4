"""What looking up an order says. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Shown:
    """The order is the customer's: `text` tells of it in their language."""

    number: str
    text: str


@dataclass(frozen=True, slots=True)
class Unmatched:
    """There is no order with this number and this phone or email; which of the two is wrong is not told."""


@dataclass(frozen=True, slots=True)
class TooMany:
    """Too many wrong tries: a person looks instead."""


Outcome = Shown | Unmatched | TooMany


class Orders(Protocol):
    """Who knows the orders: the door through which a run looks one up within its turn (spec 8.5)."""

    def own(self, number: str, *, language: str) -> Shown | None:
        """The order of this number, or with "" those on their way, where this very person is known as the buyer."""

    def find(self, number: str, *proofs: str, language: str) -> Outcome:
        """The order of this number that was bought with one of these phones and emails. A wrong pair is counted."""
