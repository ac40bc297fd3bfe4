"""What the customer's page of a quote shows."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.dates import format_date
from django.utils.translation import gettext as _

from conversations.public_pages import form_key
from core.company.queries import company
from crm.quotes import clock
from crm.quotes.enums import DeclineReason, QuoteState
from crm.quotes.models import QuoteAcceptance, QuoteVersion
from crm.quotes.operations.choosing import as_ticked, ticked
from crm.quotes.queries import days_left, default_valid_until, is_expired, quote_settings
from crm.quotes.sheet import Sheet, sheet_of


def page_of(
    version: QuoteVersion, *, now: datetime, chosen: Collection[UUID] | None = None, **more: Any
) -> dict[str, Any]:
    """Everything in the language of the quote, which is the active one. Raises BadQuote for `chosen` that cannot be."""
    acceptance = QuoteAcceptance.objects.filter(version=version).first()
    if acceptance is not None:
        chosen = [UUID(each) for each in acceptance.chosen]
    sheet, total = sheet_as_ticked(version, chosen)
    return {
        "version": version,
        "sheet": sheet,
        "company": company(),
        "has_logo": bool(quote_settings().logo),
        "pictures": _pictured(version),
        "state": state_of(version, now),
        "days_left": days_left(version, now),
        "closed": _day(version.closed_at, version.language),
        "acceptance": acceptance,
        "reasons": DeclineReason.choices,
        "total": total,
        "consent": consent_of(sheet),
        "key": form_key(version.token),
        **more,
    }


def preview_of(version: QuoteVersion, *, now: datetime) -> dict[str, Any]:
    """A draft as it would look if it were sent now; nothing on the page leads anywhere. Nothing is stored."""
    version.sent_at = version.sent_at or now
    version.valid_until = version.valid_until or default_valid_until(now)
    found = page_of(version, now=now)
    left = clock.days_left(version.valid_until, timezone=company().timezone, now=now)
    return {**found, "state": "open", "days_left": left, "key": "", "preview": True, "pictures": ()}


def _pictured(version: QuoteVersion) -> set[UUID]:
    """The first line of each product that has a picture."""
    rows = version.lines.filter(product__picture__gt="").order_by("-position", "-id")
    return set(dict(rows.values_list("product_id", "public_id")).values())


def sheet_as_ticked(version: QuoteVersion, chosen: Collection[UUID] | None) -> tuple[Sheet, str]:
    """The sheet with the options that are ticked, and its total as a plain number. Raises BadQuote."""
    lines = ticked(list(version.lines.all()), chosen)
    shown = as_ticked(version, lines)
    return sheet_of(shown, lines), f"{shown.total.normalize():f}"


def consent_of(sheet: Sheet) -> str:
    """The sentence above the button; kept with the yes."""
    payable = next(row.amount for row in sheet.rows if row.strong)
    words = {"number": sheet.name, "company": sheet.legal_name or sheet.company, "total": payable}
    if sheet.terms:
        return _("I accept the offer %(number)s of %(company)s for %(total)s and the terms above.") % words
    return _("I accept the offer %(number)s of %(company)s for %(total)s.") % words


def state_of(version: QuoteVersion, now: datetime) -> str:
    """open, expired, accepted, declined, withdrawn or superseded."""
    if version.state != QuoteState.SENT:
        return str(version.state)
    return "expired" if is_expired(version, now) else "open"


def _day(at: datetime | None, language: str) -> str:
    if at is None:
        return ""
    local = at.astimezone(ZoneInfo(company().timezone))
    return format_date(local, format="long", locale="en_GB" if language == "en" else language)
