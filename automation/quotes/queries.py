"""What things cost for the customer of a conversation, as flows need it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from automation.quotes.values import Estimate
from automation.quotes.wording import joined, rounded_out
from core.languages import in_active_language
from core.text.amounts import grouped, money
from crm.catalogue.models import Product, Unit
from crm.catalogue.queries import Answer, Suggestions, rate, sold_on, suggestions, today
from crm.fields.models import CustomField, FieldKind, FieldSubject
from crm.fields.queries import PREFIX, all_fields, fields_of
from crm.memory import Remembered
from crm.pipeline.models import Lead
from crm.pricing import payable
from crm.quotes.lines import Terms, rows_of, totals_of
from crm.quotes.models import QuoteLine, QuoteSettings
from crm.quotes.queries import quote_settings

ANSWER = "answer."
HUNDRED = Decimal(100)
ASKABLE = frozenset({FieldKind.NUMBER, FieldKind.MONEY, FieldKind.DATE, FieldKind.YES_NO, FieldKind.CHOICE})
"""Kinds of fields whose answers understanding reads."""


@Remembered
def _on_sale() -> list[Product]:
    """What is sold today, in order; at most 3 seconds old, one query."""
    return list(sold_on(today()))


def products_on_sale() -> list[Product]:
    return _on_sale()


def product_codes() -> list[str]:
    return [each.code for each in _on_sale()]


def asked_fields() -> list[CustomField]:
    """The leads' fields in use that price rules ask for: a flow may ask the customer for them."""
    used = {key for product in _on_sale() for key in _keys(product.rules)}
    if not any(key.startswith(PREFIX) for key in used):
        return []
    fields = fields_of(FieldSubject.LEAD)
    return [each for each in fields if each.kind in ASKABLE and f"{PREFIX}{each.key}" in used]


def _keys(rules: Any) -> Iterator[str]:
    """Every text in a rule document; those that name a field are among them."""
    if isinstance(rules, Mapping):
        for part in rules.values():
            yield from _keys(part)
    elif isinstance(rules, list):
        for part in rules:
            yield from _keys(part)
    elif isinstance(rules, str):
        yield rules


def with_facts(lead: Lead, facts: Mapping[str, Any], *, goal: str | None = None) -> Lead:
    """A copy of the lead as it will be with these facts by key: answers, and custom fields as "custom.<key>"."""
    known = copy(lead)
    known.answers = {key: value for key, value in facts.items() if not key.startswith(PREFIX)}
    own = {key.removeprefix(PREFIX): value for key, value in facts.items() if key.startswith(PREFIX)}
    known.custom = {**lead.custom, **own}
    known.goal = goal or lead.goal
    return known


def facts_of_lead(lead: Lead | None, fields: Sequence[CustomField]) -> dict[str, Any]:
    """The opposite: what is known of a lead, by key."""
    if lead is None:
        return {}
    own = {f"{PREFIX}{each.key}": lead.custom[each.key] for each in fields if each.key in lead.custom}
    return {**lead.answers, **own}


def wished(
    lead: Lead, product: str | None, *, currency: str, language: str, now: datetime
) -> tuple[Suggestions, list[Product]]:
    """Lines and open answers for what a lead is for, or for one product, and the products themselves in their order."""
    only = [each for each in _on_sale() if each.code == product] if product else None
    found = suggestions(lead, currency=currency, language=language, now=now, products=only)
    every = [each.product for each in found.lines] + [each.product for each in found.open]
    products = {each.pk: each for each in [*every, *found.without_rate] if each is not None}
    return found, sorted(products.values(), key=lambda each: (each.position, each.pk))


class LeadShop:
    """Prices for one lead, which may not be stored yet. Made for one event: what was reckoned is not reckoned again."""

    def __init__(self, lead: Lead, *, currency: str, now: datetime) -> None:
        self.lead, self.currency, self.now = lead, currency, now
        self.known: dict[str, Estimate | None] = {}

    def estimate(
        self, product: str | None, facts: Mapping[str, Any], *, goal: str | None, language: str
    ) -> Estimate | None:
        if not _on_sale():
            return None
        key = repr((product, goal, language, sorted(facts.items(), key=lambda pair: pair[0])))
        if key not in self.known:
            self.known[key] = self._reckon(product, with_facts(self.lead, facts, goal=goal), language)
        return self.known[key]

    def _reckon(self, product: str | None, lead: Lead, language: str) -> Estimate | None:
        with translation.override(language):
            found, products = wished(lead, product, currency=self.currency, language=language, now=self.now)
            return _Reckoning(found, products, self.currency, quote_settings(), self.now).estimate()


@dataclass(frozen=True)
class _Reckoning:
    """Adds up what the suggestions say as the quote made of them will."""

    found: Suggestions
    products: list[Product]
    currency: str
    rules: QuoteSettings
    now: datetime

    def estimate(self) -> Estimate | None:
        if not self.products:
            return None
        title, *others = (in_active_language(each.title, each.name) for each in self.products)
        complex_one = any(each.complex for each in self.products)
        begun = Estimate(title=title, others=joined(others), complex=complex_one)
        return self._exact(begun) if self._is_exact else self._range(begun)

    @property
    def _is_exact(self) -> bool:
        return bool(self.found.lines) and not (self.found.open or self.found.without_rate)

    def _exact(self, begun: Estimate) -> Estimate:
        rows = rows_of(self.found.lines)
        terms = self._terms
        totals = totals_of(rows, terms)
        due = totals.total
        if self.rules.payable_step:
            due += payable(totals.total, step=self.rules.payable_step)[1]
        counted = [row for row in rows if row.chosen]
        lines = [_line_words(row, self.currency) for row in counted] if len(counted) > 1 else []
        lines += (
            [] if terms.prices_include_tax else [_tax_words(*each, self.currency) for each in totals.taxes]
        )
        return Estimate(
            title=begun.title,
            others=begun.others,
            complex=begun.complex,
            exact=money(due, self.currency),
            total=f"{totals.total.normalize():f} {self.currency}",
            low=money(due, self.currency),
            high=money(due, self.currency),
            explained=tuple(lines),
        )

    def _range(self, begun: Estimate) -> Estimate:
        answers, sure = self.found.open, self._sure
        low, high = sure, sure
        known = bool(answers) and not self.found.without_rate
        for answer in answers:
            factor = self._factor(answer.product)
            if answer.priced.low is None or answer.priced.high is None or factor is None:
                known = False
                break
            low, high = low + answer.priced.low * factor, high + answer.priced.high * factor
        low, high = rounded_out(low, high)
        return Estimate(
            title=begun.title,
            others=begun.others,
            complex=begun.complex,
            low=money(low, self.currency) if known else "",
            high=money(high, self.currency) if known else "",
            depends=joined((each for answer in answers for each in _depends(answer)), sign="; "),
            missing_for_range=_merged(answer.priced.missing_for_range for answer in answers),
            missing_for_exact=_merged(answer.priced.missing_for_exact for answer in answers),
        )

    @property
    def _terms(self) -> Terms:
        return Terms(
            currency=self.currency,
            rounding="line" if self.rules.rounding == "line" else "group",
            prices_include_tax=self.rules.prices_include_tax,
            discount_percent=Decimal(0),
        )

    @property
    def _sure(self) -> Decimal:
        """What is exact already comes to so much."""
        return totals_of(rows_of(self.found.lines), self._terms).total if self.found.lines else Decimal(0)

    def _factor(self, product: Product) -> Decimal | None:
        """From an amount in the product's currency without tax to one that the customer pays; None without a rate."""
        exchange = rate(product.currency, self.currency, today(self.now))
        if exchange is None or self.rules.prices_include_tax:
            return exchange
        percent = sum((tax.percent for tax in product.taxes.all() if tax.active), Decimal(0))
        return exchange * (1 + percent / HUNDRED)


def _merged(keys: Iterator[tuple[str, ...]]) -> tuple[str, ...]:
    """Answers by the key of their criterion, custom fields by that of their condition field."""
    return tuple(dict.fromkeys(key.removeprefix(ANSWER) for group in keys for key in group))


def _depends(answer: Answer) -> Iterator[str]:
    """What an open price depends on, in the customer's words: the quantity, then what comes on top."""
    missing = set(answer.priced.missing_for_exact)
    names = [key for key in answer.rules.quantity.of if key in missing]
    for key in names:
        own = next((each for each in all_fields() if f"{PREFIX}{each.key}" == key), None)
        yield in_active_language(own.labels, own.key) if own else _quantity_words(answer.product)
    yield from (in_active_language(title) for title in answer.priced.depends_on)


def _quantity_words(product: Product) -> str:
    unit = Unit(product.unit).label if product.unit in Unit.values else product.unit
    return _("the quantity (%(unit)s)") % {"unit": unit}


def _line_words(line: QuoteLine, currency: str) -> str:
    amount = money(line.net, currency)
    if line.quantity == 1:
        return f"{line.title}: {amount}"
    places = max(0, -int(line.quantity.normalize().as_tuple().exponent))
    quantity = grouped(line.quantity, places=places)
    return f"{line.title}: {quantity} × {money(line.unit_price, currency)} = {amount}"


def _tax_words(percent: Decimal, _base: Decimal, amount: Decimal, currency: str) -> str:
    written = f"{percent.normalize():f}"
    return _("Tax %(percent)s %%: %(amount)s") % {"percent": written, "amount": money(amount, currency)}
