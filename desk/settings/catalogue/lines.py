"""The parts of a product's price as lines of its page, each in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from core.languages import in_active_language
from crm.catalogue.errors import BadRules
from crm.catalogue.explaining import base_words, minimum_words, option_words, surcharge_words, tier_words
from crm.catalogue.models import Product
from crm.catalogue.prices import PriceRules
from crm.catalogue.reading import Fields, read_rules

ENTRIES = ("surcharges", "options")


@dataclass(frozen=True)
class PartLine:
    """`name` is what it is called where it is moved or deleted; a `fault` says why it can no longer be read."""

    part: str
    key: str
    name: str
    sentences: Sequence[str]
    fault: str = ""

    @property
    def id(self) -> str:
        return f"part-{self.part}-{self.key}" if self.key else f"part-{self.part}"


@dataclass(frozen=True)
class PriceLines:
    base: PartLine
    tiers: PartLine
    surcharges: Sequence[PartLine]
    options: Sequence[PartLine]
    includes: PartLine


def price_lines(product: Product, fields: Fields) -> PriceLines:
    def entries(part: str) -> list[PartLine]:
        keys = [str(each.get("key", "")) for each in product.rules.get(part) or ()]
        return [line_of(product, fields, part, key) for key in keys]

    return PriceLines(
        base=line_of(product, fields, "base"),
        tiers=line_of(product, fields, "tiers"),
        surcharges=entries("surcharges"),
        options=entries("options"),
        includes=line_of(product, fields, "includes"),
    )


def line_of(product: Product, fields: Fields, part: str, key: str = "") -> PartLine:
    """Of one part alone, so that a fault of another one does not hide it."""
    document = _alone(product.rules, part, key)
    name = _name(document, part, key)
    try:
        rules = read_rules(document, unit_price=product.unit_price, fields=fields)
    except BadRules as error:
        return PartLine(part, key, name, (), error.faults[0].message)
    return PartLine(part, key, name, part_sentences(rules, product, fields, part, key))


def part_sentences(
    rules: PriceRules, product: Product, fields: Fields, part: str, key: str = ""
) -> list[str]:
    """What the part says; of options and surcharges the one of that key, without a key the last."""
    match part:
        case "base":
            return base_words(rules, product, fields) + minimum_words(rules, product)
        case "tiers":
            return tier_words(rules, product)
        case "includes":
            return [in_active_language(each) for each in rules.includes]
        case "surcharges":
            found = [each for each in rules.surcharges if not key or each.key == key]
            return [surcharge_words(each, product) for each in found[-1:]]
    return [option_words(each, product) for each in rules.options if not key or each.key == key][-1:]


def _alone(rules: Mapping[str, Any], part: str, key: str) -> dict[str, Any]:
    if part == "base":
        return {name: rules[name] for name in ("quantity", "minimum") if name in rules}
    kept = rules.get(part) or []
    return {part: [each for each in kept if not key or each.get("key") == key]}


def _name(document: Mapping[str, Any], part: str, key: str) -> str:
    if part in ENTRIES:
        entry: Mapping[str, Any] = next(iter(document[part]), {})
        return in_active_language(entry.get("title") or {}, key)
    names = {"base": _("Price of a unit"), "tiers": _("Steps"), "includes": _("Included")}
    return names[part]
