"""Coming, came, did not come."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from bookings.appointments.models import Booking, BookingStatus
from bookings.appointments.operations.aftermath import after_marking
from bookings.appointments.operations.rows import locked_booking, locked_with_lead
from bookings.appointments.operations.telling import record_booking
from bookings.errors import BookingClosed, TooEarly
from core.contention import retried
from core.events.actor import CUSTOMER, Actor

_MARKS = {
    True: (BookingStatus.ATTENDED, "booking.attended"),
    False: (BookingStatus.NO_SHOW, "booking.missed"),
    None: (BookingStatus.CONFIRMED, "booking.reopened"),
}


@retried
def acknowledge(*, booking_id: int, now: datetime) -> Booking:
    """The customer says that they are coming; again, or once it has begun, nothing happens.

    Raises BookingClosed for a booking that no longer stands.
    """
    booking = locked_booking(booking_id)
    if booking.status in (BookingStatus.ATTENDED, BookingStatus.NO_SHOW):
        return booking
    if booking.status != BookingStatus.CONFIRMED:
        raise BookingClosed(_("This meeting no longer stands. Please book a new time."))
    if booking.acknowledged_at is None and now < booking.starts_at:
        booking.acknowledged_at = now
        booking.save(update_fields=["acknowledged_at"])
        record_booking("booking.acknowledged", booking, actor=CUSTOMER)
    return booking


@retried
def mark(*, booking_id: int, came: bool | None, now: datetime, actor: Actor) -> Booking:
    """Whether the customer came; None leaves it open again. The same mark twice is one.

    Raises TooEarly before the start, BookingClosed for a booking that was never confirmed or was cancelled.
    """
    booking = locked_with_lead(booking_id)
    status, event = _MARKS[came]
    if booking.status not in {status for status, _event in _MARKS.values()}:
        raise BookingClosed(_("Only a meeting that was agreed and not cancelled can be marked."))
    if booking.status == status:
        return booking
    if now < booking.starts_at:
        raise TooEarly(_("The meeting has not begun yet."))
    booking.status = status
    booking.save(update_fields=["status"])
    record_booking(event, booking, actor=actor)
    after_marking(booking, came=came, now=now, actor=actor)
    return booking
