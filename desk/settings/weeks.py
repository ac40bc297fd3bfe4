"""A week of opening hours or shifts as it is edited: any number of periods a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import time

from django.http import QueryDict
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from core.calendars.clock import Period
from core.calendars.operations import week_in_order
from core.errors import Refused

MOST = 6
"""Periods of a day that are read; nobody opens oftener."""


@dataclass
class Day:
    """`rows` are the times as text, so that what was typed comes back as it was."""

    number: int
    name: str
    rows: list[tuple[str, str]] = field(default_factory=list)
    error: str = ""


class WeekForm:
    """Reads `from-<weekday>` and `to-<weekday>`, each given as often as there are periods; 0 is Monday."""

    def __init__(self, data: QueryDict | None = None, *, initial: Iterable[Period] = ()) -> None:
        self.days = [Day(number, str(WEEKDAYS[number])) for number in range(7)]
        self.periods: list[Period] = []
        if data is None:
            for period in sorted(initial, key=lambda each: (each.weekday, each.start)):
                self.days[period.weekday].rows.append((f"{period.start:%H:%M}", f"{period.end:%H:%M}"))
            return
        for day in self.days:
            pairs = zip(data.getlist(f"from-{day.number}"), data.getlist(f"to-{day.number}"), strict=False)
            day.rows = [(start.strip(), end.strip()) for start, end in pairs if start.strip() or end.strip()][
                :MOST
            ]

    def is_valid(self) -> bool:
        """Fill `periods` and the days' errors."""
        self.periods = []
        for day in self.days:
            try:
                found = [read_period(day.number, start, end) for start, end in day.rows]
                self.periods += week_in_order(found)
            except ValueError as error:
                day.error = str(error)
            except Refused as refusal:
                day.error = str(refusal)
        return not self.has_errors

    @property
    def has_errors(self) -> bool:
        return any(day.error for day in self.days)


def read_period(weekday: int, start: str, end: str) -> Period:
    """Raises ValueError with what to do."""
    if not start or not end:
        raise ValueError(_("Give both times, or remove the line."))
    try:
        begins, ends = time.fromisoformat(start), time.fromisoformat(end)
    except ValueError as error:
        raise ValueError(_("Give times as 09:30.")) from error
    try:
        return Period(weekday, begins, ends)
    except ValueError as error:
        raise ValueError(
            _("The end must come after the start; 00:00 is the midnight that ends the day.")
        ) from error
