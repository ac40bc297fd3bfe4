from __future__ import annotations

from datetime import datetime

from django.db import transaction

from bookings.appointments.models import BookedVia, Booking
from bookings.appointments.operations import book
from bookings.public.operations import lead_for_booking
from bookings.resources.models import Resource
from bookings.services.models import Service
from core.access.models import User
from core.company.queries import company
from core.events.actor import Actor
from crm.contacts.models import Contact, ContactPointKind
from crm.contacts.operations import find_or_create_contact
from crm.contacts.queries import kind_of
from crm.pipeline.enums import LeadSource


def book_by_hand(
    *,
    service: Service,
    starts_at: datetime,
    now: datetime,
    user: User,
    resource: Resource | None,
    contact: Contact | None,
    name: str,
    reach: str,
    purpose: str,
    request_key: str,
) -> Booking:
    """A colleague books for a customer, who is added by phone or email where nobody was chosen.

    The same `request_key` again gives the same booking. Raises SlotTaken and OutsideHours with fresh times.
    """
    actor = Actor.of(user)
    known = Booking.objects.filter(request_key=request_key).first()
    if known is not None:
        return known
    with transaction.atomic():
        person = contact or _added(name, reach, actor)
        lead = lead_for_booking(contact=person, service=service, actor=actor, source=LeadSource.MANUAL)
    profile = company()
    return book(
        service=service,
        starts_at=starts_at,
        now=now,
        contact=person,
        lead=lead,
        timezone=person.timezone or profile.timezone,
        language=person.language or profile.language,
        via=BookedVia.PERSON,
        actor=actor,
        resource=resource,
        purpose=purpose,
        request_key=request_key,
    )


def _added(name: str, reach: str, actor: Actor) -> Contact:
    is_phone = kind_of(reach) is ContactPointKind.PHONE
    return find_or_create_contact(
        actor=actor,
        phones=[reach] if is_phone else (),
        emails=() if is_phone else [reach],
        name=name,
        source=LeadSource.MANUAL,
    )
