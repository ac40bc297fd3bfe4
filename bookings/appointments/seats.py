"""Seats of a time, and whose turn it is (spec 9.1, 9.3). Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

_STAMP = "%Y%m%dT%H%M%S.%f"


def meeting_key(service_id: int, starts_at: datetime) -> str:
    """Bookings of one service at one start are seats of one meeting; any other two exclude each other."""
    return f"{service_id}@{starts_at.astimezone(UTC).strftime(_STAMP)}"


def meeting_start(key: str, service_id: int) -> datetime | None:
    """When the meeting begins, None when it is one of another service."""
    owner, _, stamp = key.partition("@")
    return datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC) if owner == str(service_id) else None


def lowest_free_seat(taken: Collection[int], capacity: int) -> int | None:
    """1 to `capacity`, None when all are taken."""
    return next((seat for seat in range(1, capacity + 1) if seat not in taken), None)


@dataclass(frozen=True, slots=True)
class Load:
    """How many bookings of a service a resource got since all of its providers take part, and when the last one."""

    resource_id: int
    bookings: int
    last_booked_at: datetime | None


def next_in_turn(loads: Sequence[Load]) -> tuple[int, str]:
    """The resource with the fewest bookings, then the one booked least recently; and why, for the record.

    Raises ValueError without any.
    """
    first = min(
        loads, key=lambda each: (each.bookings, each.last_booked_at or datetime.min.replace(tzinfo=UTC))
    )
    if len(loads) == 1:
        return first.resource_id, "only"
    equal = [each for each in loads if each.bookings == first.bookings]
    return first.resource_id, "fewest" if len(equal) == 1 else "longest_ago"
