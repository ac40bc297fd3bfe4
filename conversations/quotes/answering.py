"""What the customer does on the page of a quote, and who hears of it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from conversations.accounts.queries import account_by_id
from conversations.channels.contracts import InboundEvent
from conversations.inbound.operations.receiving import receive
from conversations.quotes.links import seller_url
from conversations.quotes.queries import conversation_of, people_of
from conversations.threads.links import conversation_url
from core.notifications.operations import notify
from core.text import clean_words
from crm.quotes import operations
from crm.quotes.enums import QuoteState
from crm.quotes.errors import BadQuote
from crm.quotes.models import QuoteAcceptance, QuoteVersion

MOST_ASKED = 2000


@transaction.atomic
def seen(*, version: QuoteVersion, now: datetime) -> bool:
    """The page stands before the customer's eyes; the seller is told, unless it is the same look as just before."""
    first = version.viewed_at is None
    if not operations.view(version_id=version.pk, now=now):
        return False
    kind = "quote.opened" if first else "quote.opened_again"
    _tell(version, kind, key=now.isoformat())
    return True


@transaction.atomic
def accept(
    *,
    version: QuoteVersion,
    name: str,
    consent: str,
    chosen: Collection[UUID],
    ip: str | None,
    agent: str,
    now: datetime,
) -> QuoteAcceptance:
    """The customer's yes. Raises what `crm.quotes.operations.accept` raises; a second yes is the first."""
    acceptance = operations.accept(
        version_id=version.pk, name=name, consent=consent, chosen=chosen, ip=ip, agent=agent, now=now
    )
    _tell(version, "quote.accepted", key="", name=acceptance.name)
    return acceptance


@transaction.atomic
def decline(*, version: QuoteVersion, reason: str, words: str, now: datetime) -> QuoteVersion:
    """The customer's no. Raises what `crm.quotes.operations.decline` raises."""
    declined = operations.decline(version_id=version.pk, reason=reason, words=words, now=now)
    reason_words = str(declined.get_decline_reason_display())
    _tell(version, "quote.declined", key="", reason=reason_words)
    return declined


@transaction.atomic
def ask(*, version: QuoteVersion, question: str, key: str, now: datetime) -> None:
    """A question lands in the chat as the customer's words, and waits there for a person; the seller is told.

    The same `key` again: nothing happens. Raises BadQuote without a question.
    """
    question = clean_words(question).strip()[:MOST_ASKED]
    if not question:
        raise BadQuote(_("Write your question first."), field="question")
    text = _("About the offer %(number)s: %(question)s")
    written = text % {"number": version.quote.number, "question": question}
    _say(version, written, key=key, now=now)
    _tell(version, "quote.asked", key=key, question=question)


@transaction.atomic
def ask_again(*, version: QuoteVersion, now: datetime) -> None:
    """The customer wants a new offer in place of one that is over; once a day is enough."""
    key = f"again:{version.public_id}:{now:%Y-%m-%d}"
    text = _("Please make me a new offer in place of %(number)s.") % {"number": version.quote.number}
    _say(version, text, key=key, now=now)
    _tell(version, "quote.asked_again", key=key)


def _say(version: QuoteVersion, text: str, *, key: str, now: datetime) -> None:
    """In the customer's own conversation, where they have one; nothing automatic answers it."""
    conversation = conversation_of(version.quote)
    if conversation is None:
        return
    event = InboundEvent(
        external_id=f"quote:{key}",
        thread_id=conversation.thread_id,
        sender_id=conversation.identity.external_id,
        text=text,
    )
    account = account_by_id(conversation.account_id)
    receive(account=account, event=event, arrived_at=now, respond=False)


def _tell(version: QuoteVersion, kind: str, *, key: str, **params: Any) -> None:
    quote = version.quote
    conversation = conversation_of(quote)
    notify(
        users=people_of(quote),
        kind=kind,
        key=f"{version.public_id}:{key}",
        params={"contact": str(quote.contact), "number": quote.number or "", **params},
        url=conversation_url(conversation) if conversation else seller_url(quote),
    )


def is_over(version: QuoteVersion, *, expired: bool) -> bool:
    """Whether a new offer can be asked for."""
    return expired or version.state in (QuoteState.DECLINED, QuoteState.WITHDRAWN)
