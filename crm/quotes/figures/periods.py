"""From which day to which figures are counted, and in what steps they are drawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Step = Literal["day", "week", "month"]
USUAL = (7, 30, 90, 365)
"""Days up to today that are offered."""
LONGEST = 3 * 366
YEARS = range(1970, 2200)
"""Days of others have no instant in every zone, and no quotes."""


class BadPeriod(ValueError):
    """Ends before it begins, is longer than LONGEST days, or not of our time."""


@dataclass(frozen=True, slots=True)
class Period:
    """Both days are in it. Raises BadPeriod."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if not 1 <= self.days <= LONGEST or not {self.first.year, self.last.year} <= set(YEARS):
            raise BadPeriod

    @classmethod
    def until(cls, last: date, days: int) -> Period:
        return cls(last - timedelta(days=days - 1), last)

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def step(self) -> Step:
        return "day" if self.days <= 31 else "week" if self.days <= 182 else "month"

    def steps(self) -> Iterator[Period]:
        """Its days, weeks from Monday or months, cut at its ends."""
        begins = self.first
        while begins <= self.last:
            ends = min(_last_of(self.step, begins), self.last)
            yield Period(begins, ends)
            begins = ends + timedelta(days=1)


def _last_of(step: Step, day: date) -> date:
    if step == "day":
        return day
    if step == "week":
        return day + timedelta(days=6 - day.weekday())
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
