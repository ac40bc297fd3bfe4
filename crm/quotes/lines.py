"""Lines as people, flows and programs give them, checked, and what they come to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from core.text import clean
from crm.catalogue.models import Product, Unit
from crm.pricing import AmountTooLarge, Line, Rounding, Totals, quote_totals
from crm.quotes.errors import BadLine, BadQuote
from crm.quotes.models import QuoteLine

MOST_LINES = 1000
HUNDRED = Decimal(100)
LARGEST_PRICE = Decimal(10) ** 14
LARGEST_QUANTITY = Decimal(10) ** 12


@dataclass(frozen=True, kw_only=True)
class LineDraft:
    """`optional`: the customer may tick it; then `chosen` says whether it counts before they do."""

    title: str
    quantity: Decimal = Decimal(1)
    unit_price: Decimal
    product: Product | None = None
    description: str = ""
    unit: str = Unit.PIECE
    discount_percent: Decimal = Decimal(0)
    taxes: tuple[Decimal, ...] = ()
    optional: bool = False
    chosen: bool = True
    cost: Decimal | None = None
    explained: Sequence[Mapping[str, Any]] = field(default_factory=tuple)


def rows_of(drafts: Sequence[LineDraft]) -> list[QuoteLine]:
    """Unsaved rows in the given order. Raises BadLine at the first that cannot be, BadQuote for too many."""
    if len(drafts) > MOST_LINES:
        raise BadQuote(_("At most %(most)d lines.") % {"most": MOST_LINES}, field="lines")
    return [_row(place, draft) for place, draft in enumerate(drafts)]


def _row(place: int, draft: LineDraft) -> QuoteLine:
    for name, sentence, holds in _rules(draft):
        if not holds:
            raise BadLine(_(sentence), position=place, field=name)
    return QuoteLine(
        position=place,
        product=draft.product,
        title=clean(draft.title).strip()[:300],
        description=clean(draft.description).strip()[:4000],
        unit=draft.unit,
        quantity=draft.quantity,
        unit_price=draft.unit_price,
        cost=draft.cost,
        discount_percent=draft.discount_percent,
        taxes=list(draft.taxes),
        optional=draft.optional,
        chosen=draft.chosen or not draft.optional,
        explained=[dict(each) for each in draft.explained],
    )


def _rules(draft: LineDraft) -> list[tuple[str, str, bool]]:
    """(field, sentence in English, whether it holds): it is translated where one does not."""
    quantity, price = draft.quantity, draft.unit_price
    numbers = (quantity, price, draft.discount_percent, *draft.taxes)
    if not all(number.is_finite() for number in numbers):
        return [("quantity", gettext_noop("Write numbers only."), False)]
    return [
        ("title", gettext_noop("Say what the line is for."), bool(clean(draft.title).strip())),
        (
            "quantity",
            gettext_noop("The quantity is more than zero. For something given back write a negative price."),
            0 < quantity < LARGEST_QUANTITY,
        ),
        ("quantity", gettext_noop("At most six decimals."), fits_scale(quantity, 6)),
        (
            "unit_price",
            gettext_noop("This price is larger than can be written down."),
            abs(price) < LARGEST_PRICE,
        ),
        ("unit_price", gettext_noop("At most six decimals."), fits_scale(price, 6)),
        (
            "discount_percent",
            gettext_noop("A discount is a percent from 0 to 100, with three decimals at most."),
            0 <= draft.discount_percent <= HUNDRED and fits_scale(draft.discount_percent, 3),
        ),
        (
            "taxes",
            gettext_noop("A tax is a percent from 0 to 100, with three decimals at most, and named once."),
            all(0 <= tax <= HUNDRED and fits_scale(tax, 3) for tax in draft.taxes)
            and len(set(draft.taxes)) == len(draft.taxes),
        ),
        ("unit", gettext_noop("Choose one of the units."), draft.unit in Unit.values),
    ]


def fits_scale(number: Decimal, places: int) -> bool:
    exponent = number.normalize().as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -places


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What the money of a version depends on beside its lines."""

    currency: str
    rounding: Rounding
    prices_include_tax: bool
    discount_percent: Decimal


def totals_of(lines: Sequence[QuoteLine], terms: Terms) -> Totals:
    """Of the lines that are in, whose `net` is set; a line left open gets what it would cost by itself.

    Raises BadQuote where an amount is too large.
    """
    counted = [line for line in lines if line.chosen]
    try:
        totals = _calculate(counted, terms)
        for line, net in zip(counted, totals.lines, strict=True):
            line.net = net
        for line in lines:
            if not line.chosen:
                line.net = _calculate([line], terms).net
    except AmountTooLarge:
        raise BadQuote(_("The amounts are larger than can be written down."), field="lines") from None
    return totals


def _calculate(lines: Sequence[QuoteLine], terms: Terms) -> Totals:
    return quote_totals(
        [Line(line.quantity, line.unit_price, line.discount_percent, tuple(line.taxes)) for line in lines],
        currency=terms.currency,
        rounding=terms.rounding,
        prices_include_tax=terms.prices_include_tax,
        discount_percent=terms.discount_percent,
    )


def discount_given(lines: Sequence[QuoteLine], discount_percent: Decimal) -> Decimal:
    """Percent of the list prices that both discounts take off together, with three decimals; 0 where nothing costs."""
    full = sum((line.quantity * line.unit_price for line in lines if line.chosen), Decimal(0))
    if full <= 0:
        return max((line.discount_percent for line in lines), default=Decimal(0))
    left = sum(
        (
            line.quantity * line.unit_price * (HUNDRED - line.discount_percent)
            for line in lines
            if line.chosen
        ),
        Decimal(0),
    )
    off = HUNDRED - left * (HUNDRED - discount_percent) / HUNDRED / full
    return off.quantize(Decimal("0.001"))


def margin(lines: Sequence[QuoteLine]) -> Decimal | None:
    """What is left of the net above the costs; None where a counted line has no cost."""
    counted = [line for line in lines if line.chosen]
    if not counted or any(line.cost is None for line in counted):
        return None
    return sum((line.net - line.quantity * (line.cost or 0) for line in counted), Decimal(0))
