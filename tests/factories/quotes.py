"""Quotes for tests, made by the operations."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import factory

from core.access.models import User
from core.events.actor import Actor
from crm.catalogue.models import Product
from crm.pipeline.models import Lead
from crm.quotes.lines import LineDraft
from crm.quotes.models import QuoteVersion
from crm.quotes.operations import mark_sent, start_quote
from crm.quotes.operations.sending import give_number

NOW = datetime(2026, 3, 5, 9, tzinfo=UTC)
"""A Thursday, 13:00 in Yerevan."""
PDF = b"%PDF-1.7 a drawing of the quote"


class ProductFactory(factory.django.DjangoModelFactory[Product]):
    class Meta:
        model = Product

    code = factory.Sequence(lambda number: f"P-{number}")
    name = factory.Sequence(lambda number: f"Product {number}")
    unit_price = Decimal(100)
    currency = "USD"


def line(title: str = "Kitchen", price: object = 100, **more: Any) -> LineDraft:
    return LineDraft(title=title, unit_price=Decimal(str(price)), **more)


def make_draft(lead: Lead, user: User, *lines: LineDraft, now: datetime, **more: Any) -> QuoteVersion:
    return start_quote(
        contact=lead.contact,
        lead=lead,
        actor=Actor.of(user),
        now=now,
        lines=lines or [line(quantity=Decimal(2), taxes=(Decimal(20),))],
        **more,
    )


def sent(version: QuoteVersion, user: User, *, now: datetime) -> QuoteVersion:
    numbered = give_number(version_id=version.pk, now=now)
    return mark_sent(
        version_id=version.pk, revision=numbered.revision, actor=Actor.of(user), now=now, pdf=PDF
    )


def make_sent(lead: Lead, user: User, *lines: LineDraft, now: datetime, **more: Any) -> QuoteVersion:
    return sent(make_draft(lead, user, *lines, now=now, **more), user, now=now)
