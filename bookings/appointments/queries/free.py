"""Which times are free. The one calculation behind every list, every booking and every "just taken" (spec 9.3)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Q

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


@dataclass(frozen=True, slots=True)
class FreeTime:
    """`resource_ids`: who could be booked then, ascending."""

    starts_at: datetime
    resource_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Diary:
    """Hours of one resource, and its meetings by key."""

    availability: Availability
    meetings: tuple[tuple[str, Interval], ...]


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
    window = _window(service, now, start, end)
    if not service.active or window.start >= window.end:
        return []
    found: dict[datetime, list[int]] = defaultdict(list)
    for resource_id, diary in _diaries(service, window, now, resource, moving).items():
        for starts_at in _free_in(diary, service, window, now):
            found[starts_at].append(resource_id)
    return [FreeTime(each, tuple(found[each])) for each in sorted(found)]


def fresh_times(
    service: Service, *, now: datetime, around: datetime, moving: Booking | None = None
) -> list[datetime]:
    """Free times for somebody who wanted `around`: those of the week from the day before, else all."""
    start = max(now, around - _DAY)
    week = free_times(service, now=now, start=start, end=start + timedelta(days=FRESH_DAYS), moving=moving)
    return [each.starts_at for each in week or free_times(service, now=now, moving=moving)]


def open_resources(
    service: Service,
    *,
    now: datetime,
    starts_at: datetime,
    resource: Resource | None = None,
    moving: Booking | None = None,
) -> tuple[int, ...]:
    """Who could be booked at just that time by a colleague, for whom neither grid nor notice nor horizon count."""
    window = Interval(starts_at, starts_at + INSTANT)
    return tuple(
        resource_id
        for resource_id, diary in _diaries(service, window, now, resource, moving).items()
        if _fits_in(diary, service, starts_at)
    )


def would_be_offered(
    service: Service, *, now: datetime, starts_at: datetime, resource: Resource | None = None, strict: bool
) -> bool:
    """Whether the time would be free if nobody had booked anything: then somebody was quicker, else it was never free."""
    window = Interval(starts_at, starts_at + INSTANT)
    rules = rules_of(service)
    for diary in _diaries(service, window, now, resource, None).values():
        if strict:
            offered = free_slots(
                availability=diary.availability,
                busy=(),
                rules=rules,
                window=window,
                now=datetime.min.replace(tzinfo=UTC),
            )
            if offered:
                return True
        elif fits(availability=diary.availability, busy=(), rules=rules, start=starts_at):
            return True
    return False


def loads(service: Service, resource_ids: Collection[int]) -> list[Load]:
    """How the turns stand among these resources; two statements."""
    began = ServiceResource.objects.filter(service=service, resource__active=True).aggregate(at=Max("since"))
    booked = Booking.objects.filter(service=service, resource__in=resource_ids).exclude(
        status__in=[BookingStatus.CANCELLED, BookingStatus.EXPIRED]
    )
    lately = Count("pk", filter=Q(created_at__gte=began["at"]))
    rows = booked.values_list("resource_id").annotate(number=lately, last=Max("created_at"))
    known = {resource_id: Load(resource_id, number, last) for resource_id, number, last in rows}
    return [known.get(each, Load(each, 0, None)) for each in sorted(resource_ids)]


def _window(service: Service, now: datetime, start: datetime | None, end: datetime | None) -> Interval:
    horizon = now + timedelta(days=service.horizon_days)
    return Interval(max(start or now, now), min(end or horizon, horizon))


def _free_in(diary: _Diary, service: Service, window: Interval, now: datetime) -> list[datetime]:
    rules = rules_of(service)
    busy = [each for _key, each in diary.meetings]
    found = free_slots(availability=diary.availability, busy=busy, rules=rules, window=window, now=now)
    for starts_at, key in _with_free_seats(diary, service):
        others = [each for other, each in diary.meetings if other != key]
        if window.start <= starts_at < window.end:
            found += free_slots(
                availability=diary.availability,
                busy=others,
                rules=rules,
                window=Interval(starts_at, starts_at + INSTANT),
                now=now,
            )
    return found


def _fits_in(diary: _Diary, service: Service, starts_at: datetime) -> bool:
    joined = next((key for begins, key in _with_free_seats(diary, service) if begins == starts_at), None)
    busy = [each for key, each in diary.meetings if key != joined]
    return fits(availability=diary.availability, busy=busy, rules=rules_of(service), start=starts_at)


def _with_free_seats(diary: _Diary, service: Service) -> list[tuple[datetime, str]]:
    """Meetings of the service that others have joined and that are not full, with their starts."""
    if service.capacity == 1:
        return []
    taken = Counter(key for key, _interval in diary.meetings)
    begun = [
        (meeting_start(key, service.pk), key) for key, count in taken.items() if count < service.capacity
    ]
    return [(starts_at, key) for starts_at, key in begun if starts_at is not None]


def _diaries(
    service: Service, window: Interval, now: datetime, resource: Resource | None, moving: Booking | None
) -> dict[int, _Diary]:
    rows = Resource.objects.filter(provides__service=service, active=True).order_by("pk")
    found = list(rows if resource is None else rows.filter(pk=resource.pk))
    if not found:
        return {}
    hours = availabilities(found, start=(window.start - _LONGEST).date(), end=(window.end + _LONGEST).date())
    meetings: dict[int, list[tuple[str, Interval]]] = defaultdict(list)
    for resource_id, key, occupied in _taken([each.pk for each in found], window, now, moving):
        meetings[resource_id].append((key, Interval(occupied.lower, occupied.upper)))
    return {each.pk: _Diary(hours[each.pk], tuple(meetings[each.pk])) for each in found}


def _taken(
    resource_ids: Collection[int], window: Interval, now: datetime, moving: Booking | None
) -> list[tuple[int, str, Any]]:
    """Seats that are taken near the window; a hold that has run out takes none, whoever has not noticed yet."""
    near = (window.start - _LONGEST, window.end + _LONGEST)
    rows = Allocation.objects.filter(resource__in=resource_ids, active=True, occupied__overlap=near)
    rows = rows.exclude(booking__status=BookingStatus.HELD, booking__hold_expires_at__lte=now)
    if moving is not None:
        rows = rows.exclude(booking=moving)
    return list(rows.values_list("resource_id", "meeting", "occupied"))
