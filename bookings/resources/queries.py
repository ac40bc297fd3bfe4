from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time
from functools import lru_cache

from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone

from bookings.resources.models import Resource, ResourceException, ResourceHours
from bookings.slots import Availability, WeeklyHours
from core.access.models import Membership, User
from core.calendars.queries import public_holidays

DayHours = tuple[tuple[time, time], ...]


def resources() -> QuerySet[Resource]:
    """All people and rooms by name, those in use first, with the colleague, hours and exceptions; three statements."""
    rows = Resource.objects.select_related("user").order_by("-active", "name", "id")
    return rows.prefetch_related(
        Prefetch("hours", ResourceHours.objects.order_by("weekday", "start")),
        Prefetch("exceptions", ResourceException.objects.order_by("date", "start")),
    )


def resources_visible_to(user: User) -> QuerySet[Resource]:
    """Those in use whose calendar `user` may look into: managers all, agents their own, colleagues' of their teams, and
    rooms.
    """
    rows = Resource.objects.filter(active=True).order_by("kind", "name", "id")
    if not (user.is_authenticated and user.is_active):
        return rows.none()
    if user.sees_everything:
        return rows
    teams = Membership.objects.filter(user=user).values("team_id")
    mates = Membership.objects.filter(team__in=teams).values("user_id")
    return rows.filter(Q(user=user) | Q(user__in=mates) | Q(user__isnull=True))


def resource_by_feed(token: str) -> Resource | None:
    """The active resource whose iCalendar feed bears the token."""
    return Resource.objects.filter(feed_token=token, active=True).first()


def week_of(resource: Resource) -> list[WeeklyHours]:
    return [_weekly(row) for row in ResourceHours.objects.filter(resource=resource)]


def availabilities(found: Sequence[Resource], *, start: date, end: date) -> dict[int, Availability]:
    """Hours of each resource by id, with exceptions and public holidays of these dates; two statements."""
    ids = [each.pk for each in found]
    weekly: dict[int, list[WeeklyHours]] = defaultdict(list)
    for row in ResourceHours.objects.filter(resource__in=ids):
        weekly[row.resource_id].append(_weekly(row))
    exceptions: dict[int, list[ResourceException]] = defaultdict(list)
    for exception in ResourceException.objects.filter(resource__in=ids, date__gte=start, date__lte=end):
        exceptions[exception.resource_id].append(exception)
    return {
        each.pk: Availability(
            timezone=each.timezone,
            weekly=weekly[each.pk],
            overrides={
                **_holidays(each.holiday_country, start, end),
                **_own_hours(exceptions[each.pk]),
            },
        )
        for each in found
    }


def _weekly(row: ResourceHours) -> WeeklyHours:
    return WeeklyHours(row.weekday, row.start, row.end, row.overnight)


def _own_hours(rows: Iterable[ResourceException]) -> Mapping[date, DayHours]:
    hours: dict[date, list[tuple[time, time]]] = defaultdict(list)
    for row in rows:
        opening = hours[row.date]
        if row.start is not None and row.end is not None:
            opening.append((row.start, row.end))
    return {day: tuple(sorted(periods)) for day, periods in hours.items()}


def _holidays(country: str, start: date, end: date) -> Mapping[date, DayHours]:
    if not country:
        return {}
    return {day: () for day in _days_closed(country, timezone.now().year) if start <= day <= end}


@lru_cache(maxsize=64)
def _days_closed(country: str, year: int) -> frozenset[date]:
    """Remembered by year, since reading them takes longer than everything else here together."""
    return frozenset(public_holidays(country))
