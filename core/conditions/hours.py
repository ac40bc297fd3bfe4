"""Business hours in SQL: whether it was open at a stored instant, and when so many hours of business have passed.

An instant is looked up by the wall clock of the calendar's zone, as the calendar itself does: date, then time of day.
Where the clocks went back, the hour that comes a second time counts as its own end (`core.calendars.clock`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import (
    BooleanField,
    Case,
    DateTimeField,
    DurationField,
    Expression,
    ExpressionWrapper,
    Func,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.lookups import GreaterThan, LessThanOrEqual

from core.calendars.clock import BusinessClock, Fold, Hours, folds

_DAY = timedelta(days=1)
_INSTANT = DateTimeField()


def is_open_sql(column: Combinable, clock: BusinessClock) -> Expression:
    """TRUE where the calendar is open at the instant of the column; NULL or FALSE where there is none."""
    wall = "".join(
        f" WHEN at >= '{each.start.isoformat()}' AND at < '{each.end.isoformat()}' THEN '{each.wall.isoformat()}'"
        for each in _telling(clock)
    )
    local = f"timezone('{clock.timezone}', at)"
    shown = f"CASE{wall} ELSE {local} END" if wall else local
    # Dates, times and the name of a known zone: nothing that somebody typed.
    source = f"(SELECT {shown} AS wall FROM (SELECT (%(expressions)s) AS at) AS given) AS clock"  # noqa: S608
    return Func(column, template=f"(SELECT {_hours(clock)} FROM {source})", output_field=BooleanField())  # noqa: S608


def _telling(clock: BusinessClock) -> Iterator[Fold]:
    """The repeated hours in which the business opens or closes: only there does it matter."""
    for fold in folds(clock.timezone):
        first = fold.wall - (fold.end - fold.start)
        ends = (end for day in {first.date(), fold.wall.date()} for end in _ends(clock, day))
        if any(first < end <= fold.wall for end in ends):
            yield fold


def _ends(clock: BusinessClock, day: date) -> Iterator[datetime]:
    for start, end in clock.hours_on(day):
        yield datetime.combine(day, start)
        yield datetime.combine(day + _DAY if end == time.min else day, end)


def _hours(clock: BusinessClock) -> str:
    """Whether the wall time is within hours: single dates first, then the week."""
    by_hours: dict[Hours, list[date]] = {}
    for day in clock.exceptions:
        by_hours.setdefault(clock.hours_on(day), []).append(day)
    cases = [
        f"WHEN wall::date = ANY('{{{','.join(each.isoformat() for each in sorted(days))}}}'::date[]) THEN {_within(hours)}"
        for hours, days in by_hours.items()
    ]
    for weekday in range(7):
        hours = tuple((each.start, each.end) for each in clock.weekly if each.weekday == weekday)
        if hours:
            cases.append(f"WHEN extract(isodow FROM wall) = {weekday + 1} THEN {_within(hours)}")
    return f"CASE {' '.join(cases)} ELSE FALSE END" if cases else "FALSE"


def _within(hours: Hours) -> str:
    parts = []
    for start, end in hours:
        until = "" if end == time.min else f" AND wall::time < '{end.isoformat()}'"
        parts.append(f"(wall::time >= '{start.isoformat()}'{until})")
    return f"({' OR '.join(parts)})" if parts else "FALSE"


@dataclass(frozen=True, slots=True)
class Piece:
    """Instants until `until`, from the end of the piece before: the hours have passed `shift` later, or at `instant`."""

    until: datetime
    shift: timedelta | None = None
    instant: datetime | None = None


def pieces(clock: BusinessClock, now: datetime, length: timedelta) -> list[Piece]:
    """When `length` of business hours will have passed since each instant for which it has not by now, in order."""
    begins = clock.ago(now, length)
    if begins is None:
        return []
    return list(_pieces_from(clock, begins, now, length))


def _pieces_from(clock: BusinessClock, begins: datetime, now: datetime, length: timedelta) -> Iterator[Piece]:
    ends = clock.after(now, length)
    coming = clock.stretches(now, ends) if ends is not None else []
    past = clock.stretches(begins, now)
    passed = sum((end - start for start, end in past), timedelta())
    for start, end in past:
        yield Piece(start, instant=_forward(coming, length - passed))
        yield from _split(start, end, length - passed, coming)
        passed -= end - start
    yield Piece(now, instant=_forward(coming, length))


def _forward(coming: Iterable[tuple[datetime, datetime]], left: timedelta) -> datetime | None:
    """When so much of the coming hours has passed; None where that is now, or never."""
    for start, end in coming:
        if left <= end - start:
            return start + left if left > timedelta() else None
        left -= end - start
    return None


def _split(
    start: datetime, end: datetime, left: timedelta, coming: Iterable[tuple[datetime, datetime]]
) -> Iterator[Piece]:
    """An open stretch of the past: what is left to pass grows through it from `left`, over the coming stretches."""
    gone = timedelta()
    for opens, closes in coming:
        until = start + (gone + (closes - opens) - left)
        if until > start:
            yield Piece(min(until, end), shift=opens - gone + left - start)
        if until >= end:
            return
        gone += closes - opens


def passes_sql(column: Combinable, clock: BusinessClock, now: datetime, length: timedelta) -> Expression:
    """When so many business hours will have passed since the instant; NULL where they have by now.

    For an instant that is still to come it is the earliest that can be: no business hour is shorter than an hour.
    """
    later = When(GreaterThan(column, Value(now)), then=_plus(column, length))
    until = [
        When(
            LessThanOrEqual(column, Value(each.until)),
            then=Value(each.instant, output_field=_INSTANT)
            if each.shift is None
            else _plus(column, each.shift),
        )
        for each in pieces(clock, now, length)
    ]
    return Case(later, *until, output_field=_INSTANT)


def passes(value: datetime, clock: BusinessClock, now: datetime, length: timedelta) -> datetime | None:
    """The same for one instant."""
    if value > now:
        return value + length
    when = clock.after(value, length) if clock.ago(now, length) is not None else None
    return when if when is not None and when > now else None


def _plus(column: Combinable, length: timedelta) -> Expression:
    return ExpressionWrapper(column + Value(length, output_field=DurationField()), output_field=_INSTANT)
