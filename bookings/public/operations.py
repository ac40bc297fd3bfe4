"""A visitor books by the public page: the time first, then who it is for (spec 9.2)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from bookings.appointments.models import BookedVia, Booking, BookingStatus
from bookings.appointments.operations import confirm, hold
from bookings.services.models import Service
from core.events.actor import CUSTOMER, Actor
from crm.contacts.models import Contact, ContactPointKind
from crm.contacts.operations import find_or_create_contact
from crm.pipeline.enums import LeadSource
from crm.pipeline.errors import NoPipeline
from crm.pipeline.models import Lead
from crm.pipeline.operations import create_lead
from crm.pipeline.queries import leads


def book_as_visitor(
    *,
    service: Service,
    starts_at: datetime,
    now: datetime,
    timezone: str,
    language: str,
    name: str,
    kind: ContactPointKind,
    value: str,
    purpose: str,
    request_key: str,
) -> Booking:
    """The meeting for whoever has that phone or email; the same `request_key` again gives the same booking.

    Nobody becomes a contact or a lead for a time that was taken meanwhile: SlotTaken, OutsideHours and HoldExpired,
    with fresh times.
    """
    booking = hold(
        service=service,
        starts_at=starts_at,
        now=now,
        timezone=timezone,
        language=language,
        via=BookedVia.PAGE,
        purpose=purpose,
        request_key=request_key,
    )
    if booking.status != BookingStatus.HELD:
        return booking
    with transaction.atomic():
        is_phone = kind is ContactPointKind.PHONE
        contact = find_or_create_contact(
            actor=CUSTOMER,
            phones=[value] if is_phone else (),
            emails=() if is_phone else [value],
            name=name,
            language=language,
            timezone=timezone,
            source=LeadSource.BOOKING,
        )
        lead = lead_for_booking(contact=contact, service=service, actor=CUSTOMER, source=LeadSource.BOOKING)
    return confirm(booking_id=booking.pk, now=now, actor=CUSTOMER, contact=contact, lead=lead)


@transaction.atomic
def lead_for_booking(*, contact: Contact, service: Service, actor: Actor, source: LeadSource) -> Lead | None:
    """The newest open lead of the person, else a new one; none where the company keeps no pipeline."""
    Contact.objects.select_for_update(no_key=True).get(pk=contact.pk)
    known = leads().open().filter(contact=contact).order_by("-id").first()
    if known is not None:
        return known
    goal = service.goals[0] if service.goals else ""
    try:
        return create_lead(contact=contact, actor=actor, source=source, goal=goal)
    except NoPipeline:
        return None
