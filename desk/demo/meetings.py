"""What can be booked with the demo company, and a calendar that is not empty."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from bookings.appointments.models import BookedVia, Booking
from bookings.appointments.operations import book, mark
from bookings.appointments.queries import FreeTime, free_times
from bookings.resources.models import Resource, ResourceKind
from bookings.resources.operations import save_resource
from bookings.services.models import Service
from bookings.services.operations import save_service
from bookings.slots import WeeklyHours
from conversations.threads.models import Conversation
from core.access.models import Shift, User
from core.due.models import DueRow
from core.events.actor import CUSTOMER, SYSTEM
from core.events.models import Event
from core.notifications.models import Notification
from crm.pipeline.models import Lead, StageKind
from desk.demo.company import ZONE

FILE = Path(__file__).with_name("meetings.yaml")
BOOKED_AHEAD = timedelta(days=3)


def install_meetings(*, people: Sequence[User], now: datetime) -> None:
    """Services with the sales people who give them, and meetings of the last and the coming days."""
    content = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    given_by = [_resource(person) for person in people]
    services = {entry["key"]: _service(entry, given_by) for entry in content["services"]}
    leads = _leads(len(content["meetings"]))
    for entry, lead in zip(content["meetings"], leads, strict=False):
        _meeting(services[entry["service"]], entry, lead, now)


def _resource(person: User) -> Resource:
    week = [WeeklyHours(each.weekday, each.start, each.end) for each in Shift.objects.filter(user=person)]
    values = {
        "name": person.name,
        "kind": ResourceKind.PERSON,
        "user": person,
        "timezone": ZONE,
        "holiday_country": "AM",
    }
    return save_resource(values=values, week=week, actor=SYSTEM)


def _service(entry: dict[str, Any], given_by: Sequence[Resource]) -> Service:
    return save_service(values=entry, resource_ids=[each.pk for each in given_by], actor=SYSTEM)


def _leads(number: int) -> list[Lead]:
    """Open ones that have written to us, a different customer for each meeting."""
    written = Conversation.objects.values("lead")
    rows = Lead.objects.filter(stage_kind=StageKind.OPEN, pk__in=written).select_related("contact")
    return list(rows.order_by("-created_at", "id")[:number])


def _meeting(service: Service, entry: dict[str, Any], lead: Lead, now: datetime) -> None:
    wished = _wished(entry, now)
    booked_at = min(now, wished - BOOKED_AHEAD)
    found = _nearest(service, wished, booked_at if wished < now else now)
    if found is None:
        return
    booking = book(
        service=service,
        starts_at=found.starts_at,
        now=booked_at,
        contact=lead.contact,
        lead=lead,
        conversation=Conversation.objects.filter(lead=lead).first(),
        timezone=ZONE,
        language=lead.contact.language or "en",
        via=BookedVia.CHAT,
        actor=CUSTOMER,
    )
    if found.starts_at < now:
        mark(booking_id=booking.pk, came=entry.get("came", True), now=now, actor=SYSTEM)
    _date_back(booking, booked_at, now)


def _wished(entry: dict[str, Any], now: datetime) -> datetime:
    day = now.astimezone(ZoneInfo(ZONE)) + timedelta(days=entry["days"])
    return day.replace(hour=entry["hour"], minute=0, second=0, microsecond=0)


def _nearest(service: Service, wished: datetime, now: datetime) -> FreeTime | None:
    """A coming meeting stays ahead, a past one behind, also where the day itself is full or free."""
    days = timedelta(days=2)
    found = free_times(service, now=now, start=wished - days, end=wished + days)
    return next(_by_nearness(found, wished), None)


def _by_nearness(found: Sequence[FreeTime], wished: datetime) -> Iterator[FreeTime]:
    yield from sorted(found, key=lambda each: (abs(each.starts_at - wished), each.starts_at))


def _date_back(booking: Booking, booked_at: datetime, now: datetime) -> None:
    """It was booked then, and nobody is told or reminded of it today."""
    Booking.objects.filter(pk=booking.pk).update(created_at=booked_at)
    Event.objects.filter(subject_type="booking", subject_id=booking.pk).update(created_at=booked_at)
    Notification.objects.filter(key__startswith=f"{booking.pk}:", kind__startswith="booking.").delete()
    DueRow.objects.filter(kind__startswith="booking.", due_at__lte=now, lead_id=booking.lead_id).delete()
