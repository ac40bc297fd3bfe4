"""The next version, the same once more, and a new quote made of an old one."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.events.actor import Actor
from core.ids import public_token, uuid7
from crm.contacts.models import Contact
from crm.pipeline.models import Lead
from crm.quotes.enums import QuoteState
from crm.quotes.errors import AlreadyDecided
from crm.quotes.models import Quote, QuoteLine, QuoteVersion
from crm.quotes.operations import files
from crm.quotes.operations.drafting import write_draft
from crm.quotes.operations.rows import locked_quote, record_quote
from crm.quotes.queries import default_valid_until


@transaction.atomic
def next_version(*, quote_id: int, actor: Actor, now: datetime) -> QuoteVersion:
    """A draft with what the newest version says; the draft that is there, where there is one.

    What was sent stays in force until the draft is sent. Raises AlreadyDecided for a quote that was accepted.
    """
    quote = locked_quote(quote_id)
    newest = quote.versions.order_by("-version").first()
    assert newest is not None
    if newest.state == QuoteState.DRAFT:
        newest.quote = quote
        return newest
    if quote.state == QuoteState.ACCEPTED:
        raise AlreadyDecided(
            _("The customer accepted this quote, so it stays as it is. Make a copy for something new."),
            version=newest,
        )
    return _again(newest, quote, version=newest.version + 1, actor=actor, now=now)


@transaction.atomic
def renew(*, quote_id: int, actor: Actor, now: datetime) -> QuoteVersion:
    """The next version as a draft with the same words and prices and a fresh last day, ready to be sent."""
    draft = next_version(quote_id=quote_id, actor=actor, now=now)
    draft.valid_until = default_valid_until(now)
    draft.revision += 1
    draft.save(update_fields=["valid_until", "revision"])
    return draft


@transaction.atomic
def copy_quote(
    *,
    version_id: int,
    actor: Actor,
    now: datetime,
    contact: Contact | None = None,
    lead: Lead | None = None,
) -> QuoteVersion:
    """A new quote with the same lines and words, for the same contact or another."""
    source = QuoteVersion.objects.select_related("quote", "quote__contact", "quote__lead").get(pk=version_id)
    quote = Quote.objects.create(
        title=source.quote.title,
        contact=contact or source.quote.contact,
        lead=lead if contact is not None else (lead or source.quote.lead),
        owner_id=actor.user_id or source.quote.owner_id,
        created_at=now,
    )
    return _again(source, quote, version=1, actor=actor, now=now)


def _again(source: QuoteVersion, quote: Quote, *, version: int, actor: Actor, now: datetime) -> QuoteVersion:
    lines: list[QuoteLine] = list(source.lines.order_by("position", "id"))
    for line in lines:
        line.public_id = uuid7()
    draft = QuoteVersion(
        quote=quote,
        version=version,
        token=public_token(),
        author_id=actor.user_id,
        valid_until=default_valid_until(now),
        created_at=now,
        **{
            name: getattr(source, name)
            for name in (
                "language",
                "currency",
                "intro",
                "terms",
                "next_step",
                "note",
                "rounding",
                "prices_include_tax",
                "discount_percent",
            )
        },
    )
    write_draft(draft, lines)
    files.again(source, draft)
    record_quote("quote.drafted", draft, actor=actor)
    return draft
