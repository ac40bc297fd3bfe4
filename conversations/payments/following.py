"""What follows a payment: thanks to the customer, word to the seller, one reminder of what is late."""

from __future__ import annotations

from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from conversations.payments.links import payment_url, seller_url
from conversations.payments.operations import say
from conversations.payments.queries import conversation_of, language_of, people_of
from conversations.threads.links import conversation_url
from conversations.threads.models import LIVE_STATUSES, Conversation
from conversations.threads.queries import locked_conversation
from core.due.models import DueRow
from core.events.actor import SYSTEM
from core.notifications.operations import notify
from core.text.amounts import money
from crm.payments.models import PaymentMessage, PaymentRequest, PaymentState
from crm.payments.operations.rows import locked_payment
from crm.payments.queries import is_overdue, payment_settings, whole
from crm.pipeline.models import StageKind

TOLD = frozenset({PaymentState.PAID, PaymentState.FAILED, PaymentState.REFUNDED})
"""States that the seller is told of: others come from a colleague's own hand."""


def follow_payment(payment: PaymentRequest, state: str, now: datetime) -> None:
    """The conversation is locked before anything else; what was said once is not said again."""
    conversation = _locked(payment)
    if state == PaymentState.PAID and conversation is not None and payment_settings().thank:
        say(conversation, _thanks(payment), key=f"paid:{payment.public_id}", actor=SYSTEM, now=now)
    if state in TOLD:
        _tell(payment, f"payment.{state}", conversation, key=f"{payment.public_id}:{payment.revision}")


def remind(row: DueRow, now: datetime) -> None:
    """The last day is over and nothing came: one polite message, unless it was settled, or the lead was lost."""
    payment = whole().filter(pk=int(row.key)).first()
    if payment is None:
        return
    conversation = _locked(payment)
    locked_payment(payment.pk)
    payment = whole().get(pk=payment.pk)
    if not is_overdue(payment, now):
        return
    _tell(payment, "payment.overdue", conversation, key=str(payment.public_id))
    lost = payment.lead is not None and payment.lead.stage_kind == StageKind.LOST
    if lost or not payment_settings().remind or conversation is None:
        return
    if conversation.status in LIVE_STATUSES:
        key = f"late:{payment.public_id}"
        say(conversation, _reminder(payment), key=key, actor=SYSTEM, now=now, can_wait=True)


def tell_of_problem(message: PaymentMessage) -> None:
    """A provider told something that cannot be: a person has to look at it."""
    if message.payment_id is not None:
        payment = whole().get(pk=message.payment_id)
        notify(
            users=people_of(payment),
            kind="payment.problem",
            key=f"message:{message.pk}",
            params={"contact": str(payment.contact), "problem": message.problem},
            url=f"/payments/{payment.public_id}/",
        )


def _locked(payment: PaymentRequest) -> Conversation | None:
    found = conversation_of(payment)
    return locked_conversation(found.pk) if found is not None else None


def _tell(payment: PaymentRequest, kind: str, conversation: Conversation | None, *, key: str) -> None:
    notify(
        users=people_of(payment),
        kind=kind,
        key=key,
        params={
            "contact": str(payment.contact),
            "sum": money(payment.amount, payment.currency),
            "purpose": payment.purpose,
        },
        url=conversation_url(conversation) if conversation else seller_url(payment),
    )


def _thanks(payment: PaymentRequest) -> str:
    with translation.override(language_of(payment.contact)):
        words = {"sum": money(payment.amount, payment.currency), "purpose": payment.purpose}
        return _("Thank you! %(sum)s has arrived (%(purpose)s).") % words


def _reminder(payment: PaymentRequest) -> str:
    with translation.override(language_of(payment.contact)):
        words = {"sum": money(payment.amount, payment.currency), "purpose": payment.purpose}
        said = (
            _("A gentle reminder: %(purpose)s, %(sum)s, is still open. Does anything stand in the way?")
            % words
        )
        pay = _("Here you can pay:")
    return f"{said}\n\n{pay} {payment_url(payment)}"
