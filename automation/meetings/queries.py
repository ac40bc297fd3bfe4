"""What can be booked, as flows and talks need it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

from automation.meetings.talk import Act, button
from bookings.appointments.models import Booking
from bookings.appointments.queries import Timetable, bookings, upcoming_of_contact
from bookings.services.models import Service
from bookings.services.queries import active_services
from bookings.slots import Interval
from conversations.threads.models import Conversation, Direction, Message
from crm.memory import Remembered


@Remembered
def _services() -> list[Service]:
    """Active services in their order, at most 3 seconds old, one query."""
    return list(active_services())


def bookable(key: str | None, goal: str = "") -> Service | None:
    """The active service of that key; without a key the first for the goal, then one that names no goal, then any."""
    rows = _services()
    if key is not None:
        return next((each for each in rows if each.key == key), None)
    fitting = [
        *(each for each in rows if goal in each.goals),
        *(each for each in rows if not each.goals),
        *rows,
    ]
    return next(iter(fitting), None)


def bookable_services() -> list[Service]:
    return _services()


def service_keys() -> list[str]:
    return [each.key for each in _services()]


@Remembered
def _hours() -> dict[tuple[int, date], Timetable]:
    """Hours of whoever gives a service, by service and day; at most 3 seconds old. What is taken is never kept."""
    return {}


def timetable(service: Service, *, now: datetime) -> Timetable:
    """Everybody's hours until the service's horizon; three statements, or none while they are remembered."""
    window = Interval(now, now + timedelta(days=service.horizon_days))
    known, key = _hours(), (service.pk, now.date())
    if key not in known:
        known[key] = Timetable.read(service, window)
    return replace(known[key], window=window)


def own_booking(public_id: UUID, contact_id: int) -> Booking | None:
    """The booking, if it is this contact's."""
    return bookings().with_details().filter(public_id=public_id, contact_id=contact_id).first()


def next_booking(contact_id: int, now: datetime) -> Booking | None:
    """The contact's next meeting that stands."""
    return next(iter(upcoming_of_contact(contact_id, now)), None)


def reminded_booking(conversation: Conversation) -> Booking | None:
    """The contact's booking that the newest words of ours remind of: those with a button to say that they come."""
    said = Message.objects.filter(conversation=conversation, direction=Direction.OUT)
    replies = said.order_by("-sequence").values_list("quick_replies", flat=True).first()
    for reply in replies or ():
        decision = button(reply.get("payload"))
        if decision is not None and decision.act is Act.COMING and decision.booking:
            return own_booking(UUID(decision.booking), conversation.contact_id)
    return None
