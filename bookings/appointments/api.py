"""Bookings by the API."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.conf import settings

from bookings.appointments import operations
from bookings.appointments.models import BookedVia, Booking, BookingStatus
from bookings.appointments.queries import BookingQuerySet, bookings
from bookings.errors import Unavailable
from bookings.services.api import TAG, ResourceShape, ServiceShape, resource_named
from bookings.services.models import MeetingFormat, Service
from conversations.threads.api import ConversationShape, conversations_of
from core.api.drafts import Draft, Reference, When, Words, YesNo, Zone, language
from core.api.endpoint import Call, Endpoint, operation
from core.api.filters import IDS, TEXT, TIME, Filter
from core.api.pages import CREATED, Listing, Sort
from core.api.problems import Problem
from core.api.shapes import Choice, Identifier, Instant, Made, Optional, Ref, Shape, Text, Whole, instant
from core.company.queries import company
from core.keys.queries import KnownKey
from core.keys.scopes import Scope
from core.languages import Language
from crm.contacts.api import ContactShape
from crm.contacts.models import Contact
from crm.pipeline.api.drafts import ContactField
from crm.pipeline.api.leads import contact_of
from crm.pipeline.api.shapes import LeadShape, leads_of


def _page(token: str) -> str:
    return f"{settings.BASE_URL}/booking/{token}/"


class BookingShape(Shape):
    version = "revision"

    id = Identifier()
    service = Ref(ServiceShape)
    resource = Ref(ResourceShape)
    contact = Ref(ContactShape, allow_null=True)
    lead = Ref(LeadShape, allow_null=True)
    conversation = Ref(ConversationShape, allow_null=True)
    status = Choice(choices=BookingStatus.choices)
    starts_at = Instant()
    ends_at = Instant()
    timezone = Text(help_text="The customer's.")
    language = Choice(choices=Language.choices)
    format = Choice(choices=MeetingFormat.choices)
    purpose = Optional()
    via = Choice(choices=BookedVia.choices)
    hold_expires_at = Instant(allow_null=True)
    acknowledged_at = Instant(allow_null=True, help_text="The customer answered a reminder: coming.")
    cancel_reason = Optional()
    revision = Whole(help_text="Rises when it is moved or cancelled.")
    page = Made(
        of=["token"],
        write=_page,
        schema={
            "type": "string",
            "format": "uri",
            "description": "The customer's own page: for nobody else.",
        },
    )
    created_at = Instant()


class BookingDraft(Draft):
    service = Reference()
    starts_at = When()
    contact = ContactField(required=False, help_text="Needed unless the time is only held.")
    resource = Reference(required=False, allow_null=True)
    lead = Reference(required=False, allow_null=True)
    conversation = Reference(required=False, allow_null=True)
    timezone = Zone(required=False, help_text="The customer's; the contact's or the company's when left out.")
    language = language(required=False)
    purpose = Words(max_length=500, required=False, allow_blank=True)
    hold = YesNo(required=False, help_text="true: keep the time for some minutes, to be confirmed.")


class ConfirmDraft(Draft):
    contact = ContactField(required=False)
    purpose = Words(max_length=500, required=False, allow_blank=True)
    timezone = Zone(required=False)


class MoveBookingDraft(Draft):
    starts_at = When()
    resource = Reference(required=False, allow_null=True)


class CancelDraft(Draft):
    reason = Words(max_length=300, required=False, allow_blank=True)


class MarkDraft(Draft):
    came = YesNo(allow_null=True, help_text="null leaves it open again.")


BOOKINGS = Listing(
    BookingShape,
    (
        Filter("status", TEXT, choices=tuple(BookingStatus.values)),
        Filter("service", IDS, "service__public_id"),
        Filter("resource", IDS, "resource__public_id"),
        Filter("contact", IDS, "contact__public_id", nullable=True),
        Filter("lead", IDS, "lead__public_id", nullable=True),
        Filter("conversation", IDS, "conversation__public_id", nullable=True),
        Filter("via", TEXT, choices=tuple(BookedVia.values)),
        Filter("starts_at", TIME),
        Filter("created_at", TIME),
    ),
    (CREATED, Sort("starts_at", "starts_at", TIME)),
)
NOT_FREE = {409: "The time is taken, or no longer kept; `fresh` lists times that are free now."}


def bookings_of(key: KnownKey) -> BookingQuerySet:
    """The bookings in sight of the key."""
    return bookings().visible_to(key.person) if key.person else bookings()


class Bookings(Endpoint):
    tag = TAG

    @operation(Scope.BOOKINGS_READ, "Bookings", listing=BOOKINGS)
    def get(self, call: Call) -> Any:
        return call.page(bookings_of(call.key))

    @operation(
        Scope.BOOKINGS_WRITE,
        "Book a time, or hold it",
        into=BookingDraft,
        out=BookingShape,
        status=201,
        refusals=NOT_FREE,
    )
    def post(self, call: Call) -> Any:
        wanted = _wanted(call)
        with _not_free():
            if call.data.get("hold", False):
                booking = operations.hold(**wanted)
            else:
                if wanted["contact"] is None:
                    call.refuse("/contact", "required", "Say for whom, or hold the time.")
                booking = operations.book(**wanted, actor=call.actor)
        return _shown(call, booking)


class OneBooking(Endpoint):
    tag = TAG

    @operation(Scope.BOOKINGS_READ, "A booking", out=BookingShape)
    def get(self, call: Call, public_id: UUID) -> Any:
        return call.one(bookings_of(call.key).filter(public_id=public_id))


class Confirm(Endpoint):
    tag = TAG

    @operation(
        Scope.BOOKINGS_WRITE, "Confirm a held time", into=ConfirmDraft, out=BookingShape, refusals=NOT_FREE
    )
    def post(self, call: Call, public_id: UUID) -> Any:
        booking = _seen(call, public_id)
        changes = {name: call.data[name] for name in ("purpose", "timezone") if name in call.data}
        contact = contact_of(call, call.data["contact"]) if "contact" in call.data else None
        with _not_free():
            confirmed = operations.confirm(
                booking_id=booking.pk, contact=contact, now=call.now, actor=call.actor, **changes
            )
        return _shown(call, confirmed)


class Move(Endpoint):
    tag = TAG

    @operation(
        Scope.BOOKINGS_WRITE,
        "Move a booking to another time",
        into=MoveBookingDraft,
        out=BookingShape,
        refusals=NOT_FREE,
    )
    def post(self, call: Call, public_id: UUID) -> Any:
        booking = _seen(call, public_id)
        resource = resource_named(call, call.data.get("resource"), "/resource")
        with _not_free():
            moved = operations.move(
                booking_id=booking.pk,
                starts_at=call.data["starts_at"],
                resource=resource,
                now=call.now,
                via=BookedVia.API,
                actor=call.actor,
            )
        return _shown(call, moved)


class Cancel(Endpoint):
    tag = TAG

    @operation(Scope.BOOKINGS_WRITE, "Cancel a booking", into=CancelDraft, out=BookingShape)
    def post(self, call: Call, public_id: UUID) -> Any:
        cancelled = operations.cancel(
            booking_id=_seen(call, public_id).pk,
            reason=call.data.get("reason", ""),
            now=call.now,
            via=BookedVia.API,
            actor=call.actor,
        )
        return _shown(call, cancelled)


class Mark(Endpoint):
    tag = TAG

    @operation(Scope.BOOKINGS_WRITE, "Say whether the customer came", into=MarkDraft, out=BookingShape)
    def post(self, call: Call, public_id: UUID) -> Any:
        booking = _seen(call, public_id)
        marked = operations.mark(
            booking_id=booking.pk, came=call.data["came"], now=call.now, actor=call.actor
        )
        return _shown(call, marked)


@contextmanager
def _not_free() -> Iterator[None]:
    try:
        yield
    except Unavailable as refusal:
        fresh = [instant(each) for each in refusal.fresh[:20]]
        raise Problem(409, "not_free", str(refusal), more={"fresh": fresh}) from refusal


def _wanted(call: Call) -> dict[str, Any]:
    data = call.data
    service = Service.objects.filter(public_id=data["service"], active=True).first()
    if service is None:
        call.refuse("/service", "unknown", "There is no such service, or it is switched off.")
    contact = contact_of(call, data["contact"]) if "contact" in data else None
    return {
        "service": service,
        "starts_at": data["starts_at"],
        "now": call.now,
        "contact": contact,
        "resource": resource_named(call, data.get("resource"), "/resource"),
        "lead": _linked(call, leads_of(call.key), "lead"),
        "conversation": _linked(call, conversations_of(call.key), "conversation"),
        "timezone": data.get("timezone") or _zone(contact),
        "language": data.get("language") or (contact.language if contact else "") or company().language,
        "purpose": data.get("purpose", ""),
        "via": BookedVia.API,
    }


def _zone(contact: Contact | None) -> str:
    return (contact.timezone if contact else "") or company().timezone


def _linked(call: Call, rows: Any, name: str) -> Any:
    public_id = call.data.get(name)
    if public_id is None:
        return None
    return rows.filter(public_id=public_id).first() or call.refuse(
        f"/{name}", "unknown", f"There is no such {name}."
    )


def _seen(call: Call, public_id: UUID) -> Booking:
    """The booking. If-Match is compared without a lock: operations lock the resources before the booking itself."""
    rows = bookings_of(call.key).filter(public_id=public_id)
    call.compare(rows)
    return rows.get()


def _shown(call: Call, booking: Booking) -> Any:
    return call.one(Booking.objects.filter(pk=booking.pk))
