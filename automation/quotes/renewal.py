"""Whether an offer can be made again as it was."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from crm.catalogue.models import Product
from crm.catalogue.queries import sold_on, today
from crm.quotes.models import QuoteVersion

PRICED_BY = ("unit_price", "currency", "rules")


def changed_products(version: QuoteVersion, *, now: datetime) -> list[str]:
    """Names of the products on it that are no longer sold, or whose price is another one than when it was sent."""
    products = {line.product.pk: line.product for line in version.lines.all() if line.product is not None}
    if not products:
        return []
    sold = set(sold_on(today(now)).filter(pk__in=products).values_list("pk", flat=True))
    then = _as_they_were(list(products), version.sent_at or now)
    return [
        product.name
        for pk, product in products.items()
        if pk not in sold or (pk in then and then[pk] != _price_of(product))
    ]


def _as_they_were(product_ids: list[int], at: datetime) -> dict[int, tuple[Any, ...]]:
    """By the history of the catalogue; of what is younger than the moment, as it was made."""
    history: Any = Product.pgh_event_model  # type: ignore[attr-defined]
    rows = history.objects.filter(pgh_obj__in=product_ids).order_by("pgh_obj", "pgh_id")
    found: dict[int, tuple[Any, ...]] = {}
    for row in rows.only("pgh_obj", "pgh_created_at", *PRICED_BY):
        if row.pgh_obj_id not in found or row.pgh_created_at <= at:
            found[row.pgh_obj_id] = _price_of(row)
    return found


def _price_of(row: Any) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in PRICED_BY)
