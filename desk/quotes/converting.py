"""Prices of products in another currency than the quote: by the catalogue's rate of the day or by one that is typed, and
always with the words for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from crm.catalogue.explaining import Conversion
from crm.catalogue.operations.money import LARGEST_RATE
from crm.quotes.lines import fits_scale
from desk.quotes.posted import number_of


@dataclass(frozen=True)
class Priced:
    """What a line takes over: texts for its inputs, and how the price came about."""

    unit_price: str
    cost: str
    explained: list[dict[str, Any]]
    lacks_rate: str = ""

    def as_row(self) -> dict[str, Any]:
        return {
            "unit_price": self.unit_price,
            "cost": self.cost,
            "explained": self.explained,
            "lacks_rate": self.lacks_rate,
        }


def priced(price: Decimal, cost: Decimal | None, *, base: str, quote: str, rate: Decimal | None) -> Priced:
    """In the currency of the quote; without a rate nothing is converted, and the line says which is missing."""
    if rate is None:
        return Priced("", "", [], lacks_rate=base)
    conversion = Conversion(base, quote, rate)
    explained = [conversion.explained(price, cost)] if conversion.words else []
    converted = None if cost is None else conversion.of(cost)
    return Priced(_plain(conversion.of(price)), "" if converted is None else _plain(converted), explained)


def typed_rate(text: str) -> Decimal | None:
    """None for what is no rate."""
    found = number_of(text.strip())
    if found is None or not 0 < found < LARGEST_RATE or not fits_scale(found, 8):
        return None
    return found


def without_rate(base: str, quote: str) -> str:
    return _("There is no rate from %(base)s to %(quote)s: enter it in the settings, or write the price.") % {
        "base": base,
        "quote": quote or "?",
    }


def asked_conversion(asked: Mapping[str, str]) -> tuple[Decimal, Decimal | None, str, str] | None:
    """Price, cost and both currencies of a request; None where one of them is none."""
    price, cost = number_of(asked.get("price", "")), number_of(asked.get("cost", ""))
    base, quote = asked.get("base", "").upper(), asked.get("quote", "").upper()
    known = all(len(code) == 3 and code.isalpha() and code.isascii() for code in (base, quote))
    return (price, cost, base, quote) if price is not None and known else None


def _plain(number: Decimal) -> str:
    return f"{number.normalize() + 0:f}"
