"""Orders for tests, made by the operations."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from core.events.actor import SYSTEM
from crm.orders.items import ItemDraft
from crm.orders.models import Order
from crm.orders.operations import upsert_order

NOW = datetime(2026, 3, 5, 9, tzinfo=UTC)
"""A Thursday, 13:00 in Yerevan."""


def item(title: str = "Chair", price: object = 50, **more: Any) -> ItemDraft:
    return ItemDraft(title=title, unit_price=Decimal(str(price)), **more)


def make_order(number: str = "A-1042", *items: ItemDraft, now: datetime = NOW, **values: Any) -> Order:
    values.setdefault("currency", "USD")
    values.setdefault("actor", SYSTEM)
    return upsert_order(number=number, items=list(items) or [item(quantity=Decimal(2))], now=now, **values)
