"""When a customer is left in peace (spec 10.1), in the customer's own zone. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.calendars.clock import first_instant

_DAY = timedelta(days=1)
_MIDNIGHT = time.min
_LOOKED_AT = 32
"""Ends of quiet that may follow each other without a gap: a week has seven days and seven nights."""


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Quiet from `start` until `end` by the clock on the wall, over midnight where `end` is not later; with both or
    none. Days of `days` (0 is Monday) are quiet as a whole. Raises ValueError where nothing of the week would be left.
    """

    start: time | None = None
    end: time | None = None
    days: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        if (self.start is None) != (self.end is None):
            raise ValueError("Quiet hours have a start and an end, or neither.")
        if self.days >= frozenset(range(7)):
            raise ValueError("Quiet on every day of the week: nothing could ever be sent.")

    def end_of_quiet(self, at: datetime, timezone: str) -> datetime:
        """The first instant from `at` on that is not quiet: `at` itself when it is not."""
        zone = ZoneInfo(timezone)
        for _ in range(_LOOKED_AT):
            wall = self._quiet_until(at.astimezone(zone).replace(tzinfo=None))
            if wall is None:
                return at
            at = _instant_after(at, wall, zone)
        return at

    def _quiet_until(self, wall: datetime) -> datetime | None:
        """The wall time at which the quiet that holds at `wall` ends; None when nothing is quiet."""
        if wall.weekday() in self.days:
            return datetime.combine(wall.date() + _DAY, _MIDNIGHT)
        if self.start is None or self.end is None or self.start == self.end:
            return None
        clock = wall.time()
        if self.start < self.end:
            return datetime.combine(wall.date(), self.end) if self.start <= clock < self.end else None
        if clock >= self.start:
            return datetime.combine(wall.date() + _DAY, self.end)
        return datetime.combine(wall.date(), self.end) if clock < self.end else None


def _instant_after(at: datetime, wall: datetime, zone: ZoneInfo) -> datetime:
    """When the wall clock reaches `wall`; for the second time, where the clocks were just put back."""
    first = first_instant(wall, zone)
    return first if first > at else wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
