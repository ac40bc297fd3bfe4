"""Payments by the API: asked for, found, and told what became of them."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from core.access.api import PersonShape
from core.api.drafts import Draft, Money, OneOf, Reference, Words
from core.api.endpoint import Call, Endpoint, operation
from core.api.filters import IDS, TEXT, TIME, Filter
from core.api.pages import CREATED, Listing
from core.api.problems import Fault, bad_request
from core.api.shapes import Amount, Choice, Identifier, Instant, Made, Optional, Ref, Shape, Text
from core.company.queries import company
from core.keys.queries import KnownKey
from core.keys.scopes import Scope
from crm.contacts.api import ContactShape, contacts_of
from crm.contacts.queries import found_or_heir
from crm.payments import operations
from crm.payments.errors import BadPayment, WrongAmount
from crm.payments.models import PaymentProvider, PaymentRequest, PaymentState
from crm.payments.moves import OPEN
from crm.payments.queries import PaymentQuerySet, payments
from crm.pipeline.api.shapes import LeadShape, leads_of
from crm.pipeline.models import Lead
from crm.pipeline.queries import locked_lead
from crm.quotes.api import QuoteShape, quotes_of
from crm.quotes.api_drafts import Day
from crm.quotes.clock import is_over
from crm.quotes.enums import QuoteState
from crm.quotes.models import QuoteVersion

TAG = "Payments"
DAY = {"type": ["string", "null"], "format": "date"}


def _day(found: date | None) -> str | None:
    return found.isoformat() if found else None


def _is_overdue(state: str, due_on: date | None) -> bool:
    if state not in OPEN or due_on is None:
        return False
    return is_over(due_on, timezone=company().timezone, now=timezone.now())


class PaymentShape(Shape):
    scope = Scope.LEADS_READ

    id = Identifier()
    reference = Text(help_text="What the provider's program names it by.")
    contact = Ref(ContactShape)
    lead = Ref(LeadShape, allow_null=True)
    quote = Ref(QuoteShape, "quote__quote", allow_null=True)
    amount = Amount()
    purpose = Text()
    due_on = Made(of=["due_on"], write=_day, schema=DAY, help_text="The last day, inclusive.")
    state = Choice(choices=PaymentState.choices)
    overdue = Made(of=["state", "due_on"], write=_is_overdue, schema={"type": "boolean"})
    provider = Optional("provider__name")
    external_id = Optional(help_text="What the provider calls the payment.")
    url = Made(
        of=["token"],
        write=lambda token: f"{settings.BASE_URL}/pay/{token}/",
        schema={"type": "string", "format": "uri"},
        help_text="The customer's page, private to them.",
    )
    asked_by = Ref(PersonShape, "user", allow_null=True)
    paid_at = Instant(allow_null=True)
    created_at = Instant()


PAYMENTS = Listing(
    PaymentShape,
    (
        Filter("contact", IDS, "contact__public_id"),
        Filter("lead", IDS, "lead__public_id", nullable=True),
        Filter("state", TEXT, choices=tuple(PaymentState.values)),
        Filter("reference", TEXT),
        Filter("paid_at", TIME, nullable=True),
    ),
    (CREATED,),
)


class PaymentDraft(Draft):
    contact = Reference(required=False, help_text="The lead's or the quote's when left out.")
    lead = Reference(required=False, allow_null=True)
    quote = Reference(required=False, allow_null=True, help_text="The version in force is meant.")
    amount = Money()
    purpose = Words(max_length=300, help_text="The customer reads it.")
    due_on = Day(required=False, allow_null=True)
    provider = Words(max_length=100, required=False, help_text="Its name; the default when left out.")


class StateDraft(Draft):
    state = OneOf(choices=PaymentState.choices)
    external_id = Words(max_length=120, required=False, allow_blank=True)
    amount = Money(required=False, help_text="What was paid; refused unless it is what was asked for.")
    note = Words(max_length=500, required=False, allow_blank=True, help_text="Stands in the timeline.")


def payments_of(key: KnownKey) -> PaymentQuerySet:
    """The payments in sight of the key."""
    return payments().visible_to(key.person) if key.person else payments()


class Payments(Endpoint):
    tag = TAG

    @operation(Scope.LEADS_READ, "Payments", listing=PAYMENTS)
    def get(self, call: Call) -> Any:
        return call.page(payments_of(call.key))

    @operation(
        Scope.LEADS_WRITE,
        "Ask a customer for money",
        about="`url` of the answer is the page where the customer pays; send it to nobody else.",
        into=PaymentDraft,
        out=PaymentShape,
        status=201,
    )
    def post(self, call: Call) -> Any:
        data = call.data
        quote = _quote(call, data.get("quote"))
        lead = _lead(call, data.get("lead"))
        amount, currency = data["amount"]
        try:
            made = operations.request_payment(
                contact=_contact(call, lead, quote),
                lead=lead,
                quote=quote,
                provider=_provider(call, data.get("provider")),
                amount=amount,
                currency=currency,
                purpose=data["purpose"],
                due_on=data.get("due_on"),
                actor=call.actor,
                now=call.now,
            )
        except BadPayment as refusal:
            raise bad_request([Fault(f"/{refusal.field}", "invalid", str(refusal))]) from refusal
        return call.one(PaymentRequest.objects.filter(pk=made.pk))


class OnePayment(Endpoint):
    tag = TAG

    @operation(Scope.LEADS_READ, "A payment", out=PaymentShape)
    def get(self, call: Call, public_id: UUID) -> Any:
        return call.one(payments_of(call.key).filter(public_id=public_id))


class State(Endpoint):
    tag = TAG

    @operation(
        Scope.LEADS_WRITE,
        "Tell what became of a payment",
        about="The same state again changes nothing. requested: paid, failed, cancelled. failed: paid, requested, "
        "cancelled. paid: refunded. Anything else is 409.",
        into=StateDraft,
        out=PaymentShape,
    )
    def post(self, call: Call, public_id: UUID) -> Any:
        rows, data = payments_of(call.key).filter(public_id=public_id), call.data
        lead_id = rows.values_list("lead", flat=True).get()
        if lead_id is not None:
            locked_lead(lead_id)  # before the payment, as everywhere
        pk, (amount, currency) = call.lock(rows), data.get("amount", (None, ""))
        try:
            operations.set_state(
                payment_id=pk,
                state=data["state"],
                reference=data.get("external_id", ""),
                note=data.get("note", ""),
                amount=amount,
                currency=currency,
                actor=call.actor,
                now=call.now,
            )
        except WrongAmount as refusal:
            raise bad_request([Fault("/amount", "other_amount", str(refusal))]) from refusal
        return call.one(PaymentRequest.objects.filter(pk=pk))


def _lead(call: Call, public_id: UUID | None) -> Lead | None:
    if public_id is None:
        return None
    found = leads_of(call.key).select_related("contact").filter(public_id=public_id).first()
    return found or call.refuse("/lead", "unknown", "There is no such lead.")


def _quote(call: Call, public_id: UUID | None) -> QuoteVersion | None:
    if public_id is None:
        return None
    found = quotes_of(call.key).filter(public_id=public_id).first()
    if found is None:
        call.refuse("/quote", "unknown", "There is no such quote.")
    rows = QuoteVersion.objects.filter(quote=found).select_related("quote__contact", "quote__lead")
    version = rows.filter(state__in=[QuoteState.SENT, QuoteState.ACCEPTED]).first()
    return version or call.refuse("/quote", "not_sent", "This quote was not sent, or is over.")


def _contact(call: Call, lead: Any, quote: QuoteVersion | None) -> Any:
    asked = call.data.get("contact")
    if asked is None:
        if lead is None and quote is None:
            call.refuse("/contact", "required", "Name the contact, the lead or the quote.")
        return lead.contact if lead is not None else quote.quote.contact  # type: ignore[union-attr]
    contact = found_or_heir(contacts_of(call.key), asked)
    return contact or call.refuse("/contact", "unknown", "There is no such contact.")


def _provider(call: Call, name: str | None) -> PaymentProvider | None:
    if not name:
        return None
    found = PaymentProvider.objects.filter(name__iexact=name).first()
    return found or call.refuse("/provider", "unknown", "There is no provider of this name.")
