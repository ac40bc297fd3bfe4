"""A yes that goes to the payment (spec 8.6, 10.2)."""

from __future__ import annotations

from django.db.models import Case, Value, When
from django.utils import translation
from django.utils.translation import gettext as _

from automation.sequences.operations.answering import Said, answered
from conversations.payments.operations import ask_in_chat, message_text, say
from conversations.payments.queries import language_of
from core.events.actor import FLOW
from crm.payments.errors import BadPayment
from crm.payments.models import PaymentRequest, PaymentState
from crm.payments.queries import whole
from crm.quotes.enums import QuoteState
from crm.quotes.models import QuoteVersion


def ask_to_pay(said: Said) -> bool:
    """Give the link of what is to be paid: the open request, else one for the quote that was accepted and has none.

    False where nothing is to be paid: then a colleague goes on.
    """
    open_one = _open_request(said)
    if open_one is not None:
        key = f"payment:{open_one.public_id}:{said.message.public_id}"
        say(said.conversation, message_text(open_one), key=key, actor=FLOW, now=said.now)
        answered(said)
        return True
    quote = _accepted(said)
    if quote is None:
        return False
    with translation.override(language_of(said.conversation.contact)):
        purpose = _("Quote %(number)s") % {"number": quote.quote.number}
    try:
        ask_in_chat(
            conversation=said.conversation,
            amount=quote.total,
            currency=quote.currency,
            purpose=purpose,
            actor=FLOW,
            now=said.now,
            lead=said.lead,
            quote=quote,
        )
    except BadPayment:
        return False
    answered(said)
    return True


def _open_request(said: Said) -> PaymentRequest | None:
    """The newest that waits, of this lead before others."""
    own = Case(When(lead=said.lead, then=Value(0)), default=Value(1)) if said.lead else Value(1)
    rows = whole().awaited().filter(contact=said.conversation.contact_id)
    return rows.order_by(own, "-id").first()


def _accepted(said: Said) -> QuoteVersion | None:
    """The newest accepted quote that nobody has been asked to pay for."""
    asked = PaymentRequest.objects.exclude(state=PaymentState.CANCELLED).filter(quote__isnull=False)
    rows = QuoteVersion.objects.filter(
        quote__contact=said.conversation.contact_id, state=QuoteState.ACCEPTED
    ).exclude(pk__in=asked.values("quote"))
    return rows.select_related("quote").order_by("-id").first()
