"""What happened to a booking, for the record and for colleagues."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from bookings.appointments.models import Booking
from conversations.threads.links import conversation_url
from core.events.actor import Actor
from core.events.operations import record
from core.notifications.operations import notify


def record_booking(name: str, booking: Booking, *, actor: Actor, **more: Any) -> None:
    """The event with what every event of a booking says; lead, contact and conversation come from the row."""
    payload = {
        "booking": str(booking.public_id),
        "service": booking.service.name,
        "starts_at": booking.starts_at.isoformat(),
        "ends_at": booking.ends_at.isoformat(),
        "resource": booking.resource.name,
        "timezone": booking.timezone,
        **more,
    }
    record(name=name, subject=booking, actor=actor, payload=payload)


def tell_colleagues(what: str, booking: Booking, *, actor: Actor) -> None:
    """A line for whoever gives the meeting and for the lead's owner, save for the one who did it."""
    people = {booking.resource.user, booking.lead.owner if booking.lead else None}
    users = [each for each in people if each is not None and each.is_active and each.pk != actor.user_id]
    if not users:
        return
    params = {
        "contact": str(booking.contact or ""),
        "service": booking.service.name,
        "when": _colleagues_time(booking),
    }
    key = f"{booking.pk}:{booking.revision}"
    notify(users=users, kind=what, key=key, params=params, url=desk_url(booking))


def _colleagues_time(booking: Booking) -> str:
    """In the zone of whoever gives the meeting, in figures that every language reads."""
    return f"{booking.starts_at.astimezone(ZoneInfo(booking.resource.timezone)):%d.%m.%Y %H:%M}"


def desk_url(booking: Booking) -> str:
    """Where colleagues deal with it. The address belongs to the desk; rows that outlive a request keep it as text."""
    if booking.lead is not None:
        return f"/leads/{booking.lead.public_id}/"
    if booking.conversation is not None:
        return conversation_url(booking.conversation)
    return "/calendar/"


def ask_colleagues(booking: Booking, *, occasion: str) -> None:
    """Nothing reaches the customer by itself: whoever gives the meeting and the lead's owner are asked to."""
    people = {booking.resource.user, booking.lead.owner if booking.lead else None}
    params = {
        "contact": str(booking.contact or ""),
        "service": booking.service.name,
        "when": _colleagues_time(booking),
    }
    key = f"{booking.pk}:{booking.revision}:{occasion}"
    users = [each for each in people if each is not None and each.is_active]
    notify(users=users, kind="booking.unreachable", key=key, params=params, url=desk_url(booking))
