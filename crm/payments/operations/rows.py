"""The lead is locked before its payment, always; what happened is written down in one form."""

from __future__ import annotations

import secrets
from typing import Any

from core.events.actor import Actor
from core.events.operations import EventDraft
from crm.payments.models import PaymentRequest

FOLLOW = "payment.follow"
"""Kind of the due row, due at once, of whatever follows a state; its key is the payment's and the state."""
REMINDER = "payment.reminder"
"""Kind of the due row of the one reminder after the due day; its key is the payment's."""
FIELDS = frozenset({"lead.payment_state", "lead.paid_total", "lead.payment_due"})
"""Condition fields that follow the payments of a lead."""

_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def new_reference() -> str:
    """ "PAY-7K3F-9Q2M": nothing that is mixed up when it is read out."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(8))
    return f"PAY-{letters[:4]}-{letters[4:]}"


def locked_payment(payment_id: int) -> PaymentRequest:
    """Raises PaymentRequest.DoesNotExist."""
    return PaymentRequest.objects.select_for_update().get(pk=payment_id)


def draft_of(event: str, payment: PaymentRequest, /, *, actor: Actor, **more: Any) -> EventDraft:
    payload = {
        "reference": payment.reference,
        "amount": f"{payment.amount.normalize():f}",
        "currency": payment.currency,
        "purpose": payment.purpose,
        **{name: value for name, value in more.items() if value},
    }
    return EventDraft(name=event, subject=payment, actor=actor, payload=payload)
