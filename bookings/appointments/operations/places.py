"""Taking a place at a time: the resources are locked in order of id, then looked at, then one is chosen (spec 9.3)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from psycopg.types.range import TimestamptzRange

from bookings.appointments.models import Allocation, BookedVia, Booking, BookingStatus
from bookings.appointments.operations.telling import record_booking
from bookings.appointments.queries import free_times, fresh_times, loads, open_resources, would_be_offered
from bookings.appointments.queries.free import INSTANT
from bookings.appointments.seats import lowest_free_seat, meeting_key, next_in_turn
from bookings.errors import OutsideHours, SlotTaken, Unavailable
from bookings.resources.models import Resource
from bookings.services.models import Service
from core.events.actor import SYSTEM

_CONSTRAINTS = frozenset({"no_double_booking", "one_meeting_at_a_time"})


@dataclass(frozen=True, slots=True)
class Place:
    """`chosen`: why this resource ("asked", "same", "only", "fewest", "longest_ago"), for the record."""

    resource: Resource
    occupied: TimestamptzRange
    meeting: str
    seat: int
    chosen: str


@contextmanager
def fresh_choices(
    service: Service, *, now: datetime, around: datetime, moving: Booking | None = None
) -> Iterator[None]:
    """Gives a refusal the times that are free instead, read once the locks of the failed attempt are gone."""
    try:
        yield
    except Unavailable as refusal:
        refusal.fresh = fresh_times(service, now=now, around=around, moving=moving)
        raise


def take_place(
    service: Service,
    starts_at: datetime,
    *,
    now: datetime,
    via: BookedVia | str,
    resource: Resource | None = None,
    moving: Booking | None = None,
) -> Place:
    """A free place at that time, its resource locked until the transaction ends.

    Raises SlotTaken, or OutsideHours when it would not be free even if nobody had booked anything.
    """
    occupied = _occupied(service, starts_at)
    locked = _lock(service, resource)
    release_overdue(resource_ids=list(locked), occupied=occupied, now=now)
    free = _free(service, starts_at, now=now, via=via, resource=resource, moving=moving)
    if not free:
        raise _refusal(service, starts_at, now=now, via=via, resource=resource)
    chosen_id, reason = _choose(service, free, resource, moving)
    meeting = meeting_key(service.pk, starts_at)
    seats = Allocation.objects.filter(resource=chosen_id, meeting=meeting, active=True)
    if moving is not None:
        seats = seats.exclude(booking=moving)
    seat = (
        1
        if service.capacity == 1
        else lowest_free_seat(set(seats.values_list("seat", flat=True)), service.capacity)
    )
    if seat is None:
        raise SlotTaken(just_taken())
    return Place(locked[chosen_id], occupied, meeting, seat, reason)


@contextmanager
def last_word() -> Iterator[None]:
    """The constraints decide, whatever was looked at before: what they refuse is taken."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        if getattr(diagnosis, "constraint_name", None) not in _CONSTRAINTS:
            raise
        raise SlotTaken(just_taken()) from error


def release_overdue(*, resource_ids: Collection[int], occupied: TimestamptzRange, now: datetime) -> None:
    """Give back what stands in the way and was not confirmed in time."""
    overdue = Booking.objects.select_for_update(no_key=True, of=("self",)).filter(
        status=BookingStatus.HELD,
        hold_expires_at__lte=now,
        resource__in=resource_ids,
        allocations__active=True,
        allocations__occupied__overlap=occupied,
    )
    for booking in overdue.select_related("service", "resource").order_by("pk"):
        expire(booking)


def expire(booking: Booking) -> None:
    """A locked booking gives its time back."""
    booking.status = BookingStatus.EXPIRED
    booking.save(update_fields=["status"])
    Allocation.objects.filter(booking=booking).update(active=False)
    record_booking("booking.expired", booking, actor=SYSTEM)


def just_taken() -> str:
    return _("This time has just been taken. Please choose another one.")


def _free(
    service: Service,
    starts_at: datetime,
    *,
    now: datetime,
    via: BookedVia | str,
    resource: Resource | None,
    moving: Booking | None,
) -> tuple[int, ...]:
    if via == BookedVia.PERSON:
        if starts_at <= now or not service.active:
            return ()
        return open_resources(service, now=now, starts_at=starts_at, resource=resource, moving=moving)
    found = free_times(
        service, now=now, start=starts_at, end=starts_at + INSTANT, resource=resource, moving=moving
    )
    return found[0].resource_ids if found else ()


def _refusal(
    service: Service, starts_at: datetime, *, now: datetime, via: BookedVia | str, resource: Resource | None
) -> Unavailable:
    if starts_at <= now:
        return OutsideHours(_("This time is over. Please choose a later one."))
    strict = via != BookedVia.PERSON
    if would_be_offered(service, now=now, starts_at=starts_at, resource=resource, strict=strict):
        return SlotTaken(just_taken())
    return OutsideHours(_("This time is not among those that can be booked. Please choose another one."))


def _lock(service: Service, resource: Resource | None) -> dict[int, Resource]:
    rows = Resource.objects.select_for_update(no_key=True, of=("self",))
    rows = rows.filter(provides__service=service, active=True).order_by("pk")
    return {each.pk: each for each in (rows if resource is None else rows.filter(pk=resource.pk))}


def _choose(
    service: Service, free: Collection[int], resource: Resource | None, moving: Booking | None
) -> tuple[int, str]:
    if resource is not None:
        return resource.pk, "asked"
    if moving is not None and moving.resource_id in free:
        return moving.resource_id, "same"
    if len(free) == 1:
        return next(iter(free)), "only"
    return next_in_turn(loads(service, free))


def _occupied(service: Service, starts_at: datetime) -> TimestamptzRange:
    return TimestamptzRange(
        starts_at - timedelta(minutes=service.buffer_before),
        starts_at + timedelta(minutes=service.duration + service.buffer_after),
        "[)",
    )
