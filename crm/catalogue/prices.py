"""What something costs, from what is known so far: exactly, or from ... to ..., and what to ask next (spec 8.1).

Pure: a product's rules and facts in, lines and sentences' parts out. Amounts are in the product's currency, before any
discount of a quote. A rule document:

    {"quantity": {"of": ["answer.length", "answer.width"], "usual": ["4", "12"], "step": "0.5"},
     "tiers": [{"from": "10", "unit_price": "90000"}],
     "minimum": "300000",
     "options": [{"key": "oven", "title": {"en": "Oven"}, "price": "180000", "per": "once", "when": {...}}],
     "surcharges": [{"key": "rush", "title": {"en": "Within a week"}, "percent": "15", "when": {...}}],
     "includes": [{"title": {"en": "Delivery"}}]}

`of` names number facts that are multiplied (length by width is an area); without it the quantity is given or 1. `usual` is
what customers mostly want: as long as a fact is missing it makes the range. `step` rounds the quantity up. An option
without `when` is for the customer to tick, one with it comes along when the condition holds. A surcharge is a `percent`
of the base or an `amount`; either may be negative. `minimum` is for base and surcharges together, options on top.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal
from itertools import product as combinations
from typing import Any, Protocol

ONE, ZERO, HUNDRED = Decimal(1), Decimal(0), Decimal(100)
Titles = Mapping[str, str]
MOST_OPEN = 8
"""Conditions that may be open at once when a range is made; more is no range but a guess."""


class Facts(Protocol):
    """What is known of a wish."""

    def number(self, key: str) -> Decimal | None:
        """The number (or amount) that the fact holds, None while it is not known."""
        ...

    def holds(self, condition: Any) -> bool | None:
        """None as long as a fact that decides it is not known."""
        ...

    def open_fields(self, condition: Any) -> Sequence[str]:
        """The facts of a condition that are not known yet."""
        ...


@dataclass(frozen=True)
class Quantity:
    of: tuple[str, ...] = ()
    usual: tuple[Decimal, Decimal] | None = None
    step: Decimal | None = None

    def rounded(self, quantity: Decimal) -> Decimal:
        if self.step is None:
            return quantity
        return (quantity / self.step).to_integral_value(ROUND_CEILING) * self.step


@dataclass(frozen=True)
class Tier:
    start: Decimal
    unit_price: Decimal


@dataclass(frozen=True)
class Option:
    """`per`: "unit" (times the quantity) or "once"."""

    key: str
    title: Titles
    price: Decimal
    per: str = "once"
    when: Any = None


@dataclass(frozen=True)
class Surcharge:
    key: str
    title: Titles
    percent: Decimal | None = None
    amount: Decimal | None = None
    when: Any = None

    def of(self, base: Decimal) -> Decimal:
        return base * self.percent / HUNDRED if self.percent is not None else self.amount or ZERO


@dataclass(frozen=True)
class PriceRules:
    unit_price: Decimal
    quantity: Quantity = Quantity()
    tiers: tuple[Tier, ...] = ()
    minimum: Decimal | None = None
    options: tuple[Option, ...] = ()
    surcharges: tuple[Surcharge, ...] = ()
    includes: tuple[Titles, ...] = ()

    def price_at(self, quantity: Decimal) -> Decimal:
        """The unit price of the highest tier that the quantity reaches."""
        reached = [tier for tier in self.tiers if tier.start <= quantity]
        return max(reached, key=lambda tier: tier.start).unit_price if reached else self.unit_price


@dataclass(frozen=True)
class Part:
    """A line of the answer: what, how many, at what price. `kind`: base, minimum, surcharge, option or offer (an option
    that the customer may tick). `title` is empty for the product itself.
    """

    kind: str
    key: str
    title: Titles
    quantity: Decimal
    unit_price: Decimal

    @property
    def amount(self) -> Decimal:
        return self.quantity * self.unit_price


@dataclass(frozen=True)
class Priced:
    """`parts` with their sum in `exact` once nothing is missing, else `low` and `high`; without a range both are None.

    `missing_for_range` and `missing_for_exact`: keys of facts to ask for, the one that matters most first.
    """

    exact: Decimal | None
    low: Decimal | None
    high: Decimal | None
    parts: tuple[Part, ...] = ()
    missing_for_range: tuple[str, ...] = ()
    missing_for_exact: tuple[str, ...] = ()
    depends_on: tuple[Titles, ...] = field(default=())


def price(rules: PriceRules, facts: Facts, *, quantity: Decimal | None = None) -> Priced:
    """`quantity` is one that somebody said outright; it goes before the facts."""
    known, open_quantity = _quantity(rules.quantity, facts, quantity)
    open_rules = [rule for rule in _conditional(rules) if facts.holds(rule.when) is None]
    open_fields = list(dict.fromkeys([*open_quantity, *_fields(open_rules, facts)]))
    if not open_fields and known is not None:
        parts = _parts(rules, known, _decided(rules, facts))
        total = _total(parts)
        return Priced(total, total, total, parts)
    quantities = _candidates(rules, known)
    if quantities is None or len(open_rules) > MOST_OPEN:
        needed = tuple(open_quantity) if quantities is None else tuple(open_fields)
        return Priced(None, None, None, (), needed, tuple(open_fields))
    totals = list(_possible(rules, facts, quantities, open_rules))
    titles = tuple(rule.title for rule in open_rules)
    return Priced(None, min(totals), max(totals), (), (), tuple(open_fields), titles)


def _quantity(rule: Quantity, facts: Facts, given: Decimal | None) -> tuple[Decimal | None, list[str]]:
    """The quantity where it is known, and what is missing for it."""
    if given is not None:
        return rule.rounded(given), []
    numbers = {key: facts.number(key) for key in rule.of}
    missing = [key for key, number in numbers.items() if number is None]
    if missing:
        return None, missing
    result = ONE
    for number in numbers.values():
        result *= number if number is not None else ONE
    return rule.rounded(result), []


def _conditional(rules: PriceRules) -> Iterator[Option | Surcharge]:
    yield from (each for each in rules.surcharges if each.when is not None)
    yield from (each for each in rules.options if each.when is not None)


def _fields(open_rules: Iterable[Option | Surcharge], facts: Facts) -> Iterator[str]:
    for rule in open_rules:
        yield from facts.open_fields(rule.when)


def _decided(rules: PriceRules, facts: Facts) -> frozenset[str]:
    """Keys of the conditional rules that hold."""
    return frozenset(rule.key for rule in _conditional(rules) if facts.holds(rule.when))


def _candidates(rules: PriceRules, known: Decimal | None) -> list[tuple[Decimal, Decimal]] | None:
    """(quantity, unit price) pairs between which every price of the usual quantities lies; None without a usual range.

    Just below a tier the old price holds for almost its quantity, so that counts too.
    """
    if known is not None:
        return [(known, rules.price_at(known))]
    if rules.quantity.usual is None:
        return None
    low, high = (rules.quantity.rounded(each) for each in rules.quantity.usual)
    found = [(low, rules.price_at(low)), (high, rules.price_at(high))]
    before = rules.unit_price
    for tier in sorted(rules.tiers, key=lambda tier: tier.start):
        if low < tier.start <= high:
            found += [(tier.start, before), (tier.start, tier.unit_price)]
        before = tier.unit_price
    return found


def _possible(
    rules: PriceRules,
    facts: Facts,
    quantities: Iterable[tuple[Decimal, Decimal]],
    open_rules: Sequence[Option | Surcharge],
) -> Iterator[Decimal]:
    decided = _decided(rules, facts)
    for quantity, unit_price in quantities:
        for holds in combinations((False, True), repeat=len(open_rules)):
            open_ones = {rule.key for rule, held in zip(open_rules, holds, strict=True) if held}
            yield _total(_parts(rules, quantity, decided | open_ones, unit_price))


def _total(parts: Iterable[Part]) -> Decimal:
    """Of what counts by itself: options to tick are on top."""
    return sum((part.amount for part in parts if part.kind != "offer"), ZERO)


def _parts(
    rules: PriceRules,
    quantity: Decimal,
    holding: frozenset[str] | set[str],
    unit_price: Decimal | None = None,
) -> tuple[Part, ...]:
    unit_price = rules.price_at(quantity) if unit_price is None else unit_price
    base = Part("base", "", {}, quantity, unit_price)
    extra = [
        Part("surcharge", each.key, each.title, ONE, each.of(base.amount))
        for each in rules.surcharges
        if each.when is None or each.key in holding
    ]
    parts = [base, *extra]
    sum_so_far = _total(parts)
    if rules.minimum is not None and sum_so_far < rules.minimum:
        parts.append(Part("minimum", "minimum", {}, ONE, rules.minimum - sum_so_far))
    for option in rules.options:
        count = quantity if option.per == "unit" else ONE
        if option.when is None:
            parts.append(Part("offer", option.key, option.title, count, option.price))
        elif option.key in holding:
            parts.append(Part("option", option.key, option.title, count, option.price))
    return tuple(parts)
