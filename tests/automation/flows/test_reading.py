from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from automation.flows.events import Entity, Reading
from automation.flows.reading import reading
from conversations.understanding.types import Budget, EntityType, Intent, IntentName, Understanding
from conversations.understanding.types import Entity as Found


@pytest.mark.parametrize(
    ("type_", "value", "expected"),
    [
        (EntityType.BUDGET, Budget(maximum=Decimal(700_000)), {"amount": "700000.0000", "currency": "AMD"}),
        (
            EntityType.BUDGET,
            Budget(Decimal(1), Decimal(5), "USD"),
            {"amount": "5.0000", "currency": "USD"},
        ),
        (EntityType.TIMELINE_DAYS, 14, 14),
        (EntityType.QUANTITY, 3, 3),
        (EntityType.DATE, date(2026, 3, 2), "2026-03-02"),
        (EntityType.PLACE, "Երևան", {"raw": "Երևան", "norm": "erevan"}),
        (EntityType.PHONE, "+37499123456", "+37499123456"),
        (EntityType.EMAIL, "a@b.am", "a@b.am"),
        (EntityType.ORDER_NUMBER, "B-2207", "B-2207"),
    ],
)
def test_values_become_canonical(type_: EntityType, value: object, expected: object) -> None:
    understood = Understanding("hy", (Intent(IntentName.PRICE, 0.9),), (Found(type_, value, "said"),))  # type: ignore[arg-type]
    assert reading(understood, text="some words", currency="AMD") == Reading(
        "hy", ("price",), (Entity(str(type_), expected),)
    )


def test_what_cannot_be_stored_is_left_out() -> None:
    huge = Found(EntityType.BUDGET, Budget(maximum=Decimal(10) ** 30), "said")
    understood = Understanding("en", (Intent(IntentName.OTHER, 1.0),), (huge,))
    assert reading(understood, text="lots", currency="AMD").entities == ()


@pytest.mark.parametrize("text", ["", "👍", "7", "+374 99 123456", "?"])
def test_without_a_word_there_is_no_language(text: str) -> None:
    understood = Understanding("en", (Intent(IntentName.OTHER, 1.0),))
    assert reading(understood, text=text, currency="AMD").language is None
