from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import translation

from desk.quotes.posted import number_of


@pytest.mark.parametrize(
    ("language", "text", "number"),
    [
        ("en", "1,500.50", "1500.50"),
        ("en", "1,500", "1500"),
        ("en", "1,5", "1.5"),
        ("en", "1,000,000", "1000000"),
        ("en", "0,5", "0.5"),
        ("ru", "1 500,50", "1500.50"),
        ("ru", "1,500", "1.500"),
        ("hy", "1.500,25", "1500.25"),
        ("ru", "1500.5", "1500.5"),
        ("az", "\u22125", "-5"),
        ("en", "many", None),
        ("en", "NaN", None),
        ("en", "1e999999999", None),
        ("en", "", None),
        ("en", "1_000", None),
        ("en", "٣", None),
    ],
)
def test_numbers_are_read_as_people_write_them(language: str, text: str, number: str | None) -> None:
    with translation.override(language):
        assert number_of(text) == (Decimal(number) if number else None)


@pytest.mark.parametrize("language", ["en", "ru", "hy", "az"])
def test_a_price_in_groups_is_thousands_in_every_language(language: str) -> None:
    with translation.override(language):
        assert number_of("84,000", is_price=True) == 84000
        assert number_of("0,500", is_price=True) == Decimal("0.5")
        assert number_of("84,5", is_price=True) == Decimal("84.5")
