from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.dateformat import format as day_text
from django.utils.translation import gettext as _

from core.access.models import User
from core.languages import in_active_language
from core.text.amounts import money
from crm.catalogue.explaining import figure, money_exact
from crm.catalogue.models import ExchangeRate, Product, Tax
from crm.catalogue.queries import quotes_with_tax, sold_on, today
from crm.pipeline.models import Lead
from crm.pipeline.queries import leads
from crm.qualification.models import CriterionKind
from crm.qualification.queries import active_criteria, choice_labels
from desk.settings.services.queries import goal_choices as goals_of_flows

MOST = 200
LEADS = 8
RATES = 100
DAY = "j M Y"


@dataclass(frozen=True)
class ProductLine:
    product: Product
    price: str
    cost: str | None
    is_sold: bool


def line_of_product(product: Product, *, is_sold: bool) -> ProductLine:
    cost = None if product.cost is None else money(product.cost, product.currency)
    return ProductLine(product, money_exact(product.unit_price, product.currency), cost, is_sold)


def product_lines(asked: str = "") -> list[ProductLine]:
    """In order, those that the words are in; three statements."""
    rows = Product.objects.prefetch_related("taxes").order_by("position", "id")
    if asked:
        rows = rows.filter(Q(name__icontains=asked) | Q(code__icontains=asked))
    sold = set(sold_on(today()).values_list("pk", flat=True))
    return [line_of_product(each, is_sold=each.pk in sold) for each in rows[:MOST]]


def goal_choices() -> list[tuple[str, str]]:
    """What customers may want: the goals of the flows, and the choices of the criteria."""
    found = dict(goals_of_flows())
    for criterion in active_criteria():
        if criterion.kind == CriterionKind.CHOICE:
            for value, label in choice_labels(criterion):
                found.setdefault(value, f"{label} ({criterion.name})")
    return list(found.items())


def leads_to_try(user: User, text: str) -> list[Lead]:
    """The newest leads that have the words in their name, or the newest of all."""
    rows = leads().visible_to(user).select_related("contact")
    if text:
        rows = rows.matching(text)
    return list(rows.order_by("-id")[:LEADS])


@dataclass(frozen=True)
class RateLine:
    """`by` is who entered it, empty for a program; `counts` where it is the one of today."""

    base: str
    quote: str
    words: str
    since: date
    by: str
    counts: bool


def newest_rates() -> list[RateLine]:
    """The one of each pair that counts today."""
    return [each for each in all_rates(current=True) if each.counts]


def all_rates(*, current: bool = False) -> list[RateLine]:
    """The newest first within each pair; those of coming days, too."""
    day = today()
    rows = ExchangeRate.objects.select_related("user").order_by("base", "quote", "-since")
    if current:
        rows = rows.filter(since__lte=day).distinct("base", "quote")
    found, seen = [], set()
    for each in rows[:RATES]:
        counts = each.since <= day and (each.base, each.quote) not in seen
        if counts:
            seen.add((each.base, each.quote))
        words = f"1 {each.base} = {figure(each.rate)} {each.quote}"
        by = str(each.user) if each.user else ""
        found.append(RateLine(each.base, each.quote, words, each.since, by, counts))
    return found


@dataclass(frozen=True)
class PairNeeded:
    """Products in a currency for which nobody entered a rate into that of the company."""

    base: str
    quote: str
    names: Sequence[str]


def pairs_without_rate(currency: str) -> list[PairNeeded]:
    known = set(ExchangeRate.objects.filter(quote=currency).values_list("base", flat=True))
    missing: dict[str, list[str]] = {}
    rows = Product.objects.filter(active=True).exclude(currency__in=[currency, *known])
    for base, name in rows.values_list("currency", "name")[:MOST]:
        missing.setdefault(base, []).append(name)
    return [PairNeeded(base, currency, names) for base, names in missing.items()]


@dataclass(frozen=True)
class TaxLine:
    tax: Tax
    products: int


def tax_lines() -> list[TaxLine]:
    """Those in use first."""
    rows = Tax.objects.prefetch_related("products").order_by("-active", "percent", "id")
    return [TaxLine(each, len(each.products.all())) for each in rows]


def is_on_quotes(tax: Tax) -> bool:
    return bool(quotes_with_tax(tax))


def changed_parts(product: Product, names: Iterable[str]) -> list[tuple[str, str]]:
    """Name and present value of each part that somebody else changed, in words."""
    labels = {field.name: str(field.verbose_name).capitalize() for field in Product._meta.fields}
    labels["taxes"] = _("Taxes")
    return [(labels[name], _in_words(product, name)) for name in names]


def _in_words(product: Product, name: str) -> str:
    if name == "taxes":
        return ", ".join(map(str, product.taxes.all()))
    value: Any = getattr(product, name)
    if name in ("kind", "unit"):
        return str(getattr(product, f"get_{name}_display")())
    match value:
        case bool():
            return _("yes") if value else _("no")
        case Decimal():
            return money_exact(value, product.currency)
        case date():
            return day_text(value, DAY)
        case dict():
            return in_active_language(value) if name != "rules" else _("they stand beside")
        case list():
            return ", ".join(value)
    return str(value or "–")
