from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, time

import structlog
from django.core.cache import cache
from django.db.models import F, Q
from django.utils import timezone

from core.access.models import Team
from core.calendars.clock import BusinessClock, Hours, Period
from core.calendars.models import BusinessCalendar, CalendarException
from core.company.queries import company

log = structlog.get_logger(__name__)

CACHE_SECONDS = 60
_YEARS_AHEAD = 2
_WEEK = tuple(Period(weekday, time.min, time.min) for weekday in range(7))


def clock_for(team: Team | None = None) -> BusinessClock:
    """Business hours of the team, else of the company, else always open in the company's zone. Remembered for
    a minute.

    Public holidays of the calendar's country are closed, unless the date has hours of its own.
    """
    key = f"clock:{_generation()}:{team.pk if team else 'company'}"
    clock: BusinessClock | None = cache.get(key)
    if clock is None:
        clock = _read_clock(team)
        cache.set(key, clock, CACHE_SECONDS)
    return clock


GENERATION_KEY = "clock-generation"


def _generation() -> str:
    return str(cache.get(GENERATION_KEY, ""))


def _read_clock(team: Team | None) -> BusinessClock:
    own_first = F("team").asc(nulls_last=True)
    calendars = BusinessCalendar.objects.filter(Q(team=team) | Q(team=None)).order_by(own_first)
    calendar = calendars.prefetch_related("hours", "exceptions").first()
    if calendar is None:
        return BusinessClock(company().timezone, _WEEK)
    weekly = tuple(Period(row.weekday, row.start, row.end) for row in calendar.hours.all())
    exceptions = {**_holidays(calendar.holiday_country), **_exceptions(calendar.exceptions.all())}
    return BusinessClock(calendar.timezone, weekly, exceptions)


def _exceptions(rows: Iterable[CalendarException]) -> Mapping[date, Hours]:
    hours: dict[date, list[tuple[time, time]]] = defaultdict(list)
    for row in rows:
        opening = hours[row.date]
        if row.start is not None and row.end is not None:
            opening.append((row.start, row.end))
    return {day: tuple(sorted(periods)) for day, periods in hours.items()}


def public_holidays(country: str, language: str = "") -> Mapping[date, str]:
    """Names of the public holidays of last year to two years ahead, in `language` where the country has them
    so.

    Empty for a country that the `holidays` package does not know.
    """
    if not country:
        return {}
    import holidays  # heavy, and most processes never need it

    this_year = timezone.now().year
    years = range(this_year - 1, this_year + _YEARS_AHEAD + 1)
    try:
        found = holidays.country_holidays(country, years=years)
        spoken = {name[:2]: name for name in found.supported_languages}
        if language in spoken:
            found = holidays.country_holidays(country, years=years, language=spoken[language])
    except NotImplementedError:
        log.warning("no public holidays are known", country=country)
        return {}
    return dict(found.items())


def holiday_countries() -> tuple[str, ...]:
    """ISO codes of the countries whose public holidays are known."""
    import holidays

    return tuple(sorted(code for code in holidays.list_supported_countries() if len(code) == 2))


def _holidays(country: str) -> Mapping[date, Hours]:
    return dict.fromkeys(public_holidays(country), ())
