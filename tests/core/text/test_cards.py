"""Card numbers are found however they are written; what only looks like one stays."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import clean_words, has_hidden_card, hide_cards
from core.text.cards import HIDDEN, cards_in, is_card

VISA = "4111111111111111"
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
WIDE = str.maketrans("0123456789", "".join(chr(0xFF10 + figure) for figure in range(10)))
BEGINNINGS = {
    "4": 16,
    "52": 16,
    "2221": 16,
    "2720": 16,
    "34": 15,
    "37": 15,
    "36": 14,
    "6011": 16,
    "62": 19,
    "9051": 16,
}


def check_digit(digits: str) -> str:
    return next(figure for figure in "0123456789" if luhn(digits + figure))


def luhn(digits: str) -> bool:
    doubled = [int(char) * (1 + place % 2) for place, char in enumerate(reversed(digits))]
    return sum(sum(divmod(figure, 10)) for figure in doubled) % 10 == 0


@st.composite
def cards(draw: st.DrawFn) -> str:
    beginning = draw(st.sampled_from(sorted(BEGINNINGS)))
    rest = BEGINNINGS[beginning] - len(beginning) - 1
    digits = beginning + draw(st.text("0123456789", min_size=rest, max_size=rest))
    return digits + check_digit(digits)


SEPARATORS = st.sampled_from(["", " ", "-", " - ", "\u00a0", "–", ".", "\u200b", "\u200f ", "\n"])
DIGITS = st.sampled_from([None, ARABIC, PERSIAN, WIDE])
WORDS = st.text(st.characters(exclude_categories=["Nd", "Cs"], exclude_characters="+#№/.-_"), max_size=20)


@given(cards(), SEPARATORS, DIGITS, WORDS, WORDS)
def test_a_card_is_hidden_however_it_is_written(
    card: str, separator: str, script: dict[int, int] | None, before: str, after: str
) -> None:
    written = separator.join(card[place : place + 4] for place in range(0, len(card), 4))
    if script:
        written = written.translate(script)
    hidden = hide_cards(f"{before} : {written} : {after}")
    assert hidden == f"{before} : {HIDDEN} : {after}"
    assert hide_cards(hidden) == hidden
    assert cards_in(f"{before} : {written} : {after}") == {card}


@given(st.text(st.characters(exclude_categories=["Nd", "Cs"])))
def test_a_text_without_digits_stays(text: str) -> None:
    assert hide_cards(text) == text


@given(st.text("0123456789 -", max_size=60))
def test_hiding_twice_changes_nothing_and_leaves_no_card_in_one_piece(text: str) -> None:
    once = hide_cards(text)
    assert hide_cards(once) == once
    assert not cards_in(once)


@given(st.sampled_from(["+374", "+7", "+994", "+1", "+995"]), st.text("0123456789", min_size=8, max_size=10))
def test_phones_stay(country: str, number: str) -> None:
    for text in (f"{country}{number}", f"{country} {number[:2]} {number[2:]}", f"0{number}"):
        assert hide_cards(f"call me: {text}") == f"call me: {text}"


@given(st.sampled_from([("AZ", 24), ("DE", 18), ("GE", 18), ("GB", 18), ("FR", 23)]), st.integers(0, 10**6))
def test_ibans_stay(country: tuple[str, int], seed: int) -> None:
    code, length = country
    chance = random.Random(seed)
    inside = ("NABZ" if code in ("AZ", "GB") else "") + "".join(chance.choices("0123456789", k=30))
    inside = inside[:length]
    whole = int("".join(str(int(char, 36)) for char in f"{inside}{code}00"))
    iban = f"{code}{98 - whole % 97:02d}{inside}"
    spaced = " ".join(iban[place : place + 4] for place in range(0, len(iban), 4))
    assert hide_cards(f"send it to {iban} please") == f"send it to {iban} please"
    assert hide_cards(f"IBAN {spaced}.") == f"IBAN {spaced}."


@pytest.mark.parametrize(
    "text",
    [
        "order 4111111111111111",
        "заказ № 4111111111111111",
        "#4111111111111111",
        "ORD-4111111111111111",
        "SKU4111111111111111",
        "4111111111111112",
        "1234567890123452",
        "353918058385697",  # a telephone's own number adds up, too
        "4820024700016 4850001270355",  # barcodes
        "1 500 000 - 2 000 000 dram, 12/05/2026 10:00",
        "099123456 091234567",
    ],
)
def test_what_only_looks_like_a_card_stays(text: str) -> None:
    assert hide_cards(text) == text


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        (f"card:{VISA}.", f"card:{HIDDEN}."),
        (f"VISA{VISA}", f"VISA{HIDDEN}"),
        (f"карта{VISA}", f"карта{HIDDEN}"),
        (f"քարտս {VISA} է", f"քարտս {HIDDEN} է"),
        ("4222222222222", HIDDEN),
        ("3782 822463 10005", HIDDEN),
        ("4111 1111 1111 1111 12/27 123", f"{HIDDEN} 12/27 •••"),
        ("4111-1111-1111-1111, CVV: 987 thanks", f"{HIDDEN}, CVV: ••• thanks"),
        ("+37499123456 4111 1111 1111 1111", f"+37499123456 {HIDDEN}"),
        ("4111 1111 1111 1111 or 5555 5555 5555 4444", f"{HIDDEN} or {HIDDEN}"),
        ("4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", HIDDEN),
    ],
)
def test_cards_in_sentences(text: str, hidden: str) -> None:
    assert clean_words(text) == hidden
    assert has_hidden_card(hidden)


def test_only_the_numbers_that_are_asked_for() -> None:
    assert hide_cards(f"{VISA} 5555555555554444", only={VISA}) == f"{HIDDEN} 5555555555554444"
    assert is_card(VISA)


def test_long_texts_take_no_time() -> None:
    assert hide_cards("1 " * 100_000)
    assert hide_cards("7" * 100_000) == "7" * 100_000
    assert hide_cards("AZ21" * 25_000) == "AZ21" * 25_000
