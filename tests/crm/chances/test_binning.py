from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from core.conditions import Money, Text
from crm.chances.binning import Known, Names, Ranges, names, of_json, parts, ranges

D = Decimal


def test_values_that_few_leads_have_are_another() -> None:
    cut = names({"webchat": 50, "x": 7, "email": 8, "": 90})

    assert cut == Names(("email", "webchat"))
    assert [cut.place(each) for each in ("email", "webchat", "x", "", None)] == [0, 1, 2, 3, 3]


def test_at_most_twelve_values_have_a_place_of_their_own() -> None:
    assert len(names({str(number): 10 + number for number in range(30)}).values) == 12
    assert "29" in names({str(number): 10 + number for number in range(30)}).values


def test_yes_no_and_places_are_named_by_what_is_compared() -> None:
    assert Names(("false", "true")).place(value=True) == 1
    assert Names(("erevan",)).place(Text("erevan", "Երևան")) == 0


def test_ranges_begin_at_their_edge() -> None:
    cut = Ranges((D(100), D(500)))

    assert [cut.place(D(each)) for each in ("99.99", "100", "499", "500", "9000")] == [0, 1, 1, 2, 2]
    assert cut.place(None) == 4


def test_money_of_another_currency_is_a_place_of_its_own() -> None:
    cut = Ranges((D(100),), "AMD")

    assert [cut.place(Money(D(200), currency)) for currency in ("AMD", "USD")] == [1, 2]


def test_edges_that_leave_a_range_empty_fall_away() -> None:
    assert ranges([D(5), D(5), D(9)], D(5)) == Ranges((D(9),))
    assert ranges([], None) == Ranges(())
    assert [parts(rarer) for rarer in (30, 59, 60, 150, 400)] == [2, 2, 3, 4, 5]


def test_known_or_not() -> None:
    assert [Known().place(each) for each in (Text("a", "a"), "", None)] == [0, 1, 1]


@given(
    st.one_of(
        st.builds(Names, st.lists(st.text(min_size=1), unique=True).map(tuple)),
        st.builds(
            Ranges,
            st.lists(st.decimals(-(10**9), 10**9, places=4), unique=True).map(
                lambda each: tuple(sorted(each))
            ),
            st.sampled_from(["", "AMD"]),
        ),
        st.just(Known()),
    ),
    st.one_of(st.none(), st.text(), st.booleans(), st.decimals(-(10**9), 10**9, places=4)),
)
def test_every_value_has_a_place_and_the_stored_form_reads_back(cut: Names, value: object) -> None:
    assert 0 <= cut.place(value) < cut.size
    assert of_json(cut.to_json()) == cut
