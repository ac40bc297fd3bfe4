"""A price in words and as lines of a quote, in the language that is active."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import gettext as _

from core.conditions import Field
from core.languages import in_active_language
from core.text.amounts import grouped, money
from crm.catalogue.models import Product, Unit
from crm.catalogue.prices import Option, Part, Priced, PriceRules, Surcharge
from crm.catalogue.reading import plain
from crm.quotes.lines import LineDraft

_SIX = Decimal("0.000001")
_OFFER, _BASE = "offer", "base"


@dataclass(frozen=True)
class Conversion:
    """From the product's currency into that of the quote; `rate` 1 where they are the same."""

    base: str
    quote: str
    rate: Decimal = Decimal(1)

    def of(self, amount: Decimal) -> Decimal:
        return (amount * self.rate).quantize(_SIX, ROUND_HALF_UP)

    @property
    def words(self) -> str:
        """Empty where nothing is converted."""
        if self.base == self.quote:
            return ""
        return _("1 %(base)s = %(rate)s %(quote)s") % {
            "base": self.base,
            "rate": figure(self.rate),
            "quote": self.quote,
        }

    def explained(self, price: Decimal, cost: Decimal | None) -> dict[str, str]:
        """For a line: the words, and the figures with which another rate gives another price."""
        told = {"kind": "rate", "text": self.words, "base": self.base, "quote": self.quote}
        told |= {"rate": plain(self.rate), "price": plain(price)}
        return told if cost is None else {**told, "cost": plain(cost)}


def figure(number: Decimal) -> str:
    """With the decimals that it has."""
    places = max(0, -int(number.normalize().as_tuple().exponent))
    return grouped(number, places=places)


def part_title(product: Product, part: Part) -> str:
    if part.kind == _BASE:
        return in_active_language(product.title, product.name)
    if part.kind == "minimum":
        return _("Up to the smallest order")
    return in_active_language(part.title, part.key)


def part_words(product: Product, part: Part, rules: PriceRules, fields: Mapping[str, Field]) -> str:
    """How the amount of a part came about: "6.5 metre × 90,000 AMD; the quantity from Length"."""
    price = money_exact(part.unit_price, product.currency)
    if part.kind == "minimum":
        least = money_exact(rules.minimum or Decimal(0), product.currency)
        return _("The smallest order is %(amount)s.") % {"amount": least}
    if part.kind == "surcharge":
        return _surcharge_words(product, part, rules, price)
    if part.quantity == 1 and part.kind != _BASE:
        return price
    words = f"{figure(part.quantity)} {unit_of(product)} × {price}"
    if part.kind == _BASE and rules.quantity.of:
        names = ", ".join(label_of(key, fields) for key in rules.quantity.of)
        words = _("%(sum)s; the quantity from: %(names)s") % {"sum": words, "names": names}
    return words


def _surcharge_words(product: Product, part: Part, rules: PriceRules, price: str) -> str:
    rule = next(each for each in rules.surcharges if each.key == part.key)
    words = price
    if rule.percent is not None:
        words = _("%(percent)s %% of the price: %(amount)s") % {
            "percent": figure(rule.percent),
            "amount": price,
        }
    if rule.when is not None:
        words = _("%(sum)s; because: %(condition)s") % {"sum": words, "condition": rule.when.describe()}
    return words


def money_exact(amount: Decimal, currency: str) -> str:
    rounded = amount.quantize(Decimal("0.01"), ROUND_HALF_UP) if amount != amount.to_integral() else amount
    return money(rounded, currency)


def label_of(key: str, fields: Mapping[str, Field]) -> str:
    return str(fields[key].label) if key in fields else key


def lines_of(
    product: Product,
    priced: Priced,
    rules: PriceRules,
    conversion: Conversion,
    fields: Mapping[str, Field],
) -> Iterator[LineDraft]:
    """The parts of an exact price as lines; what the customer may tick as options that are not counted yet."""
    taxes = tuple(tax.percent for tax in product.taxes.all() if tax.active)
    for part in priced.parts:
        quantity = part.quantity.quantize(_SIX, ROUND_HALF_UP)
        if quantity <= 0 or (part.kind != _OFFER and not part.amount and part.kind != _BASE):
            continue
        is_base = part.kind == _BASE
        cost = product.cost if is_base else None
        told = [{"kind": part.kind, "text": part_words(product, part, rules, fields)}]
        if conversion.words:
            told.append(conversion.explained(part.unit_price, cost))
        yield LineDraft(
            title=part_title(product, part),
            description=_description(product, rules) if is_base else "",
            quantity=quantity.normalize() + 0,
            unit_price=conversion.of(part.unit_price).normalize() + 0,
            product=product,
            unit=product.unit if is_base or part.quantity != 1 else Unit.PIECE,
            taxes=tuple(dict.fromkeys(taxes)),
            optional=part.kind == _OFFER,
            chosen=part.kind != _OFFER,
            cost=None if cost is None else conversion.of(cost),
            explained=[each for each in told if each["text"]],
        )


def _description(product: Product, rules: PriceRules) -> str:
    included = [in_active_language(each) for each in rules.includes]
    words = [in_active_language(product.description)]
    if included:
        words.append(_("Included: %(what)s") % {"what": ", ".join(included)})
    return "\n".join(filter(None, words))


def rules_in_words(rules: PriceRules, product: Product, fields: Mapping[str, Field]) -> list[dict[str, Any]]:
    """The rules as sentences, in the order in which they count."""
    told = base_words(rules, product, fields) + tier_words(rules, product)
    told += [surcharge_words(each, product) for each in rules.surcharges]
    told += minimum_words(rules, product)
    told += [option_words(each, product) for each in rules.options]
    return [{"text": text} for text in told]


def base_words(rules: PriceRules, product: Product, fields: Mapping[str, Field]) -> list[str]:
    """Of which answers the quantity is made, and what one unit costs."""
    unit = unit_of(product)
    told = [_quantity_words(rules, unit, fields)] if rules.quantity.of else []
    price = money_exact(rules.unit_price, product.currency)
    return [*told, _("%(price)s for one %(unit)s.") % {"price": price, "unit": unit}]


def tier_words(rules: PriceRules, product: Product) -> list[str]:
    return [
        _("From %(start)s on: %(price)s.")
        % {"start": figure(each.start), "price": money_exact(each.unit_price, product.currency)}
        for each in rules.tiers
    ]


def minimum_words(rules: PriceRules, product: Product) -> list[str]:
    if rules.minimum is None:
        return []
    return [_("At least %(amount)s.") % {"amount": money_exact(rules.minimum, product.currency)}]


def surcharge_words(rule: Surcharge, product: Product) -> str:
    amount = (
        f"{figure(rule.percent)} %"
        if rule.percent is not None
        else money_exact(rule.amount or Decimal(0), product.currency)
    )
    return _with_condition(f"{in_active_language(rule.title, rule.key)}: {amount}", rule.when)


def option_words(option: Option, product: Product) -> str:
    amount = money_exact(option.price, product.currency)
    if option.per == "unit":
        amount = _("%(price)s for one %(unit)s") % {"price": amount, "unit": unit_of(product)}
    words = f"{in_active_language(option.title, option.key)}: {amount}"
    if option.when is not None:
        return _with_condition(words, option.when)
    return _("%(option)s, if the customer wants it") % {"option": words}


def unit_of(product: Product) -> str:
    return str(Unit(product.unit).label) if product.unit in Unit.values else product.unit


def _quantity_words(rules: PriceRules, unit: str, fields: Mapping[str, Field]) -> str:
    names = " × ".join(label_of(key, fields) for key in rules.quantity.of)
    words = _("Quantity (%(unit)s): %(names)s") % {"unit": unit, "names": names}
    if rules.quantity.usual:
        low, high = (figure(each) for each in rules.quantity.usual)
        words = _("%(quantity)s; usually %(low)s to %(high)s") % {"quantity": words, "low": low, "high": high}
    if rules.quantity.step:
        words = _("%(quantity)s; rounded up to %(step)s") % {
            "quantity": words,
            "step": figure(rules.quantity.step),
        }
    return words


def _with_condition(words: str, when: Any) -> str:
    return (
        words
        if when is None
        else _("%(what)s, if %(condition)s") % {"what": words, "condition": when.describe()}
    )
