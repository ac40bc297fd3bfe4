"""How long to wait before trying again. Pure."""

from __future__ import annotations

from datetime import timedelta

ATTEMPTS = 8
"""Tries before something is given up and shown with its error."""
LONGEST = 900


def pause(attempts: int, *, retry_after: float | None = None) -> timedelta:
    """2, 4, 8 ... seconds after so many tries, a quarter of an hour at most; longer where the provider asks
    for it."""
    return timedelta(seconds=max(min(2**attempts, LONGEST), retry_after or 0))
