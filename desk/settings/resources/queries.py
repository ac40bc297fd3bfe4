from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bookings.appointments.models import Allocation
from bookings.resources.models import Resource, ResourceException
from bookings.resources.queries import resources
from bookings.services.models import Service
from bookings.slots import Availability, Interval, SlotRules, WeeklyHours, free_slots
from core.access.models import User
from core.calendars.clock import Hours
from core.calendars.queries import public_holidays
from desk.settings.hours.queries import AHEAD, SpecialDay

GRAIN = timedelta(minutes=5)
"""How exactly free time is shown."""


@dataclass(frozen=True)
class ResourceLine:
    """`days` are the weekdays with hours, `services` the names of what can be booked."""

    resource: Resource
    days: list[int]
    services: list[str]


@dataclass(frozen=True)
class FreeDay:
    """`free` are spans of wall time that nobody has booked; `why` is the holiday or exception that decides the day."""

    date: date
    free: list[tuple[datetime, datetime]]
    is_closed: bool
    why: str
    is_today: bool


def resource_lines() -> list[ResourceLine]:
    """Every person and room, those in use first, in four statements."""
    rows = resources().prefetch_related("services")
    return [
        ResourceLine(
            each,
            sorted({hours.weekday for hours in each.hours.all()}),
            [service.name for service in each.services.all()],
        )
        for each in rows
    ]


def all_services() -> list[Service]:
    return list(Service.objects.order_by("position", "id"))


def people_for(resource: Resource) -> list[User]:
    """Colleagues who have no calendar yet, and this one's."""
    free = User.objects.filter(is_active=True, resource__isnull=True)
    own = User.objects.filter(pk=resource.user_id) if resource.user_id else User.objects.none()
    return list((free | own).order_by("name", "id").distinct())


def exceptions_of(resource: Resource, since: date) -> list[SpecialDay]:
    """Days from `since` on that have hours of their own, in order."""
    found: dict[date, list[ResourceException]] = {}
    for row in resource.exceptions.filter(date__gte=since).order_by("date", "start"):
        found.setdefault(row.date, []).append(row)
    return [
        SpecialDay(day, rows[0].name, tuple((row.start, row.end) for row in rows if row.start and row.end))
        for day, rows in found.items()
    ]


def busy_of(resource: Resource, window: Interval) -> list[Interval]:
    """When the resource is taken, buffers included."""
    span = (window.start, window.end)
    taken = Allocation.objects.filter(resource=resource, active=True, occupied__overlap=span)
    return [Interval(each.lower, each.upper) for each in taken.values_list("occupied", flat=True)]


def coming_free(
    *,
    now: datetime,
    timezone: str,
    week: Sequence[WeeklyHours],
    exceptions: Iterable[SpecialDay],
    country: str,
    language: str,
    resource: Resource,
) -> list[FreeDay]:
    """Free time of the next two weeks with these hours, day by day in the resource's zone; one statement."""
    zone = ZoneInfo(timezone)
    today = now.astimezone(zone).date()
    holidays = public_holidays(country, language)
    special = {each.date: each for each in exceptions}
    overrides: dict[date, Hours] = {
        **dict.fromkeys(holidays, ()),
        **{day: each.hours for day, each in special.items()},
    }
    days = [today + timedelta(days=number) for number in range(AHEAD.days)]
    midnight = datetime.combine(today, datetime.min.time(), zone)
    window = Interval(midnight, midnight + AHEAD + timedelta(days=1))
    starts = free_slots(
        availability=Availability(timezone, week, overrides),
        busy=busy_of(resource, window) if resource.pk else (),
        rules=SlotRules(GRAIN, GRAIN),
        window=window,
        now=now,
    )
    spans: dict[date, list[tuple[datetime, datetime]]] = {}
    for start, end in _joined([each.astimezone(zone) for each in starts]):
        spans.setdefault(start.date(), []).append((start, end))
    weekdays = {each.weekday for each in week}
    return [
        FreeDay(
            day,
            spans.get(day, []),
            not overrides[day] if day in overrides else day.weekday() not in weekdays,
            special[day].name if day in special else holidays.get(day, ""),
            day == today,
        )
        for day in days
    ]


def _joined(starts: Sequence[datetime]) -> Iterator[tuple[datetime, datetime]]:
    """Starts that follow each other without a gap, as spans of one day."""
    begin: datetime | None = None
    for place, start in enumerate(starts):
        begin = begin or start
        end = start + GRAIN
        follows = place + 1 < len(starts) and starts[place + 1] - start == GRAIN
        if not follows or starts[place + 1].date() != begin.date():
            yield begin, end
            begin = None
