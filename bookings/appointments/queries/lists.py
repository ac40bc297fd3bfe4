"""Bookings as people and customers look for them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from django.db.models import Q, QuerySet

from bookings.appointments.models import Booking, BookingStatus
from core.access.models import User
from core.access.queries import visible

ON_CALENDAR = frozenset(
    {BookingStatus.HELD, BookingStatus.CONFIRMED, BookingStatus.ATTENDED, BookingStatus.NO_SHOW}
)

UNMARKED = timedelta(days=7)


class BookingQuerySet(QuerySet[Booking]):
    def visible_to(self, user: User) -> Self:
        """Managers and admins see all; an agent own meetings, those of leads in sight and those without a lead."""
        if not (user.is_authenticated and user.is_active):
            return self.none()
        if user.sees_everything:
            return self
        return self.filter(Q(resource__user=user) | visible(user, person="lead__owner", team="lead__team"))

    def upcoming(self, now: datetime) -> Self:
        """Confirmed and not begun, soonest first."""
        return self.filter(status=BookingStatus.CONFIRMED, starts_at__gt=now).order_by("starts_at", "id")

    def between(self, start: datetime, end: datetime) -> Self:
        """What a calendar of this span shows: held times that have not run out are in the caller's hands."""
        return self.filter(status__in=ON_CALENDAR, starts_at__lt=end, ends_at__gt=start).order_by(
            "starts_at", "id"
        )

    def of_resources(self, resource_ids: Collection[int]) -> Self:
        return self.filter(resource__in=resource_ids)

    def with_details(self) -> Self:
        """What a line or a page of a booking shows, in the same statement."""
        return self.select_related("service", "resource", "resource__user", "contact", "lead", "conversation")


def bookings() -> BookingQuerySet:
    return BookingQuerySet(Booking)


def bookings_visible_to(user: User) -> BookingQuerySet:
    return bookings().visible_to(user)


def upcoming_of_contact(contact_id: int, now: datetime) -> list[Booking]:
    return list(bookings().upcoming(now).filter(contact_id=contact_id).with_details())


def upcoming_of_conversation(conversation_id: int, now: datetime) -> list[Booking]:
    """Those made in the conversation, and others of the same person."""
    owner = Q(conversation_id=conversation_id) | Q(contact__conversations=conversation_id)
    return list(bookings().upcoming(now).filter(owner).distinct().with_details())


def open_bookings(user: User, contact_id: int, *, now: datetime) -> list[Booking]:
    """Of one person: what is to come, and what was within a week and nobody has said whether they came; soonest first."""
    rows = bookings_visible_to(user).filter(contact_id=contact_id, ends_at__gt=now - UNMARKED)
    live = Q(status=BookingStatus.CONFIRMED) | Q(status=BookingStatus.HELD, hold_expires_at__gt=now)
    return list(rows.filter(live).with_details().order_by("starts_at", "id"))


def booking_by_token(token: str) -> Booking | None:
    """The booking of a customer's own page."""
    return bookings().with_details().filter(token=token).first()


def booking_by_public_id(public_id: UUID | str) -> Booking | None:
    return bookings().with_details().filter(public_id=public_id).first()


def changeable_until(booking: Booking) -> datetime:
    """The last moment at which the customer may move or cancel it without us; that moment included."""
    return booking.starts_at - timedelta(minutes=booking.service.cutoff)
