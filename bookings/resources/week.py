"""A week of a person or room: its periods in order, none over another. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time

from bookings.slots import WeeklyHours

DAY = 24 * 60
WEEK = 7 * DAY


class Overlap(ValueError):
    """Two periods cover the same minutes; `weekday` is that of the later one."""

    def __init__(self, weekday: int) -> None:
        super().__init__("Two periods overlap.")
        self.weekday = weekday


def in_order(week: Iterable[WeeklyHours]) -> list[WeeklyHours]:
    """The periods as the week goes; Sunday night runs into Monday. Raises Overlap."""
    ordered = sorted(week, key=lambda each: (each.weekday, each.start))
    reached, first = 0, None
    for period in ordered:
        start, end = minutes(period)
        if start < reached:
            raise Overlap(period.weekday)
        first, reached = (start if first is None else first), end
    if first is not None and reached > WEEK + first:
        raise Overlap(ordered[-1].weekday)
    return ordered


def minutes(period: WeeklyHours) -> tuple[int, int]:
    """Start and end in minutes since Monday 00:00; the end of Sunday night lies behind the week."""
    start = period.weekday * DAY + _minute(period.start)
    end = period.weekday * DAY + _minute(period.end)
    return start, end + DAY if period.overnight or period.end == time.min else end


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute
