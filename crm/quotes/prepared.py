"""The lines of a template: how they are kept, and what they are in a quote of today."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from crm.catalogue.models import Product
from crm.quotes.lines import LineDraft

NUMBERS = ("quantity", "unit_price", "discount_percent")
FOLLOWED = ("title", "description", "unit", "unit_price", "taxes", "cost")
"""What a product's line takes from the catalogue, unless it was written otherwise."""


def kept_line(draft: LineDraft, currency: str) -> dict[str, Any]:
    """As JSON; `own`: what differs from the product, and stays as it was written."""
    return {
        "product": draft.product.code if draft.product else None,
        "title": draft.title.strip(),
        "description": draft.description.strip(),
        "unit": draft.unit,
        "taxes": [_plain(tax) for tax in draft.taxes],
        "optional": draft.optional,
        "chosen": draft.chosen,
        "cost": None if draft.cost is None else _plain(draft.cost),
        "own": _own(draft, draft.product, currency) if draft.product else [],
        **{name: _plain(getattr(draft, name)) for name in NUMBERS},
    }


def _own(draft: LineDraft, product: Product, currency: str) -> list[str]:
    same = product.currency == currency
    follows = {
        "title": draft.title.strip() in {product.name, *product.title.values()},
        "description": draft.description.strip() in {"", *product.description.values()},
        "unit": draft.unit == product.unit,
        "unit_price": same and draft.unit_price == product.unit_price,
        "taxes": sorted(draft.taxes) == sorted(taxes_of(product)),
        "cost": same and draft.cost == product.cost,
    }
    return [name for name, does in follows.items() if not does]


def lines_of(
    rows: Sequence[Mapping[str, Any]], products: Mapping[str, Product], *, currency: str, language: str
) -> list[LineDraft]:
    """What they are in a quote of today; `products` by code, with their taxes. One that is gone leaves its line as kept."""
    return [_line(row, products.get(row.get("product") or ""), currency, language) for row in rows]


def _line(row: Mapping[str, Any], product: Product | None, currency: str, language: str) -> LineDraft:
    cost = row.get("cost")
    values: dict[str, Any] = {
        "title": row["title"],
        "description": row.get("description", ""),
        "unit": row["unit"],
        "taxes": tuple(Decimal(tax) for tax in row.get("taxes", ())),
        "cost": None if cost is None else Decimal(cost),
        **{name: Decimal(row[name]) for name in NUMBERS},
    }
    if product is not None:
        today = _of_today(product, currency, language)
        values |= {name: today[name] for name in FOLLOWED if name in today and name not in row["own"]}
    return LineDraft(product=product, optional=row["optional"], chosen=row["chosen"], **values)


def _of_today(product: Product, currency: str, language: str) -> dict[str, Any]:
    """Nothing is converted: a price in another currency than the template's is no price of it."""
    found: dict[str, Any] = {
        "title": product.title.get(language) or product.name,
        "description": product.description.get(language, ""),
        "unit": product.unit,
        "taxes": tuple(taxes_of(product)),
    }
    if product.currency == currency:
        found |= {"unit_price": product.unit_price, "cost": product.cost}
    return found


def taxes_of(product: Product) -> list[Decimal]:
    return [tax.percent for tax in product.taxes.all() if tax.active]


def merged(prepared: Sequence[LineDraft], suggested: Iterable[LineDraft]) -> list[LineDraft]:
    """A template's lines with those that a lead's answers suggest: of the same product the suggested ones take the place,
    of other products they come after.
    """
    waiting: dict[int, list[LineDraft]] = {}
    others: list[LineDraft] = []
    templated = {line.product.pk for line in prepared if line.product}
    for line in suggested:
        if line.product and line.product.pk in templated:
            waiting.setdefault(line.product.pk, []).append(line)
        else:
            others.append(line)
    found: list[LineDraft] = []
    replaced = set(waiting)
    for line in prepared:
        pk = line.product.pk if line.product else None
        if pk in replaced:
            found += waiting.pop(pk, [])  # at the first of its lines, once
        else:
            found.append(line)
    return found + others


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
