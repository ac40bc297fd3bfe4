"""When a meeting could begin (spec 9.1, 9.3). Pure; the rules are in docs/bookings.md.

Hours are wall time of the resource's zone, turned into instants date by date. A period belongs to the date on which it
begins, and a date override replaces the weekly periods of its date. Inside a period starts stand on a grid of real
minutes from its beginning: a start that is taken falls out, the others stay where they are. So the hour that autumn
repeats has its starts twice, as different instants, and the hour that spring leaves out has none.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from core.calendars.clock import check_hours, first_instant

_DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

Span = tuple[int, int]
"""Microseconds since 1970, half-open: numbers are many times quicker than instants."""


@dataclass(frozen=True, slots=True)
class Interval:
    """From `start` until just before `end`; aware instants."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """Open on every such `weekday` (0 is Monday) from `start` to `end`; end 00:00 is the midnight that ends the day.

    `overnight`: until `end` of the next day. Raises ValueError where another period does not end after it starts.
    """

    weekday: int
    start: time
    end: time
    overnight: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.weekday <= 6:
            raise ValueError("A weekday is a number from 0 to 6.")
        if not self.overnight:
            check_hours(self.start, self.end)


@dataclass(frozen=True)
class Availability:
    """Weekly hours in wall time of `timezone`; a date of `overrides` has its own hours, none meaning closed.

    Raises ZoneInfoNotFoundError for an unknown zone, ValueError for hours that do not end after they start.
    """

    timezone: str
    weekly: Sequence[WeeklyHours] = ()
    overrides: Mapping[date, Sequence[tuple[time, time]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        ZoneInfo(self.timezone)
        for hours in self.overrides.values():
            for start, end in hours:
                check_hours(start, end)


@dataclass(frozen=True, slots=True)
class SlotRules:
    """`length` of a meeting, a start every `step`, time kept free beside it, and how far ahead it has to be booked.

    Raises ValueError for a length or step that is not positive, and for a negative buffer or notice.
    """

    length: timedelta
    step: timedelta
    buffer_before: timedelta = timedelta()
    buffer_after: timedelta = timedelta()
    min_notice: timedelta = timedelta()

    def __post_init__(self) -> None:
        if self.length <= timedelta() or self.step <= timedelta():
            raise ValueError("Length and step must be longer than nothing.")
        if min(self.buffer_before, self.buffer_after, self.min_notice) < timedelta():
            raise ValueError("Buffers and notice cannot be negative.")


def free_slots(
    *, availability: Availability, busy: Sequence[Interval], rules: SlotRules, window: Interval, now: datetime
) -> list[datetime]:
    """Starts in the window (its end excluded) at which a meeting fits, ascending, in UTC.

    The meeting lies within one period of opening hours; its buffers need not, but they touch nothing of `busy`.
    A start exactly `min_notice` away is still offered.
    """
    earliest = max(_number(window.start), _number(now + rules.min_notice))
    latest = _number(window.end)
    blocked = _blocked(busy, rules)
    starts: set[int] = set()
    for opens, closes in _periods(availability, earliest, latest):
        starts.update(_starts(opens, closes, rules, earliest, latest, blocked))
    return [_EPOCH + _MICROSECOND * start for start in sorted(starts)]


def fits(*, availability: Availability, busy: Sequence[Interval], rules: SlotRules, start: datetime) -> bool:
    """Whether a meeting can begin at just that time, on the grid or not and whatever the notice."""
    begins = _number(start)
    ends = begins + rules.length // _MICROSECOND
    if any(after < begins < before for after, before in _blocked(busy, rules)):
        return False
    return any(
        opens <= begins and ends <= closes for opens, closes in _periods(availability, begins, begins + 1)
    )


def _starts(
    opens: int, closes: int, rules: SlotRules, earliest: int, latest: int, blocked: list[Span]
) -> Iterator[int]:
    step = rules.step // _MICROSECOND
    last = min(closes - rules.length // _MICROSECOND, latest - 1)
    first = opens + max(0, -(-(earliest - opens) // step)) * step
    place = bisect_left(blocked, (first, first))
    place = max(0, place - 1)
    for start in range(first, last + 1, step):
        while place < len(blocked) and blocked[place][1] <= start:
            place += 1
        if place == len(blocked) or start <= blocked[place][0]:
            yield start


def _blocked(busy: Iterable[Interval], rules: SlotRules) -> list[Span]:
    """Open ranges in which no meeting can begin, joined where they overlap, in order."""
    before = rules.buffer_before // _MICROSECOND
    behind = (rules.length + rules.buffer_after) // _MICROSECOND
    spans = sorted(
        (_number(each.start) - behind, _number(each.end) + before) for each in busy if each.start < each.end
    )
    joined: list[Span] = []
    for start, end in spans:
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _periods(availability: Availability, earliest: int, latest: int) -> Iterator[Span]:
    """Opening periods that reach into the range, by the date on which they begin."""
    zone = ZoneInfo(availability.timezone)
    weekly: dict[int, list[WeeklyHours]] = {}
    for hours in availability.weekly:
        weekly.setdefault(hours.weekday, []).append(hours)
    # An overnight period of the day before may last until the end of this one.
    day = _day_of(earliest, zone) - 2 * _DAY
    last = _day_of(latest, zone)
    while day <= last:
        for start, ends, end in _hours_on(day, weekly, availability.overrides):
            opens, closes = _instant(day, start, zone), _instant(ends, end, zone)
            if opens < latest and closes > earliest:
                yield opens, closes
        day += _DAY


@lru_cache(maxsize=4096)
def _instant(day: date, wall: time, zone: ZoneInfo) -> int:
    """Colleagues keep the same hours, and a month is asked for again and again."""
    return _number(first_instant(datetime.combine(day, wall), zone))


def _hours_on(
    day: date,
    weekly: Mapping[int, Sequence[WeeklyHours]],
    overrides: Mapping[date, Sequence[tuple[time, time]]],
) -> list[tuple[time, date, time]]:
    """Wall time at which the date's periods begin, with the date and wall time at which they end."""
    if day in overrides:
        return [(start, day + _DAY if end == time.min else day, end) for start, end in overrides[day]]
    return [
        (each.start, day + _DAY if each.overnight or each.end == time.min else day, each.end)
        for each in weekly.get(day.weekday(), ())
    ]


def _day_of(number: int, zone: ZoneInfo) -> date:
    return (_EPOCH + _MICROSECOND * number).astimezone(zone).date()


def _number(instant: datetime) -> int:
    return (instant - _EPOCH) // _MICROSECOND


def open_periods(availability: Availability, window: Interval) -> list[Interval]:
    """Opening periods that reach into the window, whole, in order, in UTC."""
    found = sorted(_periods(availability, _number(window.start), _number(window.end)))
    return [Interval(_EPOCH + _MICROSECOND * start, _EPOCH + _MICROSECOND * end) for start, end in found]
