"""Addresses of quotes. They outlive a request (in messages, mails, notifications), so they are kept as text."""

from __future__ import annotations

from django.conf import settings

from crm.pipeline.links import lead_url
from crm.quotes.models import Quote, QuoteVersion


def quote_url(version: QuoteVersion) -> str:
    """The customer's own page, whole: it works once the version is sent."""
    return f"{settings.BASE_URL}/q/{version.token}/"


def desk_url(quote: Quote) -> str:
    """The sheet of the quote, for colleagues."""
    return f"/quotes/{quote.public_id}/"


def seller_url(quote: Quote) -> str:
    """Where colleagues see what the quote is about."""
    return lead_url(quote.lead) if quote.lead else f"/contacts/{quote.contact.public_id}/"
