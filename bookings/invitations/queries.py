from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from email.utils import parseaddr

from django.conf import settings
from django.utils.translation import override

from bookings.appointments.links import booking_url
from bookings.appointments.messages import calendar_text, location_text
from bookings.appointments.models import Booking, BookingStatus
from bookings.appointments.queries import bookings
from bookings.invitations.building import Entry, Method, Person, feed, invitation
from bookings.resources.models import Resource
from bookings.services.queries import title_of
from core.company.queries import company
from crm.contacts.queries import points_of_contact

FEED_BACK = timedelta(days=30)
FEED_STATES = (BookingStatus.CONFIRMED, BookingStatus.ATTENDED, BookingStatus.NO_SHOW)


def uid_of(booking: Booking) -> str:
    """The same for the booking's whole life, whatever the address of this site."""
    return f"{booking.public_id}@parley"


def method_of(booking: Booking) -> Method:
    return "CANCEL" if booking.status == BookingStatus.CANCELLED else "REQUEST"


def ics_of(booking: Booking, *, now: datetime) -> bytes:
    """The customer's entry as the booking stands now."""
    return invitation(entry_of(booking), method=method_of(booking), stamp=now)


def entry_of(booking: Booking) -> Entry:
    profile = company()
    email = points_of_contact(booking.contact).get("email", "") if booking.contact else ""
    return Entry(
        uid=uid_of(booking),
        sequence=booking.revision,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        summary=f"{title_of(booking.service, booking.language)} ({profile.name})",
        description=calendar_text(booking),
        location=location_text(booking),
        url=booking_url(booking),
        cancelled=booking.status == BookingStatus.CANCELLED,
        organizer=Person(profile.name, parseaddr(settings.DEFAULT_FROM_EMAIL)[1]),
        attendee=Person(booking.contact.name, email) if booking.contact and email else None,
    )


def feed_of(resource: Resource, *, now: datetime) -> bytes:
    """The resource's meetings from a month back, for the colleague's own calendar; three statements."""
    name = f"{resource.name} · {company().name}"
    return feed(_feed_entries(resource, now), name=name, stamp=now)


def _feed_entries(resource: Resource, now: datetime) -> Iterator[Entry]:
    rows = bookings().of_resources([resource.pk]).filter(status__in=FEED_STATES)
    rows = rows.filter(ends_at__gt=now - FEED_BACK).with_details().order_by("starts_at", "id")
    with override(resource.user.language if resource.user else company().language):
        for booking in rows.prefetch_related("contact__points"):
            yield Entry(
                uid=uid_of(booking),
                sequence=booking.revision,
                starts_at=booking.starts_at,
                ends_at=booking.ends_at,
                summary=f"{booking.contact}: {booking.service.name}",
                description=_for_colleague(booking),
                location=location_text(booking),
            )


def _for_colleague(booking: Booking) -> str:
    points = [str(point) for point in booking.contact.points.all()] if booking.contact else []
    return "\n".join(line for line in (booking.purpose, *points) if line)
