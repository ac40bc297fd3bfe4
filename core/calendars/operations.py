from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import date, time

from django.core.cache import cache
from django.db import transaction
from django.utils.translation import gettext as _

from core.access.models import Team
from core.calendars.clock import Hours, Period, check_hours
from core.calendars.models import BusinessCalendar, CalendarException, OpeningHours
from core.calendars.queries import GENERATION_KEY
from core.errors import Refused
from core.ids import public_token


def week_in_order(periods: Iterable[Period]) -> list[Period]:
    """The periods as the week goes. Raises Refused when two of a day overlap."""
    week = sorted(periods, key=lambda period: (period.weekday, period.start))
    for earlier, later in itertools.pairwise(week):
        if earlier.weekday == later.weekday and (earlier.end == time.min or later.start < earlier.end):
            raise Refused(_("Two periods of one day overlap."))
    return week


def save_calendar(
    *, team: Team | None, timezone: str, holiday_country: str, week: Iterable[Period]
) -> BusinessCalendar:
    """Hours of the company, or of a team that keeps its own. Raises Refused when two periods of a day overlap."""
    with transaction.atomic():
        values = {"timezone": timezone, "holiday_country": holiday_country}
        added = {"name": team.name if team else _("Company"), **values}
        calendar, _new = BusinessCalendar.objects.update_or_create(
            team=team, defaults=values, create_defaults=added
        )
        set_week(calendar=calendar, periods=week)
    return calendar


def delete_calendar(*, calendar: BusinessCalendar) -> None:
    """The team keeps the company's hours again; the company is open round the clock."""
    with transaction.atomic():
        calendar.delete()
        transaction.on_commit(forget_clocks)


def set_week(*, calendar: BusinessCalendar, periods: Iterable[Period]) -> None:
    """Replace the weekly hours of the calendar. Raises Refused when two periods of a day overlap."""
    week = week_in_order(periods)
    with transaction.atomic():
        BusinessCalendar.objects.select_for_update().get(pk=calendar.pk)
        OpeningHours.objects.filter(calendar=calendar).delete()
        OpeningHours.objects.bulk_create(
            OpeningHours(calendar=calendar, weekday=period.weekday, start=period.start, end=period.end)
            for period in week
        )
        transaction.on_commit(forget_clocks)


def set_exception(*, calendar: BusinessCalendar, day: date, hours: Hours, name: str = "") -> None:
    """Give the date hours of its own; without any the business is closed. Raises Refused for hours that make
    no sense.
    """
    for start, end in hours:
        try:
            check_hours(start, end)
        except ValueError as error:
            raise Refused(_("Hours must end after they start.")) from error
    with transaction.atomic():
        clear_exception(calendar=calendar, day=day)
        CalendarException.objects.bulk_create(
            CalendarException(calendar=calendar, date=day, name=name, start=start, end=end)
            for start, end in (hours or ((None, None),))
        )


def clear_exception(*, calendar: BusinessCalendar, day: date) -> None:
    """Let the weekly hours, or the public holiday, count again on that date."""
    with transaction.atomic():
        CalendarException.objects.filter(calendar=calendar, date=day).delete()
        transaction.on_commit(forget_clocks)


def forget_clocks() -> None:
    """Let every process read all calendars anew."""
    cache.set(GENERATION_KEY, public_token(), None)
