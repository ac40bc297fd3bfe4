"""Which times are free. The one calculation behind every list, every booking and every "just taken" (spec 9.3)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Q, Subquery

from bookings.appointments.models import Allocation, Booking, BookingStatus
from bookings.appointments.seats import Load, meeting_start
from bookings.resources.models import Resource
from bookings.resources.queries import availabilities
from bookings.services.models import Service, ServiceResource
from bookings.services.queries import rules_of
from bookings.slots import Availability, Interval, fits, free_slots

INSTANT = timedelta(microseconds=1)
FRESH_DAYS = 7
_DAY = timedelta(days=1)
_LONGEST = 2 * _DAY
"""No meeting with its buffers is longer: what is that far from a window does not concern it."""
_LONG_AGO = datetime.min.replace(tzinfo=UTC)

Meetings = Mapping[int, list[tuple[str, Interval]]]
"""What is taken, by resource: keys of meetings with the time that they occupy."""


@dataclass(frozen=True, slots=True)
class FreeTime:
    """`resource_ids`: who could be booked then, ascending."""

    starts_at: datetime
    resource_ids: tuple[int, ...]


def free_times(
    service: Service,
    *,
    now: datetime,
    start: datetime | None = None,
    end: datetime | None = None,
    resource: Resource | None = None,
    moving: Booking | None = None,
) -> list[FreeTime]:
    """Starts from `start` (now) until just before `end` (the service's horizon), ascending; four statements at most.

    Of one `resource` or of all who give the service. A booking that is `moving` does not stand in its own way. Empty
    for a service that is switched off.
    """
    window = _clipped(service, now, start, end)
    if window.start >= window.end:
        return []
    return Timetable.read(service, window, resource=resource).free(window, now=now, moving=moving)


@dataclass(frozen=True)
class Timetable:
    """Hours of everybody who gives a service, over a window. What is taken is read when it is asked for."""

    service: Service
    window: Interval
    hours: Mapping[int, Availability]

    @classmethod
    def read(cls, service: Service, window: Interval, *, resource: Resource | None = None) -> Timetable:
        """Three statements; nobody's hours for a service that is switched off."""
        rows = Resource.objects.filter(provides__service=service, active=True).order_by("pk")
        found = list(rows if resource is None else rows.filter(pk=resource.pk)) if service.active else []
        if not found:
            return cls(service, window, {})
        start, end = (window.start - _LONGEST).date(), (window.end + _LONGEST).date()
        return cls(service, window, availabilities(found, start=start, end=end))

    @classmethod
    def around(
        cls, service: Service, starts_at: datetime, *, now: datetime, resource: Resource | None = None
    ) -> Timetable:
        """For somebody who wants `starts_at` and, when that is gone, another time of that week."""
        start = max(now, starts_at - _DAY)
        return cls.read(service, Interval(start, start + timedelta(days=FRESH_DAYS)), resource=resource)

    def free(self, window: Interval, *, now: datetime, moving: Booking | None = None) -> list[FreeTime]:
        """Free times of a part of the window, no later than the service's horizon; one statement."""
        window = _clipped(self.service, now, window.start, window.end)
        if not self.hours or window.start >= window.end:
            return []
        taken = _taken(self.hours, window, now, moving)
        found: dict[datetime, list[int]] = defaultdict(list)
        for resource_id, hours in self.hours.items():
            for starts_at in _free_in(hours, taken[resource_id], self.service, window, now):
                found[starts_at].append(resource_id)
        return [FreeTime(each, tuple(found[each])) for each in sorted(found)]

    def free_at(
        self, starts_at: datetime, *, now: datetime, moving: Booking | None = None
    ) -> tuple[int, ...]:
        """Who is free at a time that is offered; one statement."""
        found = self.free(Interval(starts_at, starts_at + INSTANT), now=now, moving=moving)
        return found[0].resource_ids if found else ()

    def open_at(
        self, starts_at: datetime, *, now: datetime, moving: Booking | None = None
    ) -> tuple[int, ...]:
        """Who could be booked by a colleague, for whom neither grid nor notice nor horizon count; one statement."""
        if starts_at <= now or not self.hours:
            return ()
        taken = _taken(self.hours, Interval(starts_at, starts_at + INSTANT), now, moving)
        return tuple(
            resource_id
            for resource_id, hours in self.hours.items()
            if _fits_in(hours, taken[resource_id], self.service, starts_at)
        )

    def offers(self, starts_at: datetime, *, on_grid: bool) -> bool:
        """Whether the time could be booked if nobody had booked anything: else it was never free."""
        window, rules = Interval(starts_at, starts_at + INSTANT), rules_of(self.service)
        if not on_grid:
            return any(
                fits(availability=hours, busy=(), rules=rules, start=starts_at)
                for hours in self.hours.values()
            )
        return any(
            free_slots(availability=hours, busy=(), rules=rules, window=window, now=_LONG_AGO)
            for hours in self.hours.values()
        )

    def fresh(self, *, now: datetime, moving: Booking | None = None) -> list[datetime]:
        """What to offer instead: free times of the window, else of all the service's days."""
        found = self.free(self.window, now=now, moving=moving)
        return [each.starts_at for each in found or free_times(self.service, now=now, moving=moving)]


def loads(service: Service, resource_ids: Collection[int]) -> list[Load]:
    """How the turns stand among these resources; one statement."""
    providers = ServiceResource.objects.filter(service=service, resource__active=True)
    began = providers.order_by("-since").values("since")[:1]
    booked = Booking.objects.filter(service=service, resource__in=resource_ids).exclude(
        status__in=[BookingStatus.CANCELLED, BookingStatus.EXPIRED]
    )
    lately = Count("pk", filter=Q(created_at__gte=Subquery(began)))
    rows = booked.values_list("resource_id").annotate(number=lately, last=Max("created_at"))
    known = {resource_id: Load(resource_id, number, last) for resource_id, number, last in rows}
    return [known.get(each, Load(each, 0, None)) for each in sorted(resource_ids)]


def _clipped(service: Service, now: datetime, start: datetime | None, end: datetime | None) -> Interval:
    horizon = now + timedelta(days=service.horizon_days)
    return Interval(max(start or now, now), min(end or horizon, horizon))


def _taken(
    resource_ids: Collection[int], window: Interval, now: datetime, moving: Booking | None
) -> Meetings:
    """Seats that are taken near the window; a hold that has run out takes none, whoever has not noticed yet."""
    near = (window.start - _LONGEST, window.end + _LONGEST)
    rows = Allocation.objects.filter(resource__in=list(resource_ids), active=True, occupied__overlap=near)
    rows = rows.exclude(booking__status=BookingStatus.HELD, booking__hold_expires_at__lte=now)
    if moving is not None:
        rows = rows.exclude(booking=moving)
    taken: dict[int, list[tuple[str, Interval]]] = defaultdict(list)
    occupied: Any
    for resource_id, key, occupied in rows.values_list("resource_id", "meeting", "occupied"):
        taken[resource_id].append((key, Interval(occupied.lower, occupied.upper)))
    return taken


def _free_in(
    hours: Availability,
    meetings: list[tuple[str, Interval]],
    service: Service,
    window: Interval,
    now: datetime,
) -> list[datetime]:
    rules = rules_of(service)
    busy = [each for _key, each in meetings]
    found = free_slots(availability=hours, busy=busy, rules=rules, window=window, now=now)
    for starts_at, key in _with_free_seats(meetings, service):
        if window.start <= starts_at < window.end:
            others = [each for other, each in meetings if other != key]
            seat = Interval(starts_at, starts_at + INSTANT)
            found += free_slots(availability=hours, busy=others, rules=rules, window=seat, now=now)
    return found


def _fits_in(
    hours: Availability, meetings: list[tuple[str, Interval]], service: Service, starts_at: datetime
) -> bool:
    joined = next((key for begins, key in _with_free_seats(meetings, service) if begins == starts_at), None)
    busy = [each for key, each in meetings if key != joined]
    return fits(availability=hours, busy=busy, rules=rules_of(service), start=starts_at)


def _with_free_seats(meetings: list[tuple[str, Interval]], service: Service) -> list[tuple[datetime, str]]:
    """Meetings of the service that others have joined and that are not full, with their starts."""
    if service.capacity == 1:
        return []
    seats = Counter(key for key, _interval in meetings)
    begun = [
        (meeting_start(key, service.pk), key) for key, count in seats.items() if count < service.capacity
    ]
    return [(starts_at, key) for starts_at, key in begun if starts_at is not None]
