from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.orders.numbers import number_key, storable


@pytest.mark.parametrize(
    "spelled", ["A-1042", " a 1042 ", "№ A-1042", "#a1042", "No. A1042", "А-1042", "a–1042"]
)
def test_one_number_in_its_spellings(spelled: str) -> None:
    assert number_key(spelled) == "a1042"


@pytest.mark.parametrize("nothing", ["", "  ", "--", "№", "#"])
def test_what_names_nothing(nothing: str) -> None:
    assert number_key(nothing) == ""


@given(st.text(max_size=80))
def test_what_is_stored_is_found_again(raw: str) -> None:
    assert number_key(storable(raw)) == number_key(raw)
    assert len(number_key(raw)) <= 60
