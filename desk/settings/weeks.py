"""A week of opening hours or shifts as it is edited: any number of periods a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import time

from django.http import QueryDict
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from bookings.resources.week import Overlap, in_order
from bookings.slots import WeeklyHours
from core.calendars.clock import Period
from core.calendars.operations import week_in_order
from core.errors import Refused

MOST = 6
"""Periods of a day that are read; nobody opens oftener."""

Row = tuple[str, str, str]
"""Start and end as text, and "1" where the end lies on the next day: what was typed comes back as it was."""


@dataclass
class Day:
    number: int
    name: str
    rows: list[Row] = field(default_factory=list)
    error: str = ""


class WeekForm:
    """Reads `from-<weekday>` and `to-<weekday>`, each given as often as there are periods; 0 is Monday."""

    by_night = False

    def __init__(self, data: QueryDict | None = None, *, initial: Iterable[Period] = ()) -> None:
        self.days = [Day(number, str(WEEKDAYS[number])) for number in range(7)]
        self.periods: list[Period] = []
        if data is None:
            for period in sorted(initial, key=lambda each: (each.weekday, each.start)):
                self.days[period.weekday].rows.append(shown(period.start, period.end))
        else:
            read_rows(self.days, data)

    def is_valid(self) -> bool:
        """Fill `periods` and the days' errors."""
        self.periods = []
        for day in self.days:
            try:
                found = [read_period(day.number, start, end) for start, end, _night in day.rows]
                self.periods += week_in_order(found)
            except ValueError as error:
                day.error = str(error)
            except Refused as refusal:
                day.error = str(refusal)
        return not self.has_errors

    @property
    def has_errors(self) -> bool:
        return any(day.error for day in self.days)


class NightWeekForm:
    """The same for hours that may run into the next day: `night-<weekday>` beside each pair, "1" or empty."""

    by_night = True

    def __init__(self, data: QueryDict | None = None, *, initial: Iterable[WeeklyHours] = ()) -> None:
        self.days = [Day(number, str(WEEKDAYS[number])) for number in range(7)]
        self.hours: list[WeeklyHours] = []
        if data is None:
            for each in sorted(initial, key=lambda each: (each.weekday, each.start)):
                self.days[each.weekday].rows.append(shown(each.start, each.end, overnight=each.overnight))
        else:
            read_rows(self.days, data)

    def is_valid(self) -> bool:
        """Fill `hours` and the days' errors; hours of days with errors are left out."""
        found: list[WeeklyHours] = []
        for day in self.days:
            try:
                found += [read_hours(day.number, *row) for row in day.rows]
            except ValueError as error:
                day.error = str(error)
        try:
            self.hours = found
            self.hours = in_order(found)
        except Overlap as overlap:
            self.days[overlap.weekday].error = _("Two periods overlap.")
        return not self.has_errors

    @property
    def has_errors(self) -> bool:
        return any(day.error for day in self.days)


def shown(start: time, end: time, *, overnight: bool = False) -> Row:
    return (f"{start:%H:%M}", f"{end:%H:%M}", "1" if overnight else "")


def read_rows(days: Iterable[Day], data: QueryDict) -> None:
    """What was typed, day by day, without its empty lines."""
    for day in days:
        starts, ends = data.getlist(f"from-{day.number}"), data.getlist(f"to-{day.number}")
        nights = [*data.getlist(f"night-{day.number}"), *[""] * len(starts)]
        rows = [
            (start.strip(), end.strip(), "1" if night == "1" else "")
            for start, end, night in zip(starts, ends, nights, strict=False)
            if start.strip() or end.strip()
        ]
        day.rows = rows[:MOST]


def read_period(weekday: int, start: str, end: str) -> Period:
    """Raises ValueError with what to do."""
    begins, ends = read_times(start, end)
    try:
        return Period(weekday, begins, ends)
    except ValueError as error:
        raise ValueError(
            _("The end must come after the start; 00:00 is the midnight that ends the day.")
        ) from error


def read_hours(weekday: int, start: str, end: str, night: str) -> WeeklyHours:
    """Raises ValueError with what to do."""
    begins, ends = read_times(start, end)
    if night and ends > begins:
        raise ValueError(_("A period ends within 24 hours: choose the same day, or an earlier end."))
    if not night and ends != time.min and ends <= begins:
        raise ValueError(_("The end must come after the start, or lie on the next day."))
    return WeeklyHours(weekday, begins, ends, overnight=bool(night))


def read_times(start: str, end: str) -> tuple[time, time]:
    if not start or not end:
        raise ValueError(_("Give both times, or remove the line."))
    try:
        return time.fromisoformat(start), time.fromisoformat(end)
    except ValueError as error:
        raise ValueError(_("Give times as 09:30.")) from error
