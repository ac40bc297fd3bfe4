"""When the time of a booking's due row has come. Each re-reads the booking: what no longer fits is dropped."""

from __future__ import annotations

from datetime import datetime

from bookings.appointments import notices
from bookings.appointments.operations import release_overdue_hold
from bookings.appointments.operations.aftermath import after_start
from bookings.appointments.operations.reminders import HOLD, INVITATION, NO_SHOW, REMINDER, STARTED
from bookings.invitations.operations import send_invitation
from core.due.models import DueRow
from core.due.registry import handler


def register() -> None:
    handler(HOLD)(_hold)
    handler(REMINDER)(_remind)
    handler(NO_SHOW)(_no_show)
    handler(INVITATION)(_invitation)
    handler(STARTED)(_started)


def _hold(row: DueRow, now: datetime) -> None:
    release_overdue_hold(booking_id=int(row.key), now=now)


def _remind(row: DueRow, now: datetime) -> None:
    booking_id, _, kind = row.key.partition(":")
    notices.remind(
        booking_id=int(booking_id),
        kind=kind,
        revision=row.payload["revision"],
        due_at=row.due_at,
        now=now,
    )


def _no_show(row: DueRow, now: datetime) -> None:
    notices.regret(booking_id=int(row.key), revision=row.payload["revision"], now=now)


def _invitation(row: DueRow, now: datetime) -> None:
    send_invitation(
        booking_id=int(row.key),
        revision=row.payload["revision"],
        method=row.payload["method"],
        now=now,
    )


def _started(row: DueRow, now: datetime) -> None:
    after_start(booking_id=int(row.key), revision=row.payload["revision"])
