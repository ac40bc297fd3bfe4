"""What the calendar shows of bookings and hours (spec 9.5). Wall times are those of the reader's zone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import Http404
from django.utils.translation import gettext as _

from bookings.appointments.models import Booking, BookingStatus
from bookings.appointments.queries import bookings, bookings_visible_to
from bookings.resources.models import Resource
from bookings.resources.queries import availabilities, resources_visible_to
from bookings.services.models import Service
from bookings.services.queries import active_services
from bookings.slots import Interval, open_periods
from core.access.models import User
from crm.contacts.models import Contact
from crm.contacts.queries import contacts

DAY = timedelta(days=1)
MOST_CONTACTS = 6
WALL = "%Y-%m-%dT%H:%M"


@dataclass(frozen=True)
class Entry:
    """A booking in the reader's wall time; one that the reader may not look into is told as taken only."""

    booking: Booking
    starts: datetime
    ends: datetime
    is_open: bool

    @property
    def title(self) -> str:
        return str(self.booking.contact or _("Kept in the chat")) if self.is_open else _("Taken")

    @property
    def about(self) -> str:
        return self.booking.service.name if self.is_open else ""

    @property
    def movable(self) -> bool:
        return self.is_open and self.booking.status == BookingStatus.CONFIRMED


@dataclass(frozen=True)
class Sheet:
    """Whose calendar is shown: all in sight, or `chosen`."""

    resources: list[Resource]
    chosen: Resource | None

    @property
    def shown(self) -> list[Resource]:
        return [self.chosen] if self.chosen else self.resources


def sheet_for(user: User, who: str) -> Sheet:
    """`who` is a public id; anything that is nobody in sight means all."""
    found = list(resources_visible_to(user))
    return Sheet(found, next((each for each in found if str(each.public_id) == who), None))


def entries(
    user: User, shown: Sequence[Resource], *, start: datetime, end: datetime, now: datetime
) -> list[Entry]:
    """Meetings and kept times of these resources, soonest first; two statements."""
    zone = ZoneInfo(user.timezone)
    ids = [each.pk for each in shown]
    rows = bookings().between(start, end).of_resources(ids).with_details()
    rows = rows.exclude(status=BookingStatus.HELD, hold_expires_at__lte=now)
    seen = bookings_visible_to(user).between(start, end).of_resources(ids)
    in_sight = set(seen.values_list("pk", flat=True))
    return [
        Entry(each, each.starts_at.astimezone(zone), each.ends_at.astimezone(zone), each.pk in in_sight)
        for each in rows
    ]


def as_events(found: Iterable[Entry]) -> list[dict[str, Any]]:
    """For the calendar's script: floating wall times, texts as they stand."""
    return [
        {
            "id": str(each.booking.public_id) if each.is_open else f"taken-{each.booking.pk}",
            "resourceIds": [str(each.booking.resource.public_id)],
            "start": f"{each.starts:{WALL}}",
            "end": f"{each.ends:{WALL}}",
            "title": each.title,
            "startEditable": each.movable,
            "classNames": [f"is-{each.booking.status}" if each.is_open else "is-taken"],
            "extendedProps": {
                "about": each.about,
                "who": each.booking.resource.name,
                "open": each.is_open,
                "state": str(each.booking.get_status_display()) if each.is_open else "",
            },
        }
        for each in found
    ]


def hours(user: User, shown: Sequence[Resource], *, start: datetime, end: datetime) -> list[dict[str, Any]]:
    """Opening hours as the background of the calendar; two statements."""
    zone = ZoneInfo(user.timezone)
    known = availabilities(shown, start=(start - DAY).date(), end=(end + DAY).date())
    return [
        {
            "id": f"open-{each.pk}-{number}",
            "resourceIds": [str(each.public_id)],
            "start": f"{period.start.astimezone(zone):{WALL}}",
            "end": f"{period.end.astimezone(zone):{WALL}}",
            "display": "background",
            "classNames": ["is-open-time"],
        }
        for each in shown
        for number, period in enumerate(open_periods(known[each.pk], Interval(start, end)))
    ]


def day_of(user: User, text: str, now: datetime) -> date:
    """The asked day, else the reader's today."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return now.astimezone(ZoneInfo(user.timezone)).date()


def wall(user: User, text: str) -> datetime | None:
    """A wall time of the reader's zone as an instant; None for anything else."""
    try:
        return datetime.strptime(text[:16], WALL).replace(tzinfo=ZoneInfo(user.timezone))
    except ValueError:
        return None


def midnight(user: User, day: date) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(user.timezone))


def booking_for(user: User, public_id: UUID) -> Booking:
    """The booking with its people, where `user` may see it; Http404 otherwise."""
    found = bookings_visible_to(user).with_details().filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def services_of(resource: Resource | None) -> list[Service]:
    rows = active_services().order_by("position", "id")
    return list(rows.filter(providers__resource=resource) if resource else rows)


def contact_in_sight(user: User, public_id: str) -> Contact | None:
    try:
        wanted = UUID(public_id)
    except ValueError:
        return None
    return contacts().visible_to(user).filter(public_id=wanted).first()


def found_contacts(user: User, text: str) -> list[Contact]:
    """Customers in sight by name, phone or email."""
    wanted = text.strip()
    if len(wanted) < 2:
        return []
    seen = contacts().visible_to(user)
    digits = "".join(each for each in wanted if each.isdigit())
    if "@" in wanted or len(digits) >= 4:
        part = wanted.lower() if "@" in wanted else digits.lstrip("0")
        seen = seen.filter(points__value__contains=part).distinct()
    else:
        seen = seen.named_like(wanted)
    return list(seen.with_points().order_by("-last_message_at", "-id")[:MOST_CONTACTS])
