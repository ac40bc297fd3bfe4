"""The quote's row is locked before its versions are read, always: two who decide at once are put in an order by it."""

from __future__ import annotations

from typing import Any

from core.events.actor import Actor
from core.events.operations import record
from crm.quotes.enums import QuoteState
from crm.quotes.models import Quote, QuoteVersion

IN_FORCE = (QuoteState.SENT, QuoteState.ACCEPTED)


def locked_version(version_id: int) -> QuoteVersion:
    """The version with its quote locked. Raises QuoteVersion.DoesNotExist."""
    quote_id = QuoteVersion.objects.values_list("quote", flat=True).get(pk=version_id)
    quote = locked_quote(quote_id)
    version = QuoteVersion.objects.get(pk=version_id)
    version.quote = quote
    return version


def locked_quote(quote_id: int) -> Quote:
    """Raises Quote.DoesNotExist."""
    locked = Quote.objects.select_for_update(of=("self",))
    return locked.select_related("contact", "lead", "owner").get(pk=quote_id)


def save_head(quote: Quote) -> None:
    """The columns of the quote that follow its versions."""
    rows = list(quote.versions.order_by("-version"))
    head = next((row for row in rows if row.state in IN_FORCE), rows[0])
    quote.state, quote.currency, quote.total = head.state, head.currency, head.total
    quote.valid_until, quote.sent_at, quote.closed_at = head.valid_until, head.sent_at, head.closed_at
    quote.latest = rows[0].version
    quote.save(
        update_fields=[
            "state",
            "currency",
            "total",
            "valid_until",
            "sent_at",
            "closed_at",
            "latest",
            "number",
        ]
    )


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
