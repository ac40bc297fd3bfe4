"""Money of quotes: the rules that were decided, the cases that others got wrong, and an independent calculator."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.pricing import AmountTooLarge, Line, Totals, payable, quote_totals, unit_of

D = Decimal


def line(quantity: object, price: object, discount: object = 0, *taxes: object) -> Line:
    return Line(D(str(quantity)), D(str(price)), D(str(discount)), tuple(D(str(tax)) for tax in taxes))


def test_the_discounts_of_line_and_document_compound() -> None:
    totals = quote_totals([line(1, 100, 10)], currency="USD", discount_percent=10)
    assert totals == Totals(D(81), D(9), D(0), D(81), (), (D(81),))


@pytest.mark.parametrize(
    ("quantities", "by_group", "by_line"),
    [((15,), "20.03", "20.03"), ((5, 5, 5), "20.03", "20.04"), ((3, 3, 3, 3, 3), "20.03", "20.05")],
)
def test_the_same_goods_cost_the_same_by_group_however_they_are_cut(
    quantities: tuple[int, ...], by_group: str, by_line: str
) -> None:
    lines = [line(quantity, "6.36", 0, 21) for quantity in quantities]
    assert quote_totals(lines, currency="EUR").tax == D(by_group)
    assert quote_totals(lines, currency="EUR", rounding="line").tax == D(by_line)


@pytest.mark.parametrize(
    ("given", "net"),
    [
        (line(1, "11178.65", 10), "10060.79"),
        (line("0.15", "6.70"), "1.01"),
        (line(1, "-6.705"), "-6.71"),
        (line(1, "74.246"), "74.25"),
    ],
)
def test_halves_go_up_and_away_from_zero(given: Line, net: str) -> None:
    assert quote_totals([given], currency="USD").net == D(net)


def test_taxes_with_three_decimals_and_several_on_a_line() -> None:
    totals = quote_totals([line(1, 100, 0, "9.975", 5)], currency="CAD")
    assert totals.taxes == ((D(5), D(100), D(5)), (D("9.975"), D(100), D("9.98")))
    assert totals.total == D("114.98")


def test_a_unit_price_of_four_decimals() -> None:
    assert quote_totals([line(1, "82.6446", 0, 21)], currency="EUR").total == D("99.99")  # 82.64 is printed
    assert quote_totals([line(1000, "82.6446", 0, 21)], currency="EUR").total == D("99999.97")


def test_a_currency_without_decimals_adds_up() -> None:
    totals = quote_totals([line(1, "100.5", 0, 10), line(1, "100.5", 0, 10)], currency="JPY")
    assert (totals.lines, totals.net, totals.tax, totals.total) == ((D(101), D(101)), D(202), D(20), D(222))
    assert unit_of("JPY") == 1
    assert unit_of("AMD") == D("0.01")


def test_included_tax_at_a_tie_keeps_the_price() -> None:
    totals = quote_totals([line(1, "69.99", 0, 20)], currency="EUR", prices_include_tax=True)
    assert (totals.net, totals.tax, totals.total) == (D("58.33"), D("11.66"), D("69.99"))


def test_the_discount_of_the_document_is_spread_by_the_largest_remainder() -> None:
    totals = quote_totals([line(1, "0.10")] * 3, currency="EUR", discount_percent=5)
    assert totals.discount == D("0.02")
    assert sorted(totals.lines) == [D("0.09"), D("0.09"), D("0.10")]


def test_everything_off_leaves_zeros_and_the_row_of_the_tax() -> None:
    totals = quote_totals([line(3, "19.99", 0, 20)], currency="EUR", discount_percent=100)
    assert totals == Totals(D(0), D("59.97"), D(0), D(0), ((D(20), D(0), D(0)),), (D(0),))


def test_no_lines_cost_nothing() -> None:
    assert quote_totals([], currency="AMD") == Totals(D(0), D(0), D(0), D(0), (), ())


def test_what_is_paid_in_cash_has_its_own_difference() -> None:
    assert payable(D("12.38"), step=D("0.05")) == (D("12.40"), D("0.02"))
    assert payable(D("12.37"), step=D("0.05")) == (D("12.35"), D("-0.02"))
    assert payable(D("1234.50"), step=D(10)) == (D(1230), D("-4.50"))


@pytest.mark.parametrize(
    ("bad", "error"),
    [
        (line(1, 1, 101), ValueError),
        (line(1, 1, -1), ValueError),
        (line(1, 1, 0, -5), ValueError),
        (line(1, 1, 0, 20, 20), ValueError),
        (line("NaN", 1), ValueError),
        (line(1, "Infinity"), ValueError),
        (line(10, "1" + "0" * 15), AmountTooLarge),
        (line(1, "1" + "0" * 18), AmountTooLarge),
        (Line(D(1), 0.1), TypeError),  # type: ignore[arg-type]
    ],
)
def test_what_makes_no_sense_is_refused(bad: Line, error: type[Exception]) -> None:
    with pytest.raises(error):
        quote_totals([bad], currency="USD")
    with pytest.raises(ValueError, match="rounding"):
        quote_totals([], currency="USD", rounding="total")  # type: ignore[arg-type]


def test_a_sum_that_cannot_be_stored_is_refused_though_each_line_can() -> None:
    with pytest.raises(AmountTooLarge):
        quote_totals([line(1, "9" * 16)] * 2, currency="USD")


amounts = st.decimals(min_value=-10_000, max_value=10_000, places=6)
quantities = st.decimals(min_value=0, max_value=1000, places=3)
percents = st.decimals(min_value=0, max_value=100, places=3)
rates = st.sampled_from([D(0), D(5), D("9.975"), D(10), D(20), D(21)])
some_lines = st.lists(
    st.builds(Line, quantities, amounts, percents, st.lists(rates, unique=True, max_size=3).map(tuple)),
    max_size=8,
)
some_ways = st.fixed_dictionaries(
    {
        "currency": st.sampled_from(["AMD", "USD", "JPY", "KWD"]),
        "rounding": st.sampled_from(["group", "line"]),
        "prices_include_tax": st.booleans(),
        "discount_percent": percents,
    }
)


@given(some_lines, some_ways)
def test_a_reader_can_add_it_up(lines: list[Line], ways: dict) -> None:
    totals = quote_totals(lines, **ways)
    unit = unit_of(ways["currency"])
    assert totals.net == sum(totals.lines)
    assert totals.tax == sum(amount for _, _, amount in totals.taxes)
    assert totals.total == totals.net + totals.tax
    printed = [*totals.lines, totals.discount, *(amount for _, base, amount in totals.taxes)]
    assert all(amount == amount.quantize(unit) for amount in printed)
    if not ways["prices_include_tax"]:
        for percent, base, _ in totals.taxes:
            taxed = [net for net, given in zip(totals.lines, lines, strict=True) if percent in given.taxes]
            assert base == sum(taxed)


@given(some_lines, some_ways, st.randoms(use_true_random=False))
def test_the_order_of_the_lines_changes_nothing(lines: list[Line], ways: dict, random: object) -> None:
    before, mixed = quote_totals(lines, **ways), list(lines)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    after = quote_totals(mixed, **ways)
    assert (after.net, after.discount, after.taxes, after.total) == (
        before.net,
        before.discount,
        before.taxes,
        before.total,
    )
    assert Counter(zip(mixed, after.lines, strict=True)) == Counter(zip(lines, before.lines, strict=True))


@given(some_lines, some_ways, st.integers(1, 4))
def test_a_thousand_times_the_price_is_within_rounding_of_a_thousand_times_the_total(
    lines: list[Line], ways: dict, power: int
) -> None:
    factor = 10**power
    small = quote_totals(lines, **ways)
    large = quote_totals(
        [Line(x.quantity, x.unit_price * factor, x.discount_percent, x.taxes) for x in lines], **ways
    )
    # Half a unit for a line and one for each of its taxes and for the discount, with room for taxes on what was rounded.
    allowed = unit_of(ways["currency"]) * (4 * len(lines) + 4) * factor
    assert abs(large.total - small.total * factor) <= allowed


@given(some_lines, some_ways)
def test_it_agrees_with_a_slow_calculator_in_fractions(lines: list[Line], ways: dict) -> None:
    totals, slow = quote_totals(lines, **ways), SlowTotals(lines, **ways)
    assert Fraction(totals.discount) == slow.discount
    if ways["prices_include_tax"]:
        assert Fraction(totals.total) == slow.paid
    assert Fraction(totals.net) == slow.net(totals.lines)
    if not ways["prices_include_tax"]:
        assert {percent: Fraction(amount) for percent, _, amount in totals.taxes} == slow.taxes(totals.lines)


class SlowTotals:
    """The same rules told in another way: exact fractions, one list at a time."""

    def __init__(
        self,
        lines: list[Line],
        currency: str,
        rounding: str,
        *,
        prices_include_tax: bool,
        discount_percent: D,
    ) -> None:
        self.unit, self.rounding, self.included, self.lines = (
            Fraction(unit_of(currency)),
            rounding,
            prices_include_tax,
            lines,
        )
        self.full = [
            self.round(
                Fraction(x.quantity) * Fraction(x.unit_price) * (1 - Fraction(x.discount_percent) / 100)
            )
            for x in lines
        ]
        self.discount = self.round(sum(self.full, Fraction(0)) * Fraction(discount_percent) / 100)
        self.paid = sum(self.full, Fraction(0)) - self.discount
        self.share = Fraction(discount_percent) / 100

    def round(self, exact: Fraction) -> Fraction:
        sign = -1 if exact < 0 else 1
        return sign * floor(abs(exact) / self.unit + Fraction(1, 2)) * self.unit

    def net(self, printed: tuple[D, ...]) -> Fraction:
        for amount, full, given_line in zip(printed, self.full, self.lines, strict=True):
            rate = (
                sum((Fraction(tax) for tax in given_line.taxes), Fraction(0))
                if self.included
                else Fraction(0)
            )
            exact = full * (1 - self.share) / (1 + rate / 100)
            assert abs(Fraction(amount) - exact) < 2 * self.unit  # each is near its exact share
        if not self.included:
            return self.paid
        return sum((Fraction(amount) for amount in printed), Fraction(0))

    def taxes(self, printed: tuple[D, ...]) -> dict[D, Fraction]:
        found: dict[D, Fraction] = {}
        for percent in {tax for x in self.lines for tax in x.taxes}:
            rate = Fraction(percent) / 100
            nets = [
                Fraction(amount) for amount, x in zip(printed, self.lines, strict=True) if percent in x.taxes
            ]
            if self.rounding == "line":
                found[percent] = sum((self.round(net * rate) for net in nets), Fraction(0))
            else:
                found[percent] = self.round(sum(nets, Fraction(0)) * rate)
        return found
