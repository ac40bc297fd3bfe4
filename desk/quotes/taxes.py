"""Taxes of a draft that the catalogue has otherwise today: what was written stays, and is told before it is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from crm.catalogue.models import Product
from crm.quotes.models import QuoteVersion
from desk.quotes.queries import plain


@dataclass(frozen=True, slots=True)
class TaxChange:
    """Percents in words, none as a dash."""

    title: str
    written: str
    today: str


MOST = 5


def outdated_taxes(version: QuoteVersion) -> list[TaxChange]:
    """The first lines whose product is taxed otherwise today; two statements."""
    rows = Product.objects.filter(quote_lines__version=version, quote_lines__taxes__len__gt=0)
    products = {each.pk: each for each in rows.distinct().prefetch_related("taxes")}
    found = []
    for line in version.lines.all():
        product = products.get(line.product_id or 0)
        if product is None:
            continue
        today = [tax.percent for tax in product.taxes.all() if tax.active]
        if set(today) != set(line.taxes):
            found.append(TaxChange(line.title, _words(line.taxes), _words(today)))
    return found[:MOST]


def _words(percents: Sequence[Decimal]) -> str:
    return ", ".join(f"{plain(each)}\u00a0%" for each in percents) or "–"
