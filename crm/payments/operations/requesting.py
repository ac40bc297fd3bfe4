"""Asking a customer for money."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from core.company.queries import company
from core.conditions.canonical import CURRENCY_PATTERN
from core.due.operations import schedule
from core.events.actor import Actor
from core.events.operations import EventDraft, record_all
from core.text import clean
from crm.chances.operations import refresh
from crm.contacts.models import Contact
from crm.orders.models import Order
from crm.payments.amounts import fault_of
from crm.payments.errors import BadPayment
from crm.payments.models import PaymentProvider, PaymentRequest
from crm.payments.operations.rows import FIELDS, REMINDER, draft_of, new_reference
from crm.payments.queries import default_provider
from crm.pipeline.models import Lead
from crm.pipeline.operations.moving import STAGE_FIELDS
from crm.pipeline.queries import locked_lead
from crm.quotes.clock import is_over
from crm.quotes.models import QuoteVersion
from crm.scoring.operations import assess_if_concerned

MOST_PURPOSE = 300
REMIND_AT = time(11)
"""In the company's zone, the day after the due day; quiet hours of the customer are kept when it is sent."""


@transaction.atomic
def request_payment(
    *,
    contact: Contact,
    amount: Decimal,
    currency: str,
    purpose: str,
    actor: Actor,
    now: datetime,
    lead: Lead | None = None,
    quote: QuoteVersion | None = None,
    order: Order | None = None,
    provider: PaymentProvider | None = None,
    due_on: date | None = None,
    request_key: str | None = None,
) -> PaymentRequest:
    """Ask for an amount; the customer's link works from now on. The same `request_key` again: the request that stands.

    The lead comes from quote or order, the provider from the settings, where they are not given. Raises BadPayment.
    """
    if request_key and (same := PaymentRequest.objects.filter(request_key=request_key).first()):
        return same
    lead = lead or (quote.quote.lead if quote else None) or (order.lead if order else None)
    payment = PaymentRequest(
        reference=new_reference(),
        contact=contact,
        lead=lead,
        quote=quote,
        order=order,
        provider=provider or default_provider(),
        amount=amount,
        currency=currency.strip().upper(),
        purpose=" ".join(clean(purpose).split())[:MOST_PURPOSE],
        due_on=due_on,
        user_id=actor.user_id,
        request_key=request_key or None,
        created_at=now,
    )
    _check(payment, now)
    held = locked_lead(lead.pk) if lead is not None else None
    if not _stored(payment):
        return PaymentRequest.objects.get(request_key=request_key)
    if due_on is not None:
        remind(payment)
    due = f"{due_on:%Y-%m-%d}" if due_on else ""
    write_lead(held, [draft_of("payment.requested", payment, actor=actor, due_on=due)], actor)
    return payment


def _check(payment: PaymentRequest, now: datetime) -> None:
    """Raises BadPayment for the first value that cannot be."""
    if re.fullmatch(CURRENCY_PATTERN, payment.currency) is None:
        raise BadPayment(_("A currency has three letters, such as AMD."), field="currency")
    if fault := fault_of(payment.amount, payment.currency):
        raise BadPayment(fault, field="amount")
    checks = [
        ("purpose", _("Say what it is for, so that the customer knows."), bool(payment.purpose)),
        ("due_on", _("This day has passed already. Choose a later one."), _is_ahead(payment.due_on, now)),
        ("provider", _("This way to pay is switched off. Choose another."), _is_active(payment.provider)),
        ("lead", _("This lead is another contact's."), _is_of(payment, payment.lead)),
        ("order", _("This order is another contact's."), _is_of(payment, payment.order)),
        (
            "quote",
            _("This quote is another contact's."),
            _is_of(payment, payment.quote.quote if payment.quote else None),
        ),
    ]
    for name, sentence, holds in checks:
        if not holds:
            raise BadPayment(sentence, field=name)


def _is_ahead(day: date | None, now: datetime) -> bool:
    return day is None or not is_over(day, timezone=company().timezone, now=now)


def _is_active(provider: PaymentProvider | None) -> bool:
    return provider is None or provider.active


def _is_of(payment: PaymentRequest, thing: object) -> bool:
    return thing is None or getattr(thing, "contact_id", None) in (None, payment.contact_id)


def _stored(payment: PaymentRequest) -> bool:
    """False where the same request was made at the same moment: that one stands."""
    if payment.request_key is None:
        payment.save(force_insert=True)
        return True
    rows = PaymentRequest.objects.bulk_create([payment], ignore_conflicts=True)
    stands = (
        PaymentRequest.objects.filter(request_key=payment.request_key).values_list("pk", "public_id").get()
    )
    if stands[1] != rows[0].public_id:
        return False
    payment.pk = stands[0]
    return True


def remind(payment: PaymentRequest) -> None:
    """One reminder, the day after the due day."""
    assert payment.due_on is not None
    at = datetime.combine(payment.due_on + timedelta(days=1), REMIND_AT, tzinfo=ZoneInfo(company().timezone))
    schedule(kind=REMINDER, key=str(payment.pk), due_at=at, lead_id=payment.lead_id)


def write_lead(
    lead: Lead | None, drafts: list[EventDraft], actor: Actor, changed: Collection[str] = ()
) -> None:
    """What a change of payments scores on the locked lead; `changed` are columns set already. Then the events."""
    if lead is None:
        record_all(drafts)
        return
    concerned = FIELDS | STAGE_FIELDS if "stage" in changed else FIELDS
    assessment = assess_if_concerned(lead=lead, changed=concerned, actor=actor)
    if names := {*changed, *assessment.changed_fields}:
        lead.save(update_fields=sorted(names))
    record_all([*drafts, *assessment.drafts])
    refresh([lead], changed=None if "stage" in names else concerned)
