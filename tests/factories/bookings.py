"""Services, people and bookings for tests of several rooms, made by the operations themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import Any

from django.utils import timezone

from bookings.appointments.models import BookedVia, Booking
from bookings.appointments.operations import book, hold
from bookings.appointments.queries import free_times
from bookings.resources.models import Resource
from bookings.resources.operations import save_resource
from bookings.services.models import Service
from bookings.services.operations import save_service
from bookings.slots import WeeklyHours
from core.events.actor import CUSTOMER, SYSTEM
from crm.contacts.models import Contact
from tests.factories.crm import ContactFactory

MONDAY = datetime(2026, 6, 1, 5, tzinfo=UTC)
"""A Monday, 09:00 in Yerevan (UTC+4 all year): the "now" of most tests."""
ZONE = "Asia/Yerevan"


def week(start: time = time(10), end: time = time(18), days: Sequence[int] = range(5)) -> list[WeeklyHours]:
    return [WeeklyHours(day, start, end) for day in days]


def make_resource(
    name: str = "Anna", *, hours: Sequence[WeeklyHours] | None = None, **values: Any
) -> Resource:
    """Monday to Friday, 10:00 to 18:00 in Yerevan, unless said otherwise."""
    given = {"name": name, "timezone": ZONE, **values}
    return save_resource(values=given, week=week() if hours is None else hours, actor=SYSTEM)


def make_service(*resources: Resource, name: str = "Showroom visit", **values: Any) -> Service:
    """Half an hour every half hour, an hour's notice; given by a new resource when none is named."""
    given = {
        "name": name,
        "title": {
            "en": "Showroom visit",
            "ru": "Визит в салон",
            "hy": "Այց սրահ",
            "az": "Salona baş çəkmək",
        },
        "duration": 30,
        "step": 30,
        "min_notice": 60,
        **values,
    }
    given_by = [each.pk for each in resources or [make_resource()]]
    return save_service(values=given, resource_ids=given_by, actor=SYSTEM)


def make_hold(service: Service, starts_at: datetime, *, now: datetime = MONDAY, **values: Any) -> Booking:
    given = {"timezone": ZONE, "language": "en", "via": BookedVia.CHAT, **values}
    return hold(service=service, starts_at=starts_at, now=now, **given)


def make_booking(
    service: Service | None = None,
    starts_at: datetime | None = None,
    *,
    now: datetime = MONDAY,
    contact: Contact | None = None,
    **values: Any,
) -> Booking:
    """A confirmed booking, on Tuesday at 10:00 in Yerevan unless said otherwise."""
    given = {"timezone": ZONE, "language": "en", "via": BookedVia.PAGE, "actor": CUSTOMER, **values}
    return book(
        service=service or make_service(),
        starts_at=starts_at or datetime(2026, 6, 2, 6, tzinfo=UTC),
        now=now,
        contact=contact or ContactFactory(),
        **given,
    )


def next_free(service: Service) -> datetime:
    """The first time that can be booked from the moment of the test on."""
    return free_times(service, now=timezone.now())[0].starts_at
