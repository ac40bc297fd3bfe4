"""From a free time to a meeting: kept for a while, confirmed, or given back."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from bookings.appointments.models import Allocation, BookedVia, Booking, BookingStatus
from bookings.appointments.operations.aftermath import after_confirming
from bookings.appointments.operations.places import (
    Place,
    Wanted,
    expire,
    fresh_choices,
    last_word,
    take_place,
)
from bookings.appointments.operations.reminders import forget_hold, schedule_hold
from bookings.appointments.operations.rows import locked_booking, locked_with_lead
from bookings.appointments.operations.telling import record_booking
from bookings.appointments.queries import Timetable
from bookings.errors import BookingClosed, ContactNeeded, HoldExpired, SlotTaken
from bookings.resources.models import Resource
from bookings.services.models import Service
from conversations.threads.models import Conversation
from core.contention import retried
from core.events.actor import SYSTEM, Actor
from core.text import clean_words
from crm.contacts.models import Contact
from crm.pipeline.models import Lead
from crm.pipeline.queries import locked_lead


def hold(
    *,
    service: Service,
    starts_at: datetime,
    now: datetime,
    timezone: str,
    language: str,
    via: BookedVia | str,
    resource: Resource | None = None,
    contact: Contact | None = None,
    lead: Lead | None = None,
    conversation: Conversation | None = None,
    purpose: str = "",
    request_key: str | None = None,
    table: Timetable | None = None,
) -> Booking:
    """Keep the time for the service's `hold_minutes`; the same `request_key` again gives the same booking.

    `table`: a timetable of the service that the caller has read already. Raises SlotTaken and OutsideHours, with fresh
    times.
    """
    booking = _booking(service, starts_at, timezone, language, via, purpose, request_key)
    booking.contact, booking.lead, booking.conversation = contact, lead, conversation
    booking.hold_expires_at = now + timedelta(minutes=service.hold_minutes)
    wanted = Wanted.read(service, starts_at, now=now, via=via, resource=resource, table=table)
    with fresh_choices(wanted):
        return _hold(booking, wanted)


@retried
def _hold(booking: Booking, wanted: Wanted) -> Booking:
    if (known := _already(booking)) is not None:
        return known
    place = _place_unless_known(booking, wanted)
    if isinstance(place, Booking):
        return place
    _insert(booking, place)
    schedule_hold(booking)
    record_booking("booking.held", booking, actor=SYSTEM, chosen=place.chosen)
    return booking


def book(
    *,
    service: Service,
    starts_at: datetime,
    now: datetime,
    contact: Contact,
    timezone: str,
    language: str,
    via: BookedVia | str,
    actor: Actor,
    resource: Resource | None = None,
    lead: Lead | None = None,
    conversation: Conversation | None = None,
    purpose: str = "",
    request_key: str | None = None,
) -> Booking:
    """`hold` and `confirm` in one."""
    booking = _booking(service, starts_at, timezone, language, via, purpose, request_key)
    booking.contact, booking.lead, booking.conversation = contact, lead, conversation
    booking.status = BookingStatus.CONFIRMED
    wanted = Wanted.read(service, starts_at, now=now, via=via, resource=resource)
    with fresh_choices(wanted):
        return _book(booking, wanted, actor=actor)


@retried
def _book(booking: Booking, wanted: Wanted, *, actor: Actor) -> Booking:
    if booking.lead_id is not None:
        booking.lead = locked_lead(booking.lead_id)  # before the resources, as everywhere
    place = _already(booking) or _place_unless_known(booking, wanted)
    if isinstance(place, Booking):
        return _confirm(booking_id=place.pk, now=wanted.now, actor=actor, contact=booking.contact)
    _insert(booking, place)
    record_booking("booking.confirmed", booking, actor=actor, via=booking.via, chosen=place.chosen)
    after_confirming(booking, now=wanted.now, actor=actor)
    return booking


def confirm(
    *,
    booking_id: int,
    now: datetime,
    actor: Actor,
    contact: Contact | None = None,
    purpose: str | None = None,
    timezone: str | None = None,
    lead: Lead | None = None,
) -> Booking:
    """A kept time becomes a meeting; confirming again changes nothing.

    Raises HoldExpired with fresh times, BookingClosed when it was cancelled, ContactNeeded while nobody is known.
    """
    try:
        return _confirm(
            booking_id=booking_id,
            now=now,
            actor=actor,
            contact=contact,
            purpose=purpose,
            timezone=timezone,
            lead=lead,
        )
    except HoldExpired as refusal:
        known = Booking.objects.select_related("service").get(pk=booking_id)
        wanted = Wanted.read(known.service, known.starts_at, now=now, via=known.via)
        refusal.fresh = wanted.table.fresh(now=now)
        raise


@retried
def _confirm(
    *,
    booking_id: int,
    now: datetime,
    actor: Actor,
    contact: Contact | None = None,
    purpose: str | None = None,
    timezone: str | None = None,
    lead: Lead | None = None,
) -> Booking:
    booking = locked_with_lead(booking_id, lead)
    if booking.status in (BookingStatus.CONFIRMED, BookingStatus.ATTENDED, BookingStatus.NO_SHOW):
        return booking
    if booking.status == BookingStatus.CANCELLED:
        raise BookingClosed(_("This meeting was cancelled. Please book a new time."))
    if booking.status == BookingStatus.EXPIRED or _ran_out(booking, now):
        raise HoldExpired(_("The time was kept for a while and is free again. Please choose once more."))
    booking.contact = contact or booking.contact
    if booking.contact is None:
        raise ContactNeeded(_("Say first for whom the meeting is."))
    booking.purpose = booking.purpose if purpose is None else _purpose(purpose)
    booking.timezone = booking.timezone if timezone is None else _known_zone(timezone)
    booking.status, booking.hold_expires_at = BookingStatus.CONFIRMED, None
    booking.save(update_fields=["contact", "lead", "purpose", "timezone", "status", "hold_expires_at"])
    forget_hold(booking)
    record_booking("booking.confirmed", booking, actor=actor, via=booking.via)
    after_confirming(booking, now=now, actor=actor)
    return booking


@retried
def release(*, booking_id: int, now: datetime) -> None:
    """Give a kept time back; nothing happens to a booking that is no longer merely kept.

    Its due row stays: it finds nothing to do.
    """
    booking = locked_booking(booking_id)
    if booking.status == BookingStatus.HELD:
        expire(booking)


@retried
def release_overdue_hold(*, booking_id: int, now: datetime) -> bool:
    """Give the time back when it was not confirmed in time. False when it was, or was moved to a later end."""
    booking = locked_booking(booking_id)
    if booking.status != BookingStatus.HELD or not _ran_out(booking, now):
        return False
    expire(booking)
    return True


def _ran_out(booking: Booking, now: datetime) -> bool:
    return booking.hold_expires_at is not None and booking.hold_expires_at <= now


def _booking(
    service: Service,
    starts_at: datetime,
    timezone: str,
    language: str,
    via: BookedVia | str,
    purpose: str,
    request_key: str | None,
) -> Booking:
    return Booking(
        service=service,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=service.duration),
        timezone=_known_zone(timezone),
        language=language,
        format=service.format,
        via=via,
        purpose=_purpose(purpose),
        request_key=request_key,
    )


def _already(booking: Booking) -> Booking | None:
    if booking.request_key is None:
        return None
    rows = Booking.objects.select_related("service", "resource", "contact", "lead", "conversation")
    return rows.filter(request_key=booking.request_key).first()


def _place_unless_known(booking: Booking, wanted: Wanted) -> Place | Booking:
    """A place; or, behind its lock, the booking of the same request, which was quicker and may hold that very place."""
    try:
        place = take_place(wanted)
    except SlotTaken:
        known = _already(booking)
        if known is None:
            raise
        return known
    return _already(booking) or place


def _insert(booking: Booking, place: Place) -> None:
    booking.pk, booking.resource = None, place.resource  # also when the attempt is repeated
    with last_word():
        booking.save(force_insert=True)
        Allocation.objects.create(
            booking=booking,
            resource=place.resource,
            seat=place.seat,
            meeting=place.meeting,
            occupied=place.occupied,
        )


def _known_zone(name: str) -> str:
    """Raises ZoneInfoNotFoundError for a zone that does not exist: forms and flows offer those that do."""
    return ZoneInfo(name).key


def _purpose(text: str) -> str:
    return " ".join(clean_words(text).split())[:500]
