from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import F

from core.access.models import Team
from core.calendars.clock import BusinessClock, Hours, Period
from core.calendars.models import BusinessCalendar, CalendarException
from core.calendars.queries import public_holidays

AHEAD = timedelta(days=14)


@dataclass(frozen=True)
class ComingDay:
    """`why` is the holiday or the name of the exception that decides about the day."""

    date: date
    hours: Hours
    why: str
    is_today: bool


@dataclass(frozen=True)
class SpecialDay:
    date: date
    name: str
    hours: Hours


def calendars() -> list[BusinessCalendar]:
    """The company's first, then those of teams."""
    rows = BusinessCalendar.objects.select_related("team")
    return list(rows.order_by(F("team__name").asc(nulls_first=True)))


def teams_without_hours() -> list[Team]:
    return list(Team.objects.filter(calendar__isnull=True).order_by("name"))


def week_of(calendar: BusinessCalendar) -> list[Period]:
    return [Period(row.weekday, row.start, row.end) for row in calendar.hours.all()]


def exceptions_of(calendar: BusinessCalendar, since: date) -> list[SpecialDay]:
    """Days from `since` on that have hours of their own, in order."""
    found: dict[date, list[CalendarException]] = {}
    for row in calendar.exceptions.filter(date__gte=since).order_by("date", "start"):
        found.setdefault(row.date, []).append(row)
    return [
        SpecialDay(day, rows[0].name, tuple((row.start, row.end) for row in rows if row.start and row.end))
        for day, rows in found.items()
    ]


def coming_days(
    *,
    today: date,
    timezone: str,
    week: Iterable[Period],
    exceptions: Iterable[SpecialDay],
    country: str,
    language: str,
) -> list[ComingDay]:
    """The next two weeks as these hours make them."""
    holidays = public_holidays(country, language)
    special = {each.date: each for each in exceptions}
    clock = BusinessClock(timezone, tuple(week), _merged(holidays, special))
    days = [today + timedelta(days=number) for number in range(AHEAD.days)]
    return [
        ComingDay(
            day,
            clock.hours_on(day),
            special[day].name if day in special else holidays.get(day, ""),
            day == today,
        )
        for day in days
    ]


def _merged(holidays: Mapping[date, str], special: Mapping[date, SpecialDay]) -> dict[date, Hours]:
    return {**dict.fromkeys(holidays, ()), **{day: each.hours for day, each in special.items()}}
