"""What is due later for a booking (spec 3.4): rows, unique by kind and booking."""

from __future__ import annotations

from datetime import datetime, timedelta

from bookings.appointments.models import Booking
from core.due import operations as due

HOLD = "booking.hold"
REMINDER = "booking.reminder"
NO_SHOW = "booking.no_show"
INVITATION = "booking.invitation"
STARTED = "booking.started"

BEFORE: dict[str, timedelta] = {
    "24h": timedelta(hours=24),
    "2h": timedelta(hours=2),
    "10m": timedelta(minutes=10),
}
NO_SHOW_AFTER = timedelta(minutes=10)
"""A mark by mistake can be taken back before the customer hears of it."""


def schedule_hold(booking: Booking) -> None:
    assert booking.hold_expires_at is not None
    _schedule(HOLD, str(booking.pk), booking.hold_expires_at, booking)


def forget_hold(booking: Booking) -> None:
    due.cancel(kind=HOLD, key=str(booking.pk))


def schedule_meeting(booking: Booking, *, now: datetime, invite: bool) -> None:
    """All that follows from a time that was agreed on, by one statement: the reminders whose moment is still to come,
    the start, at which whoever is scored by meetings ahead is scored again, and the mail with the calendar entry. A
    moved booking takes its rows along.
    """
    coming = {kind: booking.starts_at - before for kind, before in BEFORE.items()}
    rows = [_row(REMINDER, f"{booking.pk}:{kind}", at, booking) for kind, at in coming.items() if at > now]
    if booking.lead_id is not None:
        rows.append(_row(STARTED, str(booking.pk), booking.starts_at, booking))
    if invite:
        rows.append(_row(INVITATION, str(booking.pk), now, booking, method="REQUEST"))
    due.schedule_all(rows)
    gone = [f"{booking.pk}:{kind}" for kind, at in coming.items() if at <= now]
    if booking.revision and gone:
        due.cancel_all(kind=REMINDER, keys=gone)


def forget_reminders(booking: Booking) -> None:
    due.cancel_all(kind=REMINDER, keys=[f"{booking.pk}:{kind}" for kind in BEFORE])


def forget_start(booking: Booking) -> None:
    due.cancel(kind=STARTED, key=str(booking.pk))


def schedule_cancellation(booking: Booking, *, now: datetime) -> None:
    """Mail that takes the entry out of the customer's calendar, once the transaction stands."""
    _schedule(INVITATION, str(booking.pk), now, booking, method="CANCEL")


def schedule_no_show(booking: Booking, *, now: datetime) -> None:
    _schedule(NO_SHOW, str(booking.pk), now + NO_SHOW_AFTER, booking)


def forget_no_show(booking: Booking) -> None:
    due.cancel(kind=NO_SHOW, key=str(booking.pk))


def _schedule(kind: str, key: str, due_at: datetime, booking: Booking, **more: str) -> None:
    due.schedule_all([_row(kind, key, due_at, booking, **more)])


def _row(kind: str, key: str, due_at: datetime, booking: Booking, **more: str) -> due.Planned:
    payload = {"revision": booking.revision, **more}
    return due.Planned(kind, key, due_at, payload, booking.lead_id, booking.conversation_id)
