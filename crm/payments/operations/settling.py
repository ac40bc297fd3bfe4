"""What becomes of a payment: by a provider's word, an API, or a colleague's hand."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from core.due.operations import cancel, schedule
from core.events.actor import Actor
from core.text import clean, clean_words
from crm.actions.registry import Done
from crm.orders.operations.rows import lock_leads_of
from crm.payments.errors import BadPayment, CannotMove, WrongAmount
from crm.payments.models import PaymentRequest, PaymentState
from crm.payments.moves import OPEN, may_follow
from crm.payments.operations.moving import confirm_order, move_on
from crm.payments.operations.requesting import remind, write_lead
from crm.payments.operations.rows import FOLLOW, REMINDER, draft_of, locked_payment
from crm.payments.queries import today
from crm.pipeline.queries import locked_lead

MOST_NOTE = 500
MOST_EXTERNAL = 120


@transaction.atomic
def set_state(
    *,
    payment_id: int,
    state: PaymentState | str,
    actor: Actor,
    now: datetime,
    reference: str = "",
    note: str = "",
    amount: Decimal | None = None,
    currency: str = "",
) -> PaymentRequest:
    """Bring a payment into a state. The same state again: nothing happens.

    `reference` is what the provider calls the payment; `amount` and `currency`, where given, are what was paid and must be
    what was asked for. Raises BadPayment for a state that is none, CannotMove, WrongAmount,
    PaymentRequest.DoesNotExist.
    """
    if state not in PaymentState.values:
        raise BadPayment(
            _("The state is one of: %(states)s.") % {"states": ", ".join(PaymentState.values)}, field="state"
        )
    seen = PaymentRequest.objects.select_related("contact").get(pk=payment_id)
    if seen.order_id is not None:
        lock_leads_of(seen.contact)  # in their order, since the order's change needs them all
    lead = locked_lead(seen.lead_id) if seen.lead_id is not None else None
    payment = locked_payment(payment_id)
    payment.lead = lead
    _check_amount(payment, amount, currency)
    if payment.state == state:
        return payment
    if not may_follow(payment.state, state):
        raise CannotMove(_sentence(payment, PaymentState(state)), payment=payment)
    before, payment.state = payment.state, PaymentState(state)
    payment.external_id = clean(reference).strip()[:MOST_EXTERNAL] or payment.external_id
    payment.note = clean_words(note).strip()[:MOST_NOTE] or payment.note
    if state == PaymentState.PAID:
        payment.paid_at = now
    payment.revision += 1
    payment.save(update_fields=["state", "external_id", "note", "paid_at", "revision"])
    _plan(payment, now)
    said = {"external_id": payment.external_id, "note": clean_words(note).strip()[:MOST_NOTE]}
    draft = draft_of(f"payment.{state}", payment, actor=actor, **{"from": before}, **said)
    moved = move_on(lead, now=now) if lead is not None and state == PaymentState.PAID else Done()
    write_lead(lead, [draft, *moved.drafts], actor, moved.changed)
    if state == PaymentState.PAID:
        confirm_order(payment, actor=actor, now=now)
    return payment


def _check_amount(payment: PaymentRequest, amount: Decimal | None, currency: str) -> None:
    paid = (payment.amount if amount is None else amount, currency.upper() or payment.currency)
    if paid != (payment.amount, payment.currency):
        sentence = _("%(asked)s was asked for, but %(paid)s was paid.")
        words = {
            "asked": f"{payment.amount.normalize():f} {payment.currency}",
            "paid": f"{paid[0].normalize():f} {paid[1]}",
        }
        raise WrongAmount(sentence % words, payment=payment)


def _plan(payment: PaymentRequest, now: datetime) -> None:
    """What follows the new state, and the reminder as long as money is awaited."""
    key = f"{payment.pk}:{payment.state}"
    schedule(kind=FOLLOW, key=key, due_at=now, lead_id=payment.lead_id)
    if payment.state not in OPEN:
        cancel(kind=REMINDER, key=str(payment.pk))
    elif payment.due_on is not None and payment.due_on >= today(now):
        remind(payment)


def _sentence(payment: PaymentRequest, wanted: PaymentState) -> str:
    """Why not, and what to do instead."""
    words = {"reference": payment.reference, "wanted": str(wanted.label)}
    sentences = {
        PaymentState.REQUESTED: _("%(reference)s is not paid yet, so it cannot become “%(wanted)s”."),
        PaymentState.FAILED: _("%(reference)s failed, so it cannot become “%(wanted)s”."),
        PaymentState.PAID: _(
            "%(reference)s is paid already, so it cannot become “%(wanted)s”. It can only be refunded."
        ),
        PaymentState.REFUNDED: _(
            "%(reference)s was refunded, so it cannot become “%(wanted)s”. Ask for a new payment instead."
        ),
        PaymentState.CANCELLED: _(
            "%(reference)s was cancelled, so it cannot become “%(wanted)s”. Ask for a new payment instead."
        ),
    }
    return sentences[PaymentState(payment.state)] % words
