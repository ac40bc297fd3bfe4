"""The quote that a customer has asked for in the chat: written with what is known, and sent (spec 8.2, 8.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import translation

from automation.flows.effects import MakeQuote
from automation.quotes.queries import wished
from conversations.quotes.operations import send_quote
from conversations.threads.models import Conversation, Urgency
from conversations.threads.operations import hand_off
from conversations.threads.queries import locked_conversation
from conversations.threads.saving import held
from core.company.queries import company
from core.due.operations import schedule
from core.errors import Refused
from core.events.actor import FLOW
from core.languages import in_active_language
from crm.catalogue.models import Product
from crm.pipeline.models import Lead
from crm.quotes.enums import QuoteState
from crm.quotes.models import QuoteVersion
from crm.quotes.operations import start_quote

MAKE = "quote.make"


def plan_quote(wanted: MakeQuote, *, conversation: Conversation, lead: Lead, now: datetime) -> None:
    """Right after this transaction: drawing the document takes longer than a reply may."""
    schedule(
        kind=MAKE,
        key=f"{conversation.pk}:{now.isoformat()}",
        due_at=now,
        payload={
            "product": wanted.product,
            "total": wanted.total,
            "asked_at": wanted.asked_at,
            "draft": wanted.draft,
            "language": conversation.language,
        },
        lead_id=lead.pk,
        conversation_id=conversation.pk,
    )


def make_quote(
    *, lead_id: int, conversation_id: int, key: str, wanted: Mapping[str, Any], now: datetime
) -> QuoteVersion | None:
    """Write the quote and send it; again: the same quote, sent once.

    Where it is to be looked at first, where it would not say what the customer was told, or may not be sent, it stays a
    draft and a person gets the conversation. None where the lead is gone.
    """
    lead = Lead.objects.select_related("contact", "owner", "pipeline").filter(pk=lead_id).first()
    conversation = Conversation.objects.filter(pk=conversation_id).first()
    if lead is None or conversation is None:
        return None
    language = wanted.get("language") or lead.contact.language or company().language
    found, products = wished(lead, wanted.get("product"), currency=lead.currency, language=language, now=now)
    asked_at = wanted.get("asked_at")
    version = start_quote(
        contact=lead.contact,
        lead=lead,
        actor=FLOW,
        now=now,
        title=_title(products, language),
        language=language,
        currency=lead.currency,
        lines=found.lines,
        requested_at=datetime.fromisoformat(asked_at) if asked_at else None,
        request_key=f"chat:{key}"[:80],
    )
    if version.state != QuoteState.DRAFT:
        return version
    told = f"{version.total.normalize():f} {version.currency}"
    if wanted.get("draft") or told != wanted.get("total"):
        _to_person(conversation_id, version, now)
        return version
    try:
        send_quote(version_id=version.pk, actor=FLOW, now=now, conversation=conversation)
    except Refused:
        _to_person(conversation_id, version, now)
    version.refresh_from_db()
    return version


def _title(products: Sequence[Product], language: str) -> str:
    """In the customer's words; "" for that of the lead."""
    with translation.override(language):
        return next((in_active_language(each.title, each.name) for each in products), "")


@transaction.atomic
def _to_person(conversation_id: int, version: QuoteVersion, now: datetime) -> None:
    """Somebody looks at the draft and sends it."""
    conversation = locked_conversation(conversation_id)
    card = {
        "language": version.language,
        "notes": [["quote", version.quote.title]],
        "next_step": "send_quote",
    }
    with held(conversation):
        hand_off(conversation=conversation, reason="quote_draft", urgency=Urgency.HIGH, card=card, now=now)
