"""The figures of quotes as tables: each count with the address of the list that it counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext as _

from core.text.amounts import grouped
from crm.quotes.enums import EXPIRED
from crm.quotes.figures.periods import Period
from crm.quotes.figures.queries import OUTCOMES, Counts, Figures, Group, Times
from desk import formats
from desk.quotes.queries import NOBODY, label_of

SHOWN = ("sent", "accepted", "declined", EXPIRED)
"""Outcomes with a column of their own; withdrawn and rewritten ones are in the totals above."""


@dataclass(frozen=True, slots=True)
class Cell:
    """`url` is empty where there is nothing to open."""

    count: int
    url: str


@dataclass(frozen=True, slots=True)
class Line:
    """`rate` in percent, None before anything was decided. `more` are texts at the end."""

    label: str
    cells: Sequence[Cell]
    rate: Decimal | None
    more: Sequence[str] = ()

    @property
    def rate_words(self) -> str:
        return percent(self.rate)


@dataclass(frozen=True, slots=True)
class Table:
    """`head` names the columns after the first. `has_rate`: a share of accepted ones stands behind the counts."""

    key: str
    title: str
    first: str
    head: Sequence[str]
    lines: Sequence[Line]
    more: Sequence[str] = ()
    has_rate: bool = True
    hint: str = ""


@dataclass(frozen=True)
class Addresses:
    """Of the list, for the quotes of a period."""

    period: Period
    root: str = field(default_factory=lambda: reverse("desk:quotes"))

    def of(self, period: Period | None = None, **asked: str) -> str:
        days = period or self.period
        query = {"sent_from": days.first.isoformat(), "sent_to": days.last.isoformat(), **asked}
        return f"{self.root}?{urlencode(query)}"

    def cell(self, count: int, period: Period | None = None, **asked: str) -> Cell:
        return Cell(count, self.of(period, **asked) if count else "")

    def cells(self, counts: Counts, period: Period | None = None, **asked: str) -> list[Cell]:
        """How many were sent, then those of each outcome that is shown."""
        all_of_them = self.cell(counts.sent, period, **asked)
        return [all_of_them, *(self.cell(counts.of(each), period, state=each, **asked) for each in SHOWN)]


def percent(rate: Decimal | None) -> str:
    if rate is None:
        return ""
    return f"{grouped(rate, places=0 if rate == rate.to_integral_value() else 1)}\u00a0%"


def length(span: timedelta | None) -> str:
    """In minutes, from an hour on in hours, from three days on in days."""
    if span is None:
        return ""
    if span < timedelta(hours=1):
        return formats.minutes(int(span.total_seconds()))
    if span < timedelta(days=3):
        return gettext("0 h").replace("0", str(round(span / timedelta(hours=1))))
    return formats.age(span)


def outcome_label(outcome: str) -> str:
    names = {"sent": _("Open"), "draft": _("Being rewritten")}
    return names.get(outcome) or label_of(outcome)


def tables(found: Figures) -> list[Table]:
    to = Addresses(found.period)
    return [
        _sellers(found, to),
        _bands(found, to),
        _products(found, to),
        _money(found, to),
        _reasons(found, to),
    ]


def _head() -> list[str]:
    return [_("Sent"), *(outcome_label(each) for each in SHOWN)]


def _lines(groups: Iterable[Group], name: str, to: Addresses) -> list[Line]:
    return [
        Line(each.label, to.cells(each.counts, None, **{name: each.key}), each.counts.rate) for each in groups
    ]


def _sellers(found: Figures, to: Addresses) -> Table:
    lines = [
        Line(
            each.label, to.cells(each.counts, owner=each.key or NOBODY), each.counts.rate, _spans(each.times)
        )
        for each in found.sellers
    ]
    return Table(
        "sellers",
        _("By seller"),
        _("Owner"),
        _head(),
        lines,
        [_("Request to quote, median"), _("90 % within")],
    )


def _spans(times: Times) -> list[str]:
    return [length(times.median), length(times.p90)]


def _bands(found: Figures, to: Addresses) -> Table:
    hint = _("Off the list prices, line and document discounts together.")
    lines = _lines(found.bands, "discount", to)
    return Table("discounts", _("By discount"), _("Discount"), _head(), lines, hint=hint)


def _products(found: Figures, to: Addresses) -> Table:
    hint = _("A quote counts once for each product that stands in it.")
    lines = _lines(found.products, "product", to)
    return Table("products", _("By product"), _("Product"), _head(), lines, hint=hint)


def _money(found: Figures, to: Addresses) -> Table:
    def amount(total: Decimal, currency: str) -> str:
        return formats.money(total, currency) if total else ""

    lines = [
        Line(
            each.currency,
            to.cells(each.counts, currency=each.currency),
            each.counts.rate,
            [amount(total, each.currency) for total in (each.offered, each.accepted, each.waiting)],
        )
        for each in found.money
    ]
    more = [_("Amount offered"), _("Amount accepted"), _("Amount open")]
    return Table("currencies", _("By currency"), _("Currency"), _head(), lines, more)


def _reasons(found: Figures, to: Addresses) -> Table:
    lines = [
        Line(each.label, [to.cell(each.quotes, state="declined", reason=each.key)], None)
        for each in found.reasons
    ]
    return Table("reasons", _("Declined, by reason"), _("Reason"), [_("Quotes")], lines, has_rate=False)


def steps(found: Figures) -> Table:
    """What the chart shows, in figures."""
    to = Addresses(found.period)
    lines = [
        Line(step_label(step, found.period), to.cells(counts, step), counts.rate)
        for step, counts in found.steps
    ]
    return Table("steps", _("Over time"), _("First sent"), _head(), lines)


def step_label(step: Period, period: Period) -> str:
    if period.step == "day":
        return formats.day(step.first)
    return f"{formats.day(step.first)} – {formats.day(step.last)}"


def outcomes(found: Figures) -> list[tuple[str, Cell]]:
    """Every outcome of the period with how many there are."""
    to = Addresses(found.period)
    return [(outcome_label(each), to.cell(found.counts.of(each), state=each)) for each in OUTCOMES]


def waiting_url() -> str:
    return f"{reverse('desk:quotes')}?state=sent"
