"""What the editor sends: lines as one JSON text, since a form of 500 lines has more fields than a request may have."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from crm.catalogue.models import Product
from crm.quotes.errors import BadLine, BadQuote
from crm.quotes.lines import LineDraft

MOST_TEXT = 2_000_000
WORDS = ("intro", "terms", "next_step", "note")
NUMBERS = ("quantity", "unit_price", "discount_percent")


def number_of(text: str, *, is_price: bool = False) -> Decimal | None:
    """As people write numbers in the active language: "1,500.50" in English, "1 500,50" elsewhere, "1500.5" anywhere.

    A price of "84,000" is eighty-four thousand in every language. None for what is no number.
    """
    plain = "".join(text.split()).replace("\u2212", "-")
    head, comma, tail = plain.rpartition(",")
    in_groups = bool(comma) and len(tail) == 3 and head.strip("-0") != ""
    if (get_language() or "en").startswith("en") or (is_price and in_groups):
        is_group = "." in plain or plain.count(",") > 1 or in_groups
        plain = plain.replace(",", "") if comma and is_group else plain.replace(",", ".")
    elif "," in plain:
        plain = plain.replace(".", "").replace(",", ".")
    try:
        number = Decimal(plain) if len(plain) < 40 and set(plain) <= set("0123456789.-") else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() else None


def whole_of(text: str) -> int:
    """A whole number as a form sends it; -1 for what is none."""
    return int(text) if text.isdecimal() and len(text) < 9 else -1


def fields_of(posted: Mapping[str, str]) -> dict[str, Any]:
    """What stands on the quote beside its lines. Raises BadQuote for a date or percent that is none."""
    fields: dict[str, Any] = {name: posted[name] for name in WORDS if name in posted}
    if "language" in posted:
        fields["language"] = posted["language"]
    if "currency" in posted:
        fields["currency"] = posted["currency"].strip().upper()
    if "valid_until" in posted:
        fields["valid_until"] = _day(posted["valid_until"])
    if "discount_percent" in posted:
        percent = number_of(posted["discount_percent"] or "0")
        if percent is None:
            raise BadQuote(_("Write the discount as a number."), field="discount_percent")
        fields["discount_percent"] = percent
    return fields


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadQuote(_("Choose a day."), field="valid_until") from None


def drafts_of(text: str) -> list[LineDraft]:
    """The lines in their order; empty rows are no lines. Raises BadLine with the row's place, BadRequest for no JSON."""
    rows = _rows(text)
    products = _products(rows)
    drafts = []
    for place, row in enumerate(rows):
        words = {name: str(row.get(name) or "") for name in ("title", "description", "unit", *NUMBERS)}
        if not any(words[name].strip() for name in ("title", "description", "unit_price")):
            continue
        drafts.append(_draft(place, row, words, products))
    return drafts


def _rows(text: str) -> list[Mapping[str, Any]]:
    if len(text) > MOST_TEXT:
        raise BadRequest("the lines are too long")
    try:
        rows = json.loads(text or "[]")
    except (ValueError, RecursionError):
        raise BadRequest("lines must be JSON") from None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadRequest("lines must be a list of objects")
    return rows


def _draft(
    place: int, row: Mapping[str, Any], words: Mapping[str, str], products: Mapping[str, Product]
) -> LineDraft:
    numbers = {"quantity": words["quantity"] or "1", "unit_price": words["unit_price"] or "0"}
    numbers["discount_percent"] = words["discount_percent"] or "0"
    found = {name: _number(place, name, text) for name, text in numbers.items()}
    taxes = [_number(place, "taxes", part) for part in str(row.get("taxes") or "").replace(";", " ").split()]
    cost = str(row.get("cost") or "")
    explained = row.get("explained")
    if row.get("lacks_rate") and not words["unit_price"].strip():
        said = _("There is no rate from %(base)s yet: enter it in the settings, or write the price here.")
        raise BadLine(said % {"base": str(row["lacks_rate"])[:3]}, position=place, field="unit_price")
    return LineDraft(
        title=words["title"],
        description=words["description"],
        unit=words["unit"] or "piece",
        product=products.get(str(row.get("product") or "")),
        taxes=tuple(taxes),
        optional=bool(row.get("optional")),
        chosen=bool(row.get("chosen", True)),
        cost=_number(place, "cost", cost) if cost else None,
        explained=[each for each in explained if isinstance(each, dict)]
        if isinstance(explained, list)
        else (),
        **found,
    )


def _number(place: int, name: str, text: str) -> Decimal:
    number = number_of(text.strip().removesuffix("%"), is_price=name in ("unit_price", "cost"))
    if number is None:
        raise BadLine(_("Write a number here."), position=place, field=name)
    return number


def _products(rows: Sequence[Mapping[str, Any]]) -> dict[str, Product]:
    wanted = set()
    for row in rows:
        try:
            wanted.add(UUID(str(row.get("product"))))
        except ValueError:
            continue
    return (
        {str(each.public_id): each for each in Product.objects.filter(public_id__in=wanted)} if wanted else {}
    )
