"""When something was said, by the provider's word and our own clock. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

REOPEN_DAYS = 7
"""Days within which a reply reopens what was solved (spec 6.11), unless the account says otherwise."""


EARLIEST = 2000
"""Years before are a provider's zero."""


def said_at(provider: datetime | None, arrived: datetime) -> datetime:
    """The provider's time; arrival where there is none or none that can be, and where its clock is ahead."""
    if provider is None or provider.year < EARLIEST:
        return arrived
    return min(provider, arrived)


def reopens(solved_at: datetime | None, at: datetime, *, days: float = REOPEN_DAYS) -> bool:
    return solved_at is not None and at - solved_at <= timedelta(days=days)
