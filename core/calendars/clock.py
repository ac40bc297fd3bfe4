"""When the business is open: instants, from wall time of a zone (spec 6.3). Pure.

A period opens at the first instant at which the wall clock of that day has reached its start and closes at
the first at which it has reached its end. So a start inside the hour that the spring change leaves out opens
at the change, and an hour that autumn repeats is taken once, at its first occurrence.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

HORIZON_DAYS = 400
FAR_DAYS = 3660
_DAY = timedelta(days=1)
_MIDNIGHT = time.min

Hours = tuple[tuple[time, time], ...]
Interval = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Period:
    """Open from `start` until just before `end` on every such `weekday` (0 is Monday); end 00:00 ends that
    day.

    Raises ValueError where the end does not come after the start.
    """

    weekday: int
    start: time
    end: time

    def __post_init__(self) -> None:
        if not 0 <= self.weekday <= 6:
            raise ValueError("A weekday is a number from 0 to 6.")
        check_hours(self.start, self.end)


def check_hours(start: time, end: time) -> None:
    """Raises ValueError unless `end` comes after `start` on the same day; 00:00 as an end is the midnight
    that ends it.
    """
    if end != _MIDNIGHT and end <= start:
        raise ValueError(f"Hours must end after they start, not {start:%H:%M} to {end:%H:%M}.")


@dataclass(frozen=True)
class BusinessClock:
    """Weekly hours in wall time of `timezone`; on a date of `exceptions` its own hours count, none meaning
    closed.

    Instants go in aware and come out in UTC. Raises ZoneInfoNotFoundError for an unknown zone, ValueError for
    hours that do not end after they start.
    """

    timezone: str
    weekly: tuple[Period, ...] = ()
    exceptions: Mapping[date, Hours] = field(default_factory=dict)

    def __post_init__(self) -> None:
        ZoneInfo(self.timezone)
        for hours in self.exceptions.values():
            for start, end in hours:
                check_hours(start, end)

    def is_open(self, at: datetime) -> bool:
        """Whether `at` lies in a period; its start does, its end does not."""
        day = self._day_of(at)
        return any(start <= at < end for near in _around(day) for start, end in self._intervals(near))

    def next_opening(self, at: datetime) -> datetime | None:
        """The first instant from `at` on at which it is open: `at` itself when it is; None if not within 400
        days.
        """
        if self.is_open(at):
            return at.astimezone(UTC)
        day = self._day_of(at) - _DAY
        for _ in range(HORIZON_DAYS):
            for start, _end in self._intervals(day):
                if start >= at:
                    return start
            day += _DAY
        return None

    def open_seconds(self, start: datetime, end: datetime) -> int:
        """Whole seconds of business hours between the two; 0 when `end` is not after `start`."""
        total = timedelta()
        day, last = self._day_of(start) - _DAY, self._day_of(end) + _DAY
        while day <= last:
            for opens, closes in self._intervals(day):
                total += max(min(closes, end) - max(opens, start), timedelta())
            day += _DAY
        return int(total.total_seconds())

    def ago(self, at: datetime, length: timedelta) -> datetime | None:
        """The latest instant since which `length` of business hours has passed by `at`: more than that ago is as long
        ago or longer. None where the hours of ten years do not suffice.
        """
        left, day = length, self._day_of(at) + _DAY
        for _ in range(FAR_DAYS):
            for opens, closes in reversed(self._intervals(day)):
                open_for = min(closes, at) - opens
                if open_for >= left:
                    return min(closes, at) - left
                left -= max(open_for, timedelta())
            day -= _DAY
        return None

    def after(self, at: datetime, length: timedelta) -> datetime | None:
        """The first instant by which `length` of business hours has passed since `at`; None as in `ago`."""
        left, day = length, self._day_of(at) - _DAY
        for _ in range(FAR_DAYS):
            for opens, closes in self._intervals(day):
                open_for = closes - max(opens, at)
                if open_for >= left:
                    return max(opens, at) + left
                left -= max(open_for, timedelta())
            day += _DAY
        return None

    def stretches(self, start: datetime, end: datetime) -> list[Interval]:
        """The business hours between the two, in order, cut off at both."""
        found: list[Interval] = []
        day, last = self._day_of(start) - _DAY, self._day_of(end) + _DAY
        while day <= last:
            cut = ((max(opens, start), min(closes, end)) for opens, closes in self._intervals(day))
            found += [each for each in cut if each[0] < each[1]]
            day += _DAY
        return found

    def hours_on(self, day: date) -> Hours:
        """Wall-time hours of that date, overlapping ones as they were given."""
        if day in self.exceptions:
            return tuple(sorted(self.exceptions[day]))
        weekday = day.weekday()
        return tuple(sorted((p.start, p.end) for p in self.weekly if p.weekday == weekday))

    def _intervals(self, day: date) -> list[Interval]:
        """Open time of that date in order, overlaps and touching periods joined."""
        zone = ZoneInfo(self.timezone)
        joined: list[Interval] = []
        for start, end in self.hours_on(day):
            last_day = day + _DAY if end == _MIDNIGHT else day
            opens = first_instant(datetime.combine(day, start), zone)
            closes = first_instant(datetime.combine(last_day, end), zone)
            if joined and opens <= joined[-1][1]:
                joined[-1] = (joined[-1][0], max(closes, joined[-1][1]))
            elif opens < closes:
                joined.append((opens, closes))
        return joined

    def _day_of(self, at: datetime) -> date:
        return at.astimezone(ZoneInfo(self.timezone)).date()


def first_instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first instant, in UTC, at which the wall clock of the zone has reached the naive `wall`."""
    instant = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if _wall_at(instant, zone) == wall:
        return instant
    # The wall time is left out by a change of the clocks, which happened not after `instant` and within the
    # gap's length before.
    later = instant
    earlier = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    while later - earlier > timedelta(seconds=1):
        middle = earlier + (later - earlier) // 2
        if _wall_at(middle, zone) >= wall:
            later = middle
        else:
            earlier = middle
    return later.replace(microsecond=0)


@dataclass(frozen=True, slots=True)
class Fold:
    """From `start` until `end` the wall clock shows again what it showed before `start`; `wall` is the last of it."""

    start: datetime
    end: datetime
    wall: datetime


@lru_cache(maxsize=64)
def folds(timezone: str) -> tuple[Fold, ...]:
    """The hours that clocks of the zone went through twice, from 1970 to 2099."""
    zone, found = ZoneInfo(timezone), []
    day = datetime(1970, 1, 1, tzinfo=UTC)
    before = _offset(day, zone)
    while day.year < 2100:
        offset = _offset(day + _DAY, zone)
        if offset < before:
            start = _change(day, day + _DAY, zone)
            wall = (start + before).replace(tzinfo=None) - timedelta(microseconds=1)
            found.append(Fold(start, start + before - offset, wall))
        day, before = day + _DAY, offset
    return tuple(found)


def _change(early: datetime, late: datetime, zone: ZoneInfo) -> datetime:
    """The second, in UTC, from which the offset is the one of `late`."""
    new = _offset(late, zone)
    while late - early > timedelta(seconds=1):
        middle = (early + (late - early) // 2).replace(microsecond=0)
        if _offset(middle, zone) == new:
            late = middle
        else:
            early = middle
    return late


def _offset(instant: datetime, zone: ZoneInfo) -> timedelta:
    return instant.astimezone(zone).utcoffset() or timedelta()


def _wall_at(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None)


def _around(day: date) -> tuple[date, date, date]:
    return day - _DAY, day, day + _DAY
