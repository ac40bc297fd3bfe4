"""What a provider's program tells about a payment, taken once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from core.events.actor import Actor
from core.events.enums import ActorKind
from crm.payments.errors import BadPayment, CannotMove, WrongAmount
from crm.payments.models import PaymentMessage, PaymentProvider, PaymentRequest
from crm.payments.operations.settling import set_state

PROVIDER = Actor(ActorKind.API)
PENDING = 0
TOLD = ("paid", "failed", "refunded", "cancelled")
"""States that a provider may tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the message says. `amount` and `currency` are what was paid, where it says so."""

    message_id: str
    reference: str
    state: str
    external_id: str = ""
    amount: Decimal | None = None
    currency: str = ""


@transaction.atomic
def take_message(*, provider: PaymentProvider, told: Told, now: datetime) -> PaymentMessage:
    """Bring the payment into the state that is told. The same `message_id` again: what became of it the first time.

    `status` of the result is 200, 404 where this provider has no such payment, 409 where its state or its amount says
    otherwise, 422 for a state that is none; then `problem` says why, and nothing has changed.
    """
    made = PaymentMessage(
        provider=provider, message_id=told.message_id, state=told.state[:20], status=PENDING, arrived_at=now
    )
    PaymentMessage.objects.bulk_create([made], ignore_conflicts=True)
    rows = PaymentMessage.objects.select_for_update(of=("self",)).select_related("payment")
    message = rows.get(provider=provider, message_id=told.message_id)
    if message.status != PENDING:
        return message
    message.payment = PaymentRequest.objects.filter(provider=provider, reference=told.reference).first()
    message.status, message.problem = _outcome(message.payment, told, now)
    message.save(update_fields=["payment", "status", "problem"])
    return message


def _outcome(payment: PaymentRequest | None, told: Told, now: datetime) -> tuple[int, str]:
    if payment is None:
        return 404, "There is no such payment."
    if told.state not in TOLD:
        return 422, f"state is one of {', '.join(TOLD)}."
    try:
        with transaction.atomic():
            set_state(
                payment_id=payment.pk,
                state=told.state,
                actor=PROVIDER,
                now=now,
                reference=told.external_id,
                amount=told.amount,
                currency=told.currency,
            )
    except (CannotMove, WrongAmount, BadPayment) as refusal:
        return 409, str(refusal)[:300]
    return 200, ""
