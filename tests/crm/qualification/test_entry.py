from typing import Any

import pytest

from core.conditions import FieldType
from crm.qualification import entry
from crm.qualification.errors import BadAnswer


@pytest.mark.parametrize(
    ("kind", "typed", "stored"),
    [
        ("number", "1,000,000", 1_000_000),
        ("number", "1 000 000", 1_000_000),
        ("number", "2,5", 2.5),
        ("number", "-3.25", -3.25),
        ("money", "500000", {"amount": "500000.0000", "currency": "AMD"}),
        ("money", "500 000 ֏", {"amount": "500000.0000", "currency": "AMD"}),
        ("money", "$1,200.50", {"amount": "1200.5000", "currency": "USD"}),
        ("money", "300 azn", {"amount": "300.0000", "currency": "AZN"}),
        ("duration", "7", 7),
        ("date", "2026-03-31", "2026-03-31"),
        ("date", "31.03.2026", "2026-03-31"),
        ("boolean", "true", True),
        ("boolean", "No", False),
        ("choice", "kitchen", "kitchen"),
        ("place", " Երևան\x00 ", {"raw": "Երևան", "norm": "erevan"}),
    ],
)
def test_typed_text_becomes_the_canonical_value_and_back(kind: str, typed: str, stored: Any) -> None:
    field_type = FieldType(kind)
    assert entry.read(field_type, typed, "AMD") == stored
    assert entry.read(field_type, entry.shown(field_type, stored), "AMD") == stored


@pytest.mark.parametrize(
    ("kind", "typed", "sentence"),
    [
        ("number", "many", "Write a number, like 250 or 2.5."),
        ("number", "NaN", "This number is too large."),
        ("number", "9" * 16, "This number is too large."),
        ("money", "a lot", "Write an amount, like 500,000 AMD."),
        ("duration", "-1", "Write a whole number of days."),
        ("duration", "1.5", "Write a whole number of days."),
        ("date", "31.02.2026", "Write a date, like 2026-03-31."),
        ("boolean", "maybe", "Choose yes or no."),
        ("text", "  ", "Write something."),
    ],
)
def test_what_cannot_be_read_is_refused_in_plain_words(kind: str, typed: str, sentence: str) -> None:
    with pytest.raises(BadAnswer) as refused:
        entry.read(FieldType(kind), typed, "AMD")
    assert str(refused.value) == sentence


def test_nothing_is_shown_for_nothing() -> None:
    assert entry.shown(FieldType.MONEY, None) == ""
    assert entry.shown(FieldType.DATE, "soon") == ""
