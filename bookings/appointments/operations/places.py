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
from bookings.appointments.queries import Timetable, loads
from bookings.appointments.seats import lowest_free_seat, meeting_key, next_in_turn
from bookings.errors import OutsideHours, SlotTaken, Unavailable
from bookings.resources.models import Resource
from bookings.services.models import Service
from core.events.actor import SYSTEM

_CONSTRAINTS = frozenset({"no_double_booking", "one_meeting_at_a_time"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """A time somebody wants of whoever is free, or of one `resource`; `strict`: only times that are offered.

    The timetable is read before anything is locked, so that whoever waits behind the lock waits for one look.
    """

    table: Timetable
    starts_at: datetime
    now: datetime
    strict: bool
    resource: Resource | None = None
    moving: Booking | None = None

    @classmethod
    def read(
        cls,
        service: Service,
        starts_at: datetime,
        *,
        now: datetime,
        via: BookedVia | str,
        resource: Resource | None = None,
        moving: Booking | None = None,
        table: Timetable | None = None,
    ) -> Wanted:
        """`table`: one that the caller has just read for the same service, its window around the time."""
        table = table or Timetable.around(service, starts_at, now=now, resource=resource)
        return cls(table, starts_at, now, via != BookedVia.PERSON, resource, moving)

    @property
    def service(self) -> Service:
        return self.table.service

    def free(self) -> tuple[int, ...]:
        look = self.table.free_at if self.strict else self.table.open_at
        return look(self.starts_at, now=self.now, moving=self.moving)

    def refusal(self) -> Unavailable:
        """Why it is not free: in words, still without fresh times."""
        if self.starts_at <= self.now:
            return OutsideHours(_("This time is over. Please choose a later one."))
        if self.table.offers(self.starts_at, on_grid=self.strict):
            return SlotTaken(just_taken())
        return OutsideHours(_("This time is not among those that can be booked. Please choose another one."))


@dataclass(frozen=True, slots=True)
class Place:
    """`chosen`: why this resource ("asked", "same", "only", "fewest", "longest_ago"), for the record."""

    resource: Resource
    occupied: TimestamptzRange
    meeting: str
    seat: int
    chosen: str


@contextmanager
def fresh_choices(wanted: Wanted) -> Iterator[None]:
    """Gives a refusal the times that are free instead, read once the locks of the failed attempt are gone."""
    try:
        yield
    except Unavailable as refusal:
        refusal.fresh = wanted.table.fresh(now=wanted.now, moving=wanted.moving)
        raise


def take_place(wanted: Wanted) -> Place:
    """A free place at that time, its resource locked until the transaction ends.

    Raises SlotTaken, or OutsideHours when it would not be free even if nobody had booked anything.
    """
    service, starts_at = wanted.service, wanted.starts_at
    locked = _lock(service, wanted.resource)
    free = [each for each in wanted.free() if each in locked]
    if not free:
        raise wanted.refusal()
    chosen_id, reason = _choose(wanted, free)
    occupied = _occupied(service, starts_at)
    release_overdue(resource_id=chosen_id, occupied=occupied, now=wanted.now)
    meeting = meeting_key(service.pk, starts_at)
    seat = _seat(chosen_id, meeting, wanted)
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


def release_overdue(*, resource_id: int, occupied: TimestamptzRange, now: datetime) -> None:
    """Give back what stands in the way and was not confirmed in time."""
    overdue = Booking.objects.select_for_update(no_key=True, of=("self",)).filter(
        status=BookingStatus.HELD,
        hold_expires_at__lte=now,
        resource=resource_id,
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


def _lock(service: Service, resource: Resource | None) -> dict[int, Resource]:
    rows = Resource.objects.select_for_update(no_key=True, of=("self",)).select_related("user")
    rows = rows.filter(provides__service=service, active=True).order_by("pk")
    return {each.pk: each for each in (rows if resource is None else rows.filter(pk=resource.pk))}


def _choose(wanted: Wanted, free: Collection[int]) -> tuple[int, str]:
    if wanted.resource is not None:
        return wanted.resource.pk, "asked"
    if wanted.moving is not None and wanted.moving.resource_id in free:
        return wanted.moving.resource_id, "same"
    if len(free) == 1:
        return next(iter(free)), "only"
    return next_in_turn(loads(wanted.service, free))


def _seat(resource_id: int, meeting: str, wanted: Wanted) -> int | None:
    if wanted.service.capacity == 1:
        return 1
    taken = Allocation.objects.filter(resource=resource_id, meeting=meeting, active=True)
    if wanted.moving is not None:
        taken = taken.exclude(booking=wanted.moving)
    return lowest_free_seat(set(taken.values_list("seat", flat=True)), wanted.service.capacity)


def _occupied(service: Service, starts_at: datetime) -> TimestamptzRange:
    return TimestamptzRange(
        starts_at - timedelta(minutes=service.buffer_before),
        starts_at + timedelta(minutes=service.duration + service.buffer_after),
        "[)",
    )
