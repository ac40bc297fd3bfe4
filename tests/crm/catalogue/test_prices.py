"""A range is honest: whatever the open answers turn out to be, the exact price lies in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from crm.catalogue.prices import Option, PriceRules, Quantity, Surcharge, Tier, price

D = Decimal
AREA, RUSH, STONE = "answer.area", "answer.rush", "answer.stone"


@dataclass
class Known:
    """Numbers by key; a condition is the key of a number that must not be zero."""

    numbers: dict[str, Decimal] = field(default_factory=dict)

    def number(self, key: str) -> Decimal | None:
        return self.numbers.get(key)

    def holds(self, condition: Any) -> bool | None:
        return None if condition not in self.numbers else self.numbers[condition] != 0

    def open_fields(self, condition: Any) -> Sequence[str]:
        return [] if condition in self.numbers else [condition]


KITCHEN = PriceRules(
    unit_price=D(100),
    quantity=Quantity(of=(AREA,), usual=(D(4), D(12)), step=D("0.5")),
    tiers=(Tier(D(10), D(80)),),
    minimum=D(500),
    options=(
        Option("stone", {"en": "Stone top"}, D(30), per="unit", when=STONE),
        Option("lamp", {"en": "Lamp"}, D(45)),
    ),
    surcharges=(Surcharge("rush", {"en": "Within a week"}, percent=D(10), when=RUSH),),
)


def test_an_exact_price_names_its_parts() -> None:
    found = price(KITCHEN, Known({AREA: D("6.2"), RUSH: D(1), STONE: D(1)}))
    assert [(part.kind, part.key, part.quantity, part.amount) for part in found.parts] == [
        ("base", "", D("6.5"), D("650.0")),
        ("surcharge", "rush", D(1), D(65)),
        ("option", "stone", D("6.5"), D("195.0")),
        ("offer", "lamp", D(1), D(45)),
    ]
    assert (found.exact, found.low, found.high, found.missing_for_exact) == (D(910), D(910), D(910), ())


def test_the_minimum_counts_for_base_and_surcharges() -> None:
    found = price(KITCHEN, Known({AREA: D(4), RUSH: D(0), STONE: D(0)}))
    assert [(part.kind, part.amount) for part in found.parts][:2] == [("base", D(400)), ("minimum", D(100))]
    assert found.exact == D(500)


def test_a_tier_is_reached_by_the_rounded_quantity() -> None:
    assert price(KITCHEN, Known({AREA: D("9.7"), RUSH: D(0), STONE: D(0)})).exact == D(800)


def test_before_anything_is_known_there_is_a_range_and_what_to_ask() -> None:
    found = price(KITCHEN, Known())
    assert (found.exact, found.low, found.high) == (None, D(500), D(1416))
    assert (found.missing_for_range, found.missing_for_exact) == ((), (AREA, RUSH, STONE))
    assert [titles["en"] for titles in found.depends_on] == ["Within a week", "Stone top"]


def test_without_usual_quantities_the_range_waits_for_the_fact() -> None:
    rules = replace(KITCHEN, quantity=Quantity(of=(AREA,)))
    found = price(rules, Known())
    assert (found.low, found.missing_for_range) == (None, (AREA,))
    assert price(rules, Known({AREA: D(5)})).low == D(500)


def test_a_quantity_that_was_said_goes_before_the_facts() -> None:
    assert price(KITCHEN, Known({AREA: D(4), RUSH: D(0), STONE: D(0)}), quantity=D(20)).exact == D(1600)


def test_length_by_width() -> None:
    rules = PriceRules(unit_price=D(10), quantity=Quantity(of=("answer.length", "answer.width")))
    assert price(rules, Known({"answer.length": D(3), "answer.width": D("2.5")})).exact == D(75)
    assert price(rules, Known({"answer.length": D(3)})).missing_for_exact == ("answer.width",)


def test_a_fixed_price_needs_nothing() -> None:
    assert price(PriceRules(unit_price=D(5000)), Known()).exact == D(5000)


amounts = st.integers(0, 500).map(D)
quantities = st.integers(1, 40).map(lambda number: D(number) / 2)
rules = st.builds(
    PriceRules,
    unit_price=amounts,
    quantity=st.tuples(quantities, quantities).map(
        lambda pair: Quantity(of=(AREA,), usual=(min(pair), max(pair)), step=D("0.5"))
    ),
    tiers=st.lists(st.builds(Tier, quantities, amounts), max_size=3, unique_by=lambda tier: tier.start).map(
        tuple
    ),
    minimum=st.none() | amounts,
    options=st.lists(
        st.builds(
            Option, st.just("stone"), st.just({}), amounts, st.sampled_from(["unit", "once"]), st.just(STONE)
        ),
        max_size=1,
    ).map(tuple),
    surcharges=st.lists(
        st.builds(
            Surcharge,
            st.just("rush"),
            st.just({}),
            st.integers(-50, 50).map(D) | st.none(),
            st.integers(-100, 100).map(D),
            st.just(RUSH),
        ),
        max_size=1,
    ).map(tuple),
)


@given(rules, st.data())
def test_the_exact_price_lies_in_every_range_on_the_way(rules: PriceRules, data: st.DataObject) -> None:
    assert rules.quantity.usual is not None
    low, high = (int(each * 2) for each in rules.quantity.usual)
    facts = {
        AREA: D(data.draw(st.integers(low, high))) / 2,
        RUSH: D(data.draw(st.integers(0, 1))),
        STONE: D(data.draw(st.integers(0, 1))),
    }
    exact = price(rules, Known(facts)).exact
    assert exact is not None
    for known in ({}, {AREA: facts[AREA]}, {RUSH: facts[RUSH]}, {STONE: facts[STONE], RUSH: facts[RUSH]}):
        found = price(rules, Known(known))
        assert found.low is not None
        assert found.high is not None
        assert found.low <= exact <= found.high
