"""Which state of a payment may follow which. Pure."""

from __future__ import annotations

from collections.abc import Mapping

MOVES: Mapping[str, frozenset[str]] = {
    "requested": frozenset({"paid", "failed", "cancelled"}),
    "failed": frozenset({"paid", "requested", "cancelled"}),
    "paid": frozenset({"refunded"}),
    "refunded": frozenset(),
    "cancelled": frozenset(),
}
"""A payment that failed can be tried again or given up. What was refunded or cancelled stays: ask anew."""

OPEN = frozenset({"requested", "failed"})
"""States in which money is still awaited."""


def may_follow(before: str, after: str) -> bool:
    """Whether `after` can come next; the same state again is no move."""
    return after in MOVES[before]
