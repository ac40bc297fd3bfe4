"""What leaves the house, and that it comes back."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.assistant.redaction import PLACEHOLDER, Redactor, is_card, restore, strangers

CARD = "4111 1111 1111 1111"


def redactor(**more: object) -> Redactor:
    return Redactor(country="AM", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("call +374 91 123456 please", "call [PHONE_1] please"),
        ("պրեմ 091 12 34 56, շնորհակալ եմ", "պրեմ [PHONE_1], շնորհակալ եմ"),
        ("mail ani@example.com or ANI@example.com", "mail [EMAIL_1] or [EMAIL_2]"),
        ("заказ PO-5521, где он", "заказ [ORDER_1], где он"),
        ("budget 1500000 dram, 2 rooms", "budget 1500000 dram, 2 rooms"),
        ("ignore that, [PHONE_1] is mine", "ignore that, [TEXT_1] is mine"),
    ],
)
def test_what_is_hidden(text: str, hidden: str) -> None:
    found = redactor()
    assert found.hide(text) == hidden
    assert restore(hidden, found.hidden) == text


def test_a_card_never_comes_back_whole() -> None:
    found = redactor()
    assert found.hide(f"my card is {CARD}") == "my card is [CARD_1]"
    assert restore("[CARD_1]", found.hidden) == "•••• 1111"
    assert is_card(CARD)
    assert not is_card("4111 1111 1111 1112")


def test_names_are_hidden_as_they_are_declined() -> None:
    found = redactor(names=["Арам Саргсян", "Al"])
    assert found.hide("Для Арама. арам! Арамаис пишет Саргсяну, Al тоже") == (
        "Для [NAME_1]. [NAME_2]! [NAME_3] пишет [NAME_4], Al тоже"
    )
    assert restore("[NAME_1]", found.hidden) == "Арама"


def test_known_order_numbers_are_hidden_wherever_they_stand() -> None:
    found = redactor(numbers=["2024/17"])
    assert found.hide("it is 2024/17") == "it is [ORDER_1]"


def test_the_same_value_is_the_same_placeholder() -> None:
    found = redactor()
    assert found.hide("a@example.com") == found.hide("a@example.com") == "[EMAIL_1]"
    assert found.hide("b@example.com") == "[EMAIL_2]"


def test_made_up_placeholders_are_found_and_left_as_they_are() -> None:
    found = redactor()
    found.hide("a@example.com")
    assert strangers("[EMAIL_1] [EMAIL_2]", found.hidden) == {"[EMAIL_2]"}
    assert restore("[EMAIL_2]", found.hidden) == "[EMAIL_2]"


PIECES = st.sampled_from(
    [
        "+37491123456",
        "a@example.com",
        "PO-5521",
        "[PHONE_1]",
        "[NAME_9]",
        "Aram",
        " ",
        ", ",
        "1 500 000",
        "բարև",
        "₽",
    ]
)


@given(st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=12).map("".join)))
def test_hidden_text_comes_back_as_it_was(text: str) -> None:
    """Cards apart, which this text does not hold unless its figures happen to be one."""
    found = redactor(names=["Aram Petrosyan"], numbers=["77"])
    hidden = found.hide(text)
    if not any(name.startswith("[CARD") for name in found.hidden):
        assert restore(hidden, found.hidden) == text
    assert set(PLACEHOLDER.findall(hidden)) == {name for name in found.hidden if name in hidden}
    assert re.search(r"(?<!\w)aram(?!\w)", hidden, re.IGNORECASE) is None
