from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from automation.flows.queries import document_of, published_versions
from bookings.appointments.links import service_url
from bookings.appointments.models import Allocation
from bookings.appointments.seats import meeting_start
from bookings.resources.models import Resource
from bookings.resources.queries import availabilities
from bookings.services.models import Service
from bookings.services.queries import rules_of
from bookings.services.wording import span
from bookings.slots import Interval, free_slots
from core.languages import in_active_language
from desk.settings.hours.queries import AHEAD

DAY = timedelta(days=1)
SHOWN = 3
"""Times of a day that the preview names; the rest is counted."""


@dataclass(frozen=True)
class ServiceLine:
    service: Service
    givers: list[str]
    length: str
    url: str


@dataclass(frozen=True)
class FreeDay:
    date: date
    times: list[datetime]
    is_today: bool

    @property
    def shown(self) -> list[datetime]:
        return self.times[:SHOWN]

    @property
    def more(self) -> int:
        return max(0, len(self.times) - SHOWN)


@dataclass(frozen=True)
class Coming:
    """Free times of the next two weeks in wall time of `zone`; `givers` are those who were reckoned with."""

    days: list[FreeDay]
    givers: list[Resource]
    zone: str


def service_lines() -> list[ServiceLine]:
    """Every service in order; two statements."""
    return [
        ServiceLine(
            each,
            [resource.name for resource in each.resources.all() if resource.active],
            span(each.duration),
            service_url(each),
        )
        for each in Service.objects.prefetch_related("resources").order_by("position", "id")
    ]


def all_resources() -> list[Resource]:
    """To choose from, those in use first."""
    return list(Resource.objects.order_by("-active", "name", "id"))


def goal_choices() -> list[tuple[str, str]]:
    """Goals of the flows in use, by key, as customers read them."""
    found: dict[str, str] = {}
    for version in published_versions():
        document = document_of(version)
        for key in document.goals:
            found.setdefault(key, in_active_language(document.table.get(f"goals.{key}", {}), key))
    return list(found.items())


def coming_times(*, service: Service, givers: Iterable[Resource], now: datetime, zone: str) -> Coming:
    """When these could give the service in the next two weeks, whether it is saved so or not; three statements."""
    chosen = [each for each in givers if each.active]
    here = ZoneInfo(zone)
    today = now.astimezone(here).date()
    midnight = datetime.combine(today, datetime.min.time(), here)
    window = Interval(midnight, min(midnight + AHEAD, now + timedelta(days=service.horizon_days)))
    found = _free(service, chosen, window, now) if chosen else set()
    times: dict[date, list[datetime]] = {}
    for start in sorted(found):
        local = start.astimezone(here)
        times.setdefault(local.date(), []).append(local)
    days = [today + timedelta(days=number) for number in range(AHEAD.days)]
    return Coming([FreeDay(day, times.get(day, []), day == today) for day in days], chosen, zone)


def _free(service: Service, givers: list[Resource], window: Interval, now: datetime) -> set[datetime]:
    hours = availabilities(givers, start=window.start.date() - DAY, end=window.end.date() + DAY)
    taken: dict[int, list[tuple[str, Interval]]] = defaultdict(list)
    rows = Allocation.objects.filter(
        resource__in=hours, active=True, occupied__overlap=(window.start - DAY, window.end + DAY)
    )
    for resource_id, meeting, occupied in rows.values_list("resource_id", "meeting", "occupied"):
        taken[resource_id].append((meeting, Interval(occupied.lower, occupied.upper)))
    earliest = now + timedelta(minutes=service.min_notice)
    found: set[datetime] = set()
    for each in givers:
        busy = [interval for _meeting, interval in taken[each.pk]]
        found.update(
            free_slots(
                availability=hours[each.pk], busy=busy, rules=rules_of(service), window=window, now=now
            )
        )
        found.update(start for start in _joinable(service, taken[each.pk]) if earliest <= start < window.end)
    return found


def _joinable(service: Service, taken: list[tuple[str, Interval]]) -> Iterator[datetime]:
    """Starts of the service's own classes that have seats left."""
    if service.pk is None or service.capacity == 1:
        return
    for meeting, count in Counter(meeting for meeting, _interval in taken).items():
        start = meeting_start(meeting, service.pk)
        if start is not None and count < service.capacity:
            yield start
