"""Totals of a quote: lines in, printed amounts out. No database, no clock.

The order: quantity x unit price, less the line's discount, rounded; the document's discount, spread over the lines;
tax; total. Whatever is rounded is rounded half up, away from zero, to the decimals of the currency. What a reader can
add up with a pencil always holds:

- the net is the sum of the printed lines, the total is the net plus the amounts of the taxes;
- the totals do not depend on the order of the lines;
- with prices that include tax the total is what the prices say, to the last unit.

Rounding "group" taxes the sum of the lines of a rate once, as EN 16931 does; "line" taxes each line and adds up. Taxes
of one line all stand on its net, never on each other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal, localcontext
from typing import Literal

from babel.numbers import get_currency_precision

Rounding = Literal["group", "line"]

ZERO = Decimal(0)
HUNDRED = Decimal(100)
# Twice the longest product that can be stored, so that only the written roundings round.
EXACT = Context(prec=80, rounding=ROUND_HALF_UP)
LARGEST = Decimal(10) ** 16  # what numeric(20, 4) holds


class AmountTooLarge(ValueError):
    """An amount of the quote has more digits before the point than can be stored."""


@dataclass(frozen=True, slots=True)
class Line:
    """`taxes` are percents (20 is 20 %); the price may be negative, for something that is given back."""

    quantity: Decimal
    unit_price: Decimal
    discount_percent: Decimal = ZERO
    taxes: tuple[Decimal, ...] = ()


@dataclass(frozen=True, slots=True)
class Totals:
    """`lines`: the printed net of each line after the document's discount, in the order given.

    `discount`: what the document's discount takes off, in the terms of the prices (with tax where they include it).
    `taxes`: (percent, base, amount) by percent, the lowest first; a rate of 0 has its row, a line without taxes none.
    """

    net: Decimal
    discount: Decimal
    tax: Decimal
    total: Decimal
    taxes: tuple[tuple[Decimal, Decimal, Decimal], ...]
    lines: tuple[Decimal, ...]


def quote_totals(
    lines: Sequence[Line],
    *,
    currency: str,
    rounding: Rounding = "group",
    prices_include_tax: bool = False,
    discount_percent: Decimal | int = 0,
) -> Totals:
    """The one calculation of money of a quote. No lines give zeros.

    Raises ValueError for a number that is none, a discount outside 0 to 100, a negative or repeated tax or an
    unknown rounding; AmountTooLarge (a ValueError) where an amount cannot be stored; TypeError for a float.
    """
    if rounding not in ("group", "line"):
        raise ValueError(f'The rounding is "group" or "line", not {rounding!r}.')
    with localcontext(EXACT):
        unit = unit_of(currency)
        discount_share = _percent(discount_percent, "A discount")
        priced = [_amount(line, unit) for line in lines]
        _fits(priced)
        off = _spread_discount(lines, priced, discount_share, unit)
        left = [amount - taken for amount, taken in zip(priced, off, strict=True)]
        nets, taxes = (_included if prices_include_tax else _added)(lines, left, rounding, unit)
        net, tax = sum(nets, ZERO * unit), sum((amount for _, _, amount in taxes), ZERO * unit)
        _fits([net, net + tax])
        return Totals(
            net=net,
            discount=sum(off, ZERO * unit),
            tax=tax,
            total=net + tax,
            taxes=tuple(taxes),
            lines=tuple(nets),
        )


def payable(total: Decimal, *, step: Decimal) -> tuple[Decimal, Decimal]:
    """The total in whole `step`s, as cash is paid (0.05 in Switzerland), and the difference: its own printed row."""
    with localcontext(EXACT):
        rounded = (total / step).quantize(Decimal(1), rounding=ROUND_HALF_UP) * step
        return rounded, rounded - total


def unit_of(currency: str) -> Decimal:
    """The smallest printed amount: 0.01, or 1 for a currency without decimals (ISO 4217)."""
    return Decimal(1).scaleb(-get_currency_precision(currency))


def _percent(value: Decimal | int, what: str, largest: Decimal | None = HUNDRED) -> Decimal:
    percent = _number(value)
    if percent < 0 or (largest is not None and percent > largest):
        raise ValueError(
            f"{what} is a percent of 0 to 100." if largest else f"{what} is a percent of 0 or more."
        )
    return percent


def _number(value: Decimal | int) -> Decimal:
    if isinstance(value, float):
        raise TypeError("Money and percents are Decimal, never float.")
    number = Decimal(value)
    if not number.is_finite():
        raise ValueError("Money and percents are finite numbers.")
    return number


def _amount(line: Line, unit: Decimal) -> Decimal:
    """What the line costs before the document's discount."""
    if len(set(line.taxes)) != len(line.taxes):
        raise ValueError("A line has each tax once.")
    for tax in line.taxes:
        _percent(tax, "A tax", largest=None)
    full = _number(line.quantity) * _number(line.unit_price)
    if abs(full) >= LARGEST:
        raise AmountTooLarge("A line is larger than can be stored.")
    share = _percent(line.discount_percent, "A discount")
    return (full * (HUNDRED - share) / HUNDRED).quantize(unit)


def _fits(amounts: Iterable[Decimal]) -> None:
    if any(abs(amount) >= LARGEST for amount in amounts):
        raise AmountTooLarge("The quote is larger than can be stored.")


def _spread_discount(
    lines: Sequence[Line], priced: Sequence[Decimal], share: Decimal, unit: Decimal
) -> list[Decimal]:
    """The document's discount per line, in proportion to what each costs."""
    exact = [amount * share / HUNDRED for amount in priced]
    ranks = [
        (amount, line.taxes, line.quantity, line.unit_price)
        for amount, line in zip(priced, lines, strict=True)
    ]
    return _by_largest_remainder(exact, sum(exact, ZERO).quantize(unit), ranks, unit)


def _by_largest_remainder(
    exact: Sequence[Decimal], whole: Decimal, ranks: Sequence[tuple[object, ...]], unit: Decimal
) -> list[Decimal]:
    """Whole units near the exact parts whose sum is `whole`; who is nearest to the next unit gets it first.

    Ties are settled by `ranks`, which know nothing of the place of a part. `whole` is within one unit a part of
    the sum of the exact ones.
    """
    if len(exact) == 1:
        return [whole]
    parts = [part.quantize(unit, rounding=ROUND_FLOOR) for part in exact]
    missing = int((whole - sum(parts, ZERO)) / unit)
    order = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], ranks[i]))
    for i in order[:missing]:
        parts[i] += unit
    return parts


def _added(
    lines: Sequence[Line], left: list[Decimal], rounding: Rounding, unit: Decimal
) -> tuple[list[Decimal], list[tuple[Decimal, Decimal, Decimal]]]:
    """Prices without tax: the lines are the nets."""
    bases: defaultdict[Decimal, Decimal] = defaultdict(lambda: ZERO * unit)
    amounts: defaultdict[Decimal, Decimal] = defaultdict(lambda: ZERO * unit)
    for line, net in zip(lines, left, strict=True):
        for percent in line.taxes:
            bases[percent] += net
            if rounding == "line":
                amounts[percent] += (net * percent / HUNDRED).quantize(unit)
    if rounding == "group":
        amounts.update(
            {percent: (base * percent / HUNDRED).quantize(unit) for percent, base in bases.items()}
        )
    return left, [(percent, bases[percent], amounts[percent]) for percent in sorted(bases)]


def _included(
    lines: Sequence[Line], left: list[Decimal], rounding: Rounding, unit: Decimal
) -> tuple[list[Decimal], list[tuple[Decimal, Decimal, Decimal]]]:
    """Prices with tax: the net is taken out of what is paid, and the tax is the rest, so that nothing is lost."""
    groups: defaultdict[tuple[object, ...], list[int]] = defaultdict(list)
    for i, line in enumerate(lines):
        groups[(i,) if rounding == "line" else tuple(sorted(line.taxes))].append(i)
    nets = [ZERO] * len(lines)
    bases: defaultdict[Decimal, Decimal] = defaultdict(lambda: ZERO * unit)
    amounts: defaultdict[Decimal, Decimal] = defaultdict(lambda: ZERO * unit)
    for members in groups.values():
        percents = sorted(lines[members[0]].taxes)
        paid = sum((left[i] for i in members), ZERO)
        exact = [left[i] * HUNDRED / (HUNDRED + sum(percents)) for i in members]
        net = (paid * HUNDRED / (HUNDRED + sum(percents))).quantize(unit)
        ranks = [(left[i], lines[i].quantity, lines[i].unit_price) for i in members]
        for i, part in zip(members, _by_largest_remainder(exact, net, ranks, unit), strict=True):
            nets[i] = part
        parts = _shares(paid - net, percents, unit)
        for percent, part in zip(percents, parts, strict=True):
            bases[percent] += net
            amounts[percent] += part
    return nets, [(percent, bases[percent], amounts[percent]) for percent in sorted(bases)]


def _shares(tax: Decimal, percents: Sequence[Decimal], unit: Decimal) -> list[Decimal]:
    """The tax of one group by its percents, in proportion to them."""
    whole = sum(percents)
    if not whole:
        return [ZERO * unit for _ in percents]
    return _by_largest_remainder([tax * p / whole for p in percents], tax, [(p,) for p in percents], unit)
