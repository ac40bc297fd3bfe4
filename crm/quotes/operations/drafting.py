"""Drafts: begun, saved, approved, thrown away."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.access.models import User
from core.company.queries import company
from core.conditions.canonical import CURRENCY_PATTERN
from core.events.actor import Actor
from core.languages import Language
from core.text import clean
from crm.contacts.models import Contact
from crm.pipeline.models import Lead
from crm.pricing import payable
from crm.quotes import clock
from crm.quotes.enums import QuoteState
from crm.quotes.errors import BadQuote, NotADraft, NotAllowedToApprove, StaleDraft
from crm.quotes.lines import HUNDRED, LineDraft, Terms, discount_given, fits_scale, rows_of, totals_of
from crm.quotes.models import Quote, QuoteLine, QuoteVersion
from crm.quotes.operations.files import forget
from crm.quotes.operations.rows import locked_version, record_quote, rescore_of, save_head
from crm.quotes.queries import default_valid_until, discount_limit, quote_settings

LENGTHS = {"intro": 4000, "terms": 20000, "next_step": 500, "note": 4000}
FIELDS = frozenset({*LENGTHS, "language", "currency", "valid_until", "discount_percent"})
"""What `save_draft` takes beside the lines and the title."""
PRICE = "price"
"""The goal of a lead that asks for a price."""


@transaction.atomic
def start_quote(
    *,
    contact: Contact,
    actor: Actor,
    now: datetime,
    lead: Lead | None = None,
    title: str = "",
    language: str | None = None,
    currency: str | None = None,
    lines: Sequence[LineDraft] = (),
    discount_percent: Decimal = Decimal(0),
    intro: str = "",
    terms: str | None = None,
    valid_days: int | None = None,
    requested_at: datetime | None = None,
    request_key: str | None = None,
) -> QuoteVersion:
    """A first draft. The same `request_key` again gives the same draft.

    Language, currency, terms and days come from contact, lead and settings where they are not given. `requested_at`, where
    nobody says it: when the lead came in, if what it wants is a price and nothing was quoted yet. Raises BadQuote, BadLine;
    BadQuote for a lead of another contact.
    """
    if request_key and (same := QuoteVersion.objects.filter(quote__request_key=request_key).first()):
        return same
    if lead is not None and lead.contact_id != contact.pk:
        raise BadQuote(_("This lead is another contact's."), field="lead")
    rules, language = quote_settings(), language or contact.language or company().language
    quote = Quote.objects.create(
        contact=contact,
        lead=lead,
        owner_id=actor.user_id or (lead.owner_id if lead else None),
        title=_title(title, lead, contact),
        requested_at=requested_at or _asked_at(lead),
        request_key=request_key,
        created_at=now,
    )
    version = QuoteVersion(
        quote=quote,
        language=language,
        currency=currency or (lead.currency if lead else company().currency),
        valid_until=default_valid_until(now, valid_days),
        intro=intro,
        terms=rules.terms.get(language, "") if terms is None else terms,
        next_step=rules.next_step.get(language, ""),
        rounding=rules.rounding,
        prices_include_tax=rules.prices_include_tax,
        discount_percent=discount_percent,
        author_id=actor.user_id,
        created_at=now,
    )
    check_fields(version, ("language", "currency", "discount_percent"), now)
    write_draft(version, rows_of(lines))
    record_quote("quote.drafted", version, actor=actor)
    return version


def _asked_at(lead: Lead | None) -> datetime | None:
    if lead is None or lead.goal != PRICE or Quote.objects.filter(lead=lead).exists():
        return None
    return lead.created_at


def _title(title: str, lead: Lead | None, contact: Contact) -> str:
    return (clean(title).strip() or (lead.title if lead else str(contact)))[:200]


@transaction.atomic
def save_draft(
    *,
    version_id: int,
    revision: int,
    actor: Actor,
    now: datetime,
    lines: Sequence[LineDraft] | None = None,
    title: str | None = None,
    **fields: Any,
) -> QuoteVersion:
    """Store what the editor holds, with fresh totals; what is not given stays.

    `fields` are of FIELDS. `revision` is the one the editor began with: when another save came in between, StaleDraft
    says what differs, and nothing is stored. An approval does not outlive a change. Raises NotADraft, BadQuote, BadLine.
    """
    if unknown := fields.keys() - FIELDS:
        raise TypeError(f"Drafts have no {sorted(unknown)}.")
    version = locked_version(version_id)
    if version.state != QuoteState.DRAFT:
        raise NotADraft(
            _("This version was sent and stays as it is. Make the next version to change something.")
        )
    if version.revision != revision:
        raise StaleDraft(
            _("Somebody else saved this quote a moment ago. Look at what changed, then save again."),
            current=version,
            changes=tuple(_differences(version, fields, lines)),
        )
    _take(version, fields, now)
    if title is not None:
        version.quote.title = _title(title, version.quote.lead, version.quote.contact)
        version.quote.save(update_fields=["title"])
    rows = list(version.lines.all()) if lines is None else rows_of(lines)
    asked = version.needs_approval
    version.revision += 1
    write_draft(version, rows)
    if version.needs_approval and not asked:
        off = discount_given(rows, version.discount_percent)
        record_quote("quote.approval_asked", version, actor=actor, discount=str(off))
    return version


def _differences(
    version: QuoteVersion, fields: dict[str, Any], lines: Sequence[LineDraft] | None
) -> list[str]:
    found = [name for name, value in fields.items() if getattr(version, name) != value]
    if lines is not None:
        stands = [(row.title, row.quantity, row.unit_price) for row in version.lines.all()]
        if stands != [(draft.title, draft.quantity, draft.unit_price) for draft in lines]:
            found.append("lines")
    return sorted(found)


def _take(version: QuoteVersion, fields: dict[str, Any], now: datetime) -> None:
    """Raises BadQuote for a value that cannot be."""
    for name, length in LENGTHS.items():
        if name in fields:
            fields[name] = clean(str(fields[name])).strip()[:length]
    for name, value in fields.items():
        setattr(version, name, value)
    check_fields(version, tuple(fields), now)


def check_fields(version: QuoteVersion, names: Collection[str], now: datetime) -> None:
    """Raises BadQuote for a value of these fields that cannot be."""
    checks = [
        ("language", _("Choose one of the languages."), version.language in Language.values),
        ("currency", _("A currency has three letters, such as AMD."), _is_currency(version.currency)),
        (
            "discount_percent",
            _("A discount is a percent from 0 to 100, with three decimals at most."),
            _is_percent(version.discount_percent),
        ),
        ("valid_until", _("The last day has passed already."), _is_ahead(version.valid_until, now)),
    ]
    for name, sentence, holds in checks:
        if name in names and not holds:
            raise BadQuote(sentence, field=name)


def _is_currency(currency: str) -> bool:
    return re.fullmatch(CURRENCY_PATTERN, currency) is not None


def _is_percent(percent: Decimal) -> bool:
    return percent.is_finite() and 0 <= percent <= 100 and fits_scale(percent, 3)


def _is_ahead(day: date | None, now: datetime) -> bool:
    return day is None or not clock.is_over(day, timezone=company().timezone, now=now)


def write_draft(version: QuoteVersion, rows: Sequence[QuoteLine]) -> None:
    """Version and lines with their totals; the lines that were there make room."""
    totals = totals_of(rows, terms_of(version))
    version.net, version.discount, version.tax, version.total = (
        totals.net,
        totals.discount,
        totals.tax,
        totals.total,
    )
    version.taxes = [[str(part) for part in row] for row in totals.taxes]
    step = quote_settings().payable_step
    version.payable_difference = payable(totals.total, step=step)[1] if step else Decimal(0)
    off = discount_given(rows, version.discount_percent)
    version.off = min(max(off, Decimal(0)), HUNDRED)
    version.needs_approval = off > _limit(version)
    version.approved_by = None
    version.save()
    version.lines.all().delete()
    for place, row in enumerate(rows):
        row.pk, row.version, row.position = None, version, place
        row._state.adding = True
    QuoteLine.objects.bulk_create(rows)
    save_head(version.quote)


def terms_of(version: QuoteVersion) -> Terms:
    return Terms(
        currency=version.currency,
        rounding="line" if version.rounding == "line" else "group",
        prices_include_tax=version.prices_include_tax,
        discount_percent=version.discount_percent,
    )


def _limit(version: QuoteVersion) -> Decimal:
    return discount_limit(version.author.role if version.author else None)


@transaction.atomic
def approve(*, version_id: int, user: User, now: datetime) -> QuoteVersion:
    """Let a discount above its author's limit pass; again: nothing happens. Raises NotADraft, NotAllowedToApprove."""
    version = locked_version(version_id)
    if version.state != QuoteState.DRAFT:
        raise NotADraft(_("This version was sent already."))
    off = discount_given(list(version.lines.all()), version.discount_percent)
    if off > discount_limit(user.role):
        raise NotAllowedToApprove(
            _("This discount of %(off)s %% is more than you may approve yourself.")
            % {"off": f"{off.normalize():f}"}
        )
    if version.needs_approval and version.approved_by_id is None:
        version.approved_by = user
        version.save(update_fields=["approved_by"])
        record_quote("quote.approved", version, actor=Actor.of(user), discount=str(off))
    return version


@transaction.atomic
def discard_draft(*, version_id: int) -> None:
    """Throw a draft away; with it the quote, where nothing of it was ever sent. Raises NotADraft."""
    version = locked_version(version_id)
    if version.state != QuoteState.DRAFT:
        raise NotADraft(_("What was sent stays; withdraw it instead."))
    forget(version.files.values_list("file", flat=True))
    if version.version == 1 and version.quote.latest == 1:
        lead_id = version.quote.lead_id
        version.quote.delete()
        rescore_of(lead_id)
        return
    version.delete()
    save_head(version.quote)
