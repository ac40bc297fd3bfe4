"""A customer who wants no more, or wants to hear from us again, is heeded whoever answers the conversation (spec 1.3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from conversations import responder
from conversations.outbox.operations import send_message
from conversations.sending.consent_texts import OPTED_IN, OPTED_OUT, in_language
from conversations.threads.models import AuthorKind, Conversation, ConversationStatus, Message
from conversations.understanding import language_of
from conversations.understanding.consent import Wish, wish_of
from conversations.understanding.types import Understanding
from crm.consent.models import Purpose
from crm.consent.operations import grant, withdraw
from crm.consent.queries import ever_granted, has_opted_out


def heed(
    *,
    conversation: Conversation,
    message: Message,
    understanding: Understanding,
    now: datetime,
    respond: bool = True,
) -> bool:
    """Whether the message was about consent: then it is recorded and confirmed once, and nobody else answers it.

    The responder ends what it has going; it may confirm in the words of its own. `respond=False` and spam: no word
    is said.
    """
    wish = wish_of(message.text, understanding, payload=message.payload)
    if wish is Wish.OPT_IN and not has_opted_out(conversation.contact):
        wish = None
    if wish is None:
        return False
    told = respond and conversation.status != ConversationStatus.SPAM
    if wish is Wish.OPT_IN:
        _opt_in(conversation, message, now, told=told)
    else:
        _opt_out(conversation, message, understanding, now, told=told)
    return True


def _opt_out(
    conversation: Conversation, message: Message, understanding: Understanding, now: datetime, *, told: bool
) -> None:
    news = withdraw(
        contact=conversation.contact,
        source=conversation.account.kind,
        text=message.text,
        conversation_id=conversation.pk,
    )
    if not told:
        return
    confirmed = responder.current().opted_out(
        conversation=conversation, message=message, understanding=understanding, confirm=news, now=now
    )
    if news and not confirmed:
        _say(conversation, message, OPTED_OUT, now)


def _opt_in(conversation: Conversation, message: Message, now: datetime, *, told: bool) -> None:
    """Follow-ups again; marketing only to who had said yes to it before."""
    contact = conversation.contact
    purposes = [Purpose.FOLLOW_UP]
    if ever_granted(contact, Purpose.MARKETING):
        purposes.append(Purpose.MARKETING)
    news = grant(
        contact=contact,
        source=conversation.account.kind,
        text=message.text,
        purposes=purposes,
        conversation_id=conversation.pk,
    )
    if news and told:
        _say(conversation, message, OPTED_IN, now)


def _say(conversation: Conversation, message: Message, texts: Mapping[str, str], now: datetime) -> None:
    language = language_of(message.text, otherwise=conversation.language)
    send_message(
        conversation=conversation,
        text=in_language(texts, language),
        author_kind=AuthorKind.SYSTEM,
        now=now,
    )
