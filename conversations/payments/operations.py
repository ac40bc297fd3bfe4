"""Asking in the chat: the customer gets the private link of the page where they pay."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from conversations.outbox.operations import send_message
from conversations.payments.links import payment_url
from conversations.payments.queries import language_of
from conversations.threads.models import AuthorKind, Conversation, Message
from conversations.threads.operations.handling import speak_for
from conversations.threads.queries import locked_conversation
from conversations.threads.saving import held
from core.access.models import User
from core.events.actor import FLOW, Actor
from core.text import clean_words
from core.text.amounts import money
from core.text.dates import long_date
from crm.consent.models import Purpose
from crm.payments.errors import CannotMove
from crm.payments.models import PaymentRequest
from crm.payments.moves import OPEN
from crm.payments.operations import request_payment
from crm.payments.queries import whole

MOST_WORDS = 2000


@transaction.atomic
def send_payment_request(
    *, payment_id: int, actor: Actor, now: datetime, conversation: Conversation, words: str = ""
) -> Message:
    """Write the link to the customer. `words` take the place of the usual sentence above it.

    Again in the same conversation: the same message. Raises CannotMove where nothing is to be paid any more.
    """
    locked = locked_conversation(conversation.pk)
    payment = whole().get(pk=payment_id)
    if payment.state not in OPEN:
        sentence = _("Nothing is to be paid here any more, so the link is not sent.")
        raise CannotMove(sentence, payment=payment)
    text = message_text(payment, words=words)
    return say(locked, text, key=f"payment:{payment.public_id}", actor=actor, now=now)


@transaction.atomic
def ask_in_chat(
    *,
    conversation: Conversation,
    amount: Decimal,
    currency: str,
    purpose: str,
    actor: Actor,
    now: datetime,
    due_on: date | None = None,
    words: str = "",
    request_key: str | None = None,
    **about: Any,
) -> tuple[PaymentRequest, Message]:
    """`request_payment` of the conversation's customer and the message with its link, both or neither.

    `about`: lead, quote, order, provider. The same `request_key` again: what stands. Raises BadPayment.
    """
    locked = locked_conversation(conversation.pk)
    payment = request_payment(
        contact=locked.contact,
        amount=amount,
        currency=currency,
        purpose=purpose,
        actor=actor,
        now=now,
        due_on=due_on,
        request_key=request_key,
        **about,
    )
    message = send_payment_request(
        payment_id=payment.pk, actor=actor, now=now, conversation=locked, words=words
    )
    return payment, message


def say(
    conversation: Conversation, text: str, *, key: str, actor: Actor, now: datetime, **how: Any
) -> Message:
    """One transactional message in the locked conversation for each `key`, whoever asks how often."""
    key = hashlib.sha256(f"{key}:{conversation.pk}".encode()).hexdigest()
    known = Message.objects.filter(account=conversation.account_id, dedupe_key=key).first()
    if known is not None:
        return known
    author = User.objects.get(pk=actor.user_id) if actor.user_id else None
    automatic = AuthorKind.FLOW if actor == FLOW else AuthorKind.SYSTEM
    with held(conversation):
        if author is not None:
            speak_for(conversation, author)
        message = send_message(
            conversation=conversation,
            text=text,
            author_kind=AuthorKind.USER if author else automatic,
            author=author,
            purpose=Purpose.TRANSACTIONAL,
            now=now,
            **how,
        )
    Message.objects.filter(pk=message.pk).update(dedupe_key=key)
    message.dedupe_key = key
    return message


def message_text(payment: PaymentRequest, *, words: str = "") -> str:
    """What the customer reads in the chat, in their language: a sentence, and the link."""
    with translation.override(language_of(payment.contact)):
        about = {
            "sum": money(payment.amount, payment.currency),
            "purpose": payment.purpose,
            "day": long_date(payment.due_on) if payment.due_on else "",
        }
        if payment.due_on:
            usual = _("%(purpose)s: %(sum)s. Please pay until %(day)s.") % about
        else:
            usual = _("%(purpose)s: %(sum)s.") % about
        pay = _("Here you can pay:")
    said = clean_words(words).strip()[:MOST_WORDS] or usual
    return f"{said}\n\n{pay} {payment_url(payment)}"
