"""The quote's row is locked before its versions are read, always: two who decide at once are put in an order by it.

Where a rule asks for quotes, the lead is locked before its quote, and scored again after it has changed.
"""

from __future__ import annotations

from typing import Any

from core.events.actor import SYSTEM, Actor
from core.events.operations import record
from crm.pipeline.models import Lead
from crm.pipeline.queries import locked_lead
from crm.quotes.enums import QuoteState
from crm.quotes.models import Quote, QuoteVersion
from crm.scoring.operations import rescore
from crm.scoring.queries import rule_book

IN_FORCE = (QuoteState.SENT, QuoteState.ACCEPTED)
HEAD = (
    "state",
    "currency",
    "total",
    "off",
    "valid_until",
    "sent_at",
    "viewed_at",
    "closed_at",
    "decline_reason",
)


def locked_version(version_id: int) -> QuoteVersion:
    """The version with its quote locked. Raises QuoteVersion.DoesNotExist."""
    quote_id = QuoteVersion.objects.values_list("quote", flat=True).get(pk=version_id)
    quote = locked_quote(quote_id)
    version = QuoteVersion.objects.get(pk=version_id)
    version.quote = quote
    return version


def locked_quote(quote_id: int) -> Quote:
    """Raises Quote.DoesNotExist."""
    if _rules_ask():
        list(Lead.objects.select_for_update(no_key=True, of=("self",)).filter(quotes=quote_id))
    locked = Quote.objects.select_for_update(of=("self",))
    return locked.select_related("contact", "lead", "owner").get(pk=quote_id)


def save_head(quote: Quote) -> None:
    """The columns of the quote that follow its versions."""
    rows = list(quote.versions.order_by("-version"))
    head = next((row for row in rows if row.state in IN_FORCE), rows[0])
    for name in HEAD:
        setattr(quote, name, getattr(head, name))
    quote.latest = rows[0].version
    quote.save(update_fields=[*HEAD, "latest", "number", "first_sent_at"])
    rescore_of(quote.lead_id)


def rescore_of(lead_id: int | None) -> None:
    """Score the lead of a quote that has changed, where a rule asks for quotes."""
    if lead_id is not None and _rules_ask():
        rescore(lead=locked_lead(lead_id), actor=SYSTEM)


def _rules_ask() -> bool:
    return any(key.startswith("quote.") for key in rule_book().fields_used())


def record_quote(event: str, version: QuoteVersion, /, *, actor: Actor, **more: Any) -> None:
    quote = version.quote
    payload = {
        "number": quote.number or "",
        "version": version.version,
        "total": str(version.total),
        "currency": version.currency,
        **more,
    }
    record(name=event, subject=quote, actor=actor, payload=payload)
