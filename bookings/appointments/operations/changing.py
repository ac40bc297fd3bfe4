"""Another time, or none."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from bookings.appointments.models import Allocation, BookedVia, Booking, BookingStatus
from bookings.appointments.operations.aftermath import after_cancelling, after_moving
from bookings.appointments.operations.places import (
    Place,
    Wanted,
    fresh_choices,
    last_word,
    take_place,
)
from bookings.appointments.operations.reminders import forget_hold, schedule_hold
from bookings.appointments.operations.rows import locked_booking, locked_with_lead, seen_booking
from bookings.appointments.operations.telling import record_booking
from bookings.appointments.queries import Timetable, changeable_until
from bookings.errors import BookingClosed, TooLate
from bookings.resources.models import Resource
from core.contention import retried
from core.events.actor import Actor
from core.text import clean_words
from crm.pipeline.models import Lead
from crm.pipeline.queries import locked_lead


def move(
    *,
    booking_id: int,
    starts_at: datetime,
    now: datetime,
    via: BookedVia | str,
    actor: Actor,
    resource: Resource | None = None,
    by_customer: bool = False,
    table: Timetable | None = None,
    lead: Lead | None = None,
    known: Booking | None = None,
) -> Booking:
    """The same booking at another time, with `resource` or whoever is free then, rather the same person.

    One row for life: `revision` + 1, its seat moves with it. To the time that it has already: nothing happens. Raises
    SlotTaken and OutsideHours with fresh times, BookingClosed, and TooLate for a customer within the service's cutoff.

    What the caller's transaction has at hand already: `table`, `lead` if it is locked, `known`, the booking as just read.
    """
    known = known or seen_booking(booking_id)
    wanted = Wanted.read(
        known.service, starts_at, now=now, via=via, resource=resource, moving=known, table=table
    )
    with fresh_choices(wanted):
        return _move(wanted, known=known, lead=lead, via=via, actor=actor, by_customer=by_customer)


@retried
def _move(
    wanted: Wanted,
    *,
    known: Booking,
    lead: Lead | None,
    via: BookedVia | str,
    actor: Actor,
    by_customer: bool,
) -> Booking:
    now, starts_at = wanted.now, wanted.starts_at
    _check_open(known, now=now, by_customer=by_customer)
    if known.starts_at == starts_at and wanted.resource in (None, known.resource):
        return known
    held = _held_lead(known, lead)
    place = take_place(wanted)
    booking = locked_booking(known.pk)
    if held is not None and held.pk == booking.lead_id:
        booking.lead = held
    _check_open(booking, now=now, by_customer=by_customer)
    before = {"from": booking.starts_at.isoformat(), "from_resource": booking.resource.name}
    _put(booking, place, starts_at)
    if booking.status == BookingStatus.HELD:
        booking.hold_expires_at = now + timedelta(minutes=booking.service.hold_minutes)
        booking.save(update_fields=["hold_expires_at"])
        schedule_hold(booking)
        return booking
    record_booking("booking.moved", booking, actor=actor, via=str(via), **before)
    after_moving(booking, now=now, actor=actor)
    return booking


def _held_lead(known: Booking, lead: Lead | None) -> Lead | None:
    """The booking's lead, locked: the caller's own, or locked now, before any resource."""
    if known.lead_id is None or (lead is not None and lead.pk == known.lead_id):
        return lead
    return locked_lead(known.lead_id)


def _put(booking: Booking, place: Place, starts_at: datetime) -> None:
    booking.starts_at = starts_at
    booking.ends_at = starts_at + timedelta(minutes=booking.service.duration)
    booking.resource = place.resource
    booking.revision += 1
    booking.acknowledged_at = None
    with last_word():
        booking.save(update_fields=["starts_at", "ends_at", "resource", "revision", "acknowledged_at"])
        Allocation.objects.filter(booking=booking).update(
            resource=place.resource,
            seat=place.seat,
            meeting=place.meeting,
            occupied=place.occupied,
            active=True,
        )


@retried
def cancel(
    *,
    booking_id: int,
    now: datetime,
    via: BookedVia | str,
    actor: Actor,
    reason: str = "",
    by_customer: bool = False,
) -> Booking:
    """Call the meeting off and give its time back; a booking that is cancelled already stays as it is.

    Raises BookingClosed when it is over, TooLate for a customer within the service's cutoff.
    """
    booking = locked_with_lead(booking_id)
    if booking.status == BookingStatus.CANCELLED:
        return booking
    _check_open(booking, now=now, by_customer=by_customer)
    was_held = booking.status == BookingStatus.HELD
    booking.status = BookingStatus.CANCELLED
    booking.cancel_reason = " ".join(clean_words(reason).split())[:300]
    booking.revision += 1
    booking.save(update_fields=["status", "cancel_reason", "revision"])
    Allocation.objects.filter(booking=booking).update(active=False)
    record_booking("booking.cancelled", booking, actor=actor, reason=booking.cancel_reason, via=str(via))
    if was_held:
        forget_hold(booking)
    else:
        after_cancelling(booking, now=now, actor=actor)
    return booking


def _check_open(booking: Booking, *, now: datetime, by_customer: bool) -> None:
    if booking.status == BookingStatus.CANCELLED:
        raise BookingClosed(_("This meeting was cancelled. Please book a new time."))
    if booking.status == BookingStatus.EXPIRED:
        raise BookingClosed(_("This time was not confirmed and is free again. Please book a new one."))
    if booking.status in (BookingStatus.ATTENDED, BookingStatus.NO_SHOW):
        raise BookingClosed(_("This meeting is over. Please book a new time."))
    if by_customer and booking.status == BookingStatus.CONFIRMED and now > changeable_until(booking):
        raise TooLate(_("The meeting is too near to change it here. Please write to us, and we will help."))
