"""A version of a quote as the customer reads it: the same words and figures on the page and in the PDF.

Figures are the stored ones, written in the customer's language; nothing is calculated here. Cost, margin and notes for
colleagues are not in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from babel.dates import format_date
from django.template.defaultfilters import filesizeformat
from django.utils import translation
from django.utils.translation import gettext as _

from core.company.models import CompanyProfile
from core.company.queries import company
from core.text.amounts import grouped
from crm.catalogue.models import Unit
from crm.pricing import unit_of
from crm.quotes import clock
from crm.quotes.models import QuoteFile, QuoteLine, QuoteSettings, QuoteVersion
from crm.quotes.queries import quote_settings


@dataclass(frozen=True)
class SheetLine:
    """`discount` is empty where there is none; `options` are `optional`, and `chosen` when they count from the start."""

    id: UUID
    place: int
    title: str
    description: str
    quantity: str
    price: str
    discount: str
    taxes: str
    net: str
    optional: bool
    chosen: bool


@dataclass(frozen=True)
class Row:
    """A row under the lines; `strong` is what the customer pays."""

    label: str
    amount: str
    strong: bool = False


@dataclass(frozen=True)
class SheetFile:
    """`size` in words."""

    id: UUID
    name: str
    size: str


@dataclass(frozen=True)
class Sheet:
    """Everything in words. `valid_until` is empty in a draft without a date, `number` in one that was never sent."""

    language: str
    currency: str
    company: str
    legal_name: str
    address: str
    phone: str
    color: str
    customer: str
    title: str
    number: str
    version: int
    issued: str
    valid_until: str
    intro: str
    lines: Sequence[SheetLine]
    options: Sequence[SheetLine]
    rows: Sequence[Row]
    included_tax: bool
    terms: str
    next_step: str
    files: Sequence[SheetFile] = ()

    @property
    def has_discounts(self) -> bool:
        return any(line.discount for line in (*self.lines, *self.options))

    @property
    def name(self) -> str:
        """ "2026-0012", from the second version on "2026-0012-v2"."""
        return self.number if self.version == 1 or not self.number else f"{self.number}-v{self.version}"


def sheet_of(version: QuoteVersion, lines: Iterable[QuoteLine] | None = None) -> Sheet:
    """`version` with its quote and contact; `lines` where they are at hand already, in order."""
    rows = list(version.lines.order_by("position", "id") if lines is None else lines)
    return sheet_for(version, rows, company(), quote_settings())


def sheet_for(
    version: QuoteVersion, lines: list[QuoteLine], house: CompanyProfile, rules: QuoteSettings
) -> Sheet:
    """The same where everything is at hand; nothing is read."""
    with translation.override(version.language):
        return _sheet(version, lines, house, rules)


def _sheet(
    version: QuoteVersion, lines: list[QuoteLine], house: CompanyProfile, rules: QuoteSettings
) -> Sheet:
    figures = Figures.for_amounts(
        version.currency, [version.net, version.discount, version.tax, version.total, *(x.net for x in lines)]
    )
    units = {unit: str(label) for unit, label in Unit.choices} | {Unit.LUMP_SUM: ""}
    written = [_line(place, line, figures, units) for place, line in enumerate(lines, start=1)]
    issued = version.sent_at and clock.today_in(house.timezone, version.sent_at)
    return Sheet(
        language=version.language,
        currency=version.currency,
        company=house.name,
        legal_name=house.legal_name,
        address=rules.address,
        phone=house.phone,
        color=house.color,
        customer=str(version.quote.contact),
        title=version.quote.title,
        number=version.quote.number or "",
        version=version.version,
        issued=_day(issued or None, version.language),
        valid_until=_day(version.valid_until, version.language),
        intro=version.intro,
        lines=[line for line in written if not line.optional],
        options=[line for line in written if line.optional],
        rows=_rows(version, figures),
        included_tax=version.prices_include_tax,
        terms=version.terms,
        next_step=version.next_step,
        files=[SheetFile(each.public_id, each.name, filesizeformat(each.size)) for each in _files(version)],
    )


def _files(version: QuoteVersion) -> Iterable[QuoteFile]:
    return version.files.all() if version.pk else ()


@dataclass(frozen=True)
class Figures:
    """How amounts are written on one sheet: all with decimals, or none when no amount needs them."""

    currency: str
    places: int

    @classmethod
    def for_amounts(cls, currency: str, amounts: Iterable[Decimal]) -> Figures:
        whole = all(amount == amount.to_integral_value() for amount in amounts)
        exponent = unit_of(currency).as_tuple().exponent
        return cls(currency, 0 if whole or not isinstance(exponent, int) else -exponent)

    def amount(self, amount: Decimal) -> str:
        return grouped(amount, places=self.places)

    def price(self, price: Decimal) -> str:
        """A unit price may need more decimals than can be paid."""
        return grouped(price, places=max(self.places, _places(price)))

    def with_currency(self, amount: Decimal) -> str:
        return f"{self.amount(amount)}\u00a0{self.currency}"


def _places(number: Decimal) -> int:
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _line(place: int, line: QuoteLine, figures: Figures, units: Mapping[str, str]) -> SheetLine:
    quantity = grouped(line.quantity, places=_places(line.quantity))
    return SheetLine(
        id=line.public_id,
        place=place,
        title=line.title,
        description=line.description,
        quantity=f"{quantity}\u00a0{units.get(line.unit, line.unit)}".strip(),
        price=figures.price(line.unit_price),
        discount=f"\u2212{_percent(line.discount_percent)}" if line.discount_percent else "",
        taxes=", ".join(_percent(tax) for tax in line.taxes),
        net=figures.amount(line.net),
        optional=line.optional,
        chosen=line.chosen,
    )


def _percent(percent: Decimal) -> str:
    return f"{grouped(percent, places=_places(percent))}\u00a0%"


def _rows(version: QuoteVersion, figures: Figures) -> list[Row]:
    """From the net down to what is paid. Discounts of the document are in the printed lines already, and named here."""
    rows: list[Row] = []
    if version.discount:
        share = _percent(version.discount_percent)
        text = _("Discount of %(percent)s, taken off above") % {"percent": share}
        rows.append(Row(text, f"\u2212{figures.amount(version.discount)}"))
    if version.taxes:
        rows.append(Row(_("Net"), figures.amount(version.net)))
    for percent, base, amount in version.taxes:
        text = _("Tax %(percent)s on %(base)s") % {
            "percent": _percent(Decimal(percent)),
            "base": figures.amount(Decimal(base)),
        }
        rows.append(Row(text, figures.amount(Decimal(amount))))
    rows.append(Row(_("Total"), figures.with_currency(version.total), strong=not version.payable_difference))
    if version.payable_difference:
        rows.append(Row(_("Rounding"), figures.amount(version.payable_difference)))
        payable = version.total + version.payable_difference
        rows.append(Row(_("To pay"), figures.with_currency(payable), strong=True))
    return rows


def _day(day: date | None, language: str) -> str:
    """ "19 March 2026", "19 марта 2026 г.": the day first in English, too, as everywhere in the product."""
    locale = "en_GB" if language == "en" else language
    return format_date(day, format="long", locale=locale) if day else ""
