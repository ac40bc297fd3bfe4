import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import clean, clean_json, normalise, skeleton


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Hello \n\t World ", "hello world"),
        ("Երևան", "erevan"),
        ("Երեւան", "erevan"),
        ("Ереван", "erevan"),
        ("Yerevan", "erevan"),
        ("Erevan", "erevan"),
        ("ԲԱՐԵՎ", "barev"),
        ("Կարո՞ղ եք", "karogh eq"),
        ("Ոնց, ով, որտեղ", "vonts, ov, vortegh"),
        ("ուզում", "uzum"),
        ("qiymət", "qiymet"),
        ("İSTANBUL", "istanbul"),
        ("Şəki, Gəncə", "seki, gence"),
        ("сколько", "skolko"),
        ("Ёжик", "ezhik"),
        ("ﬁne №５", "fine no5"),
        ("Café", "cafe"),
        ("", ""),
    ],
)
def test_normalise(text: str, expected: str) -> None:
    assert normalise(text) == expected


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("խնդրում եմ", "xndrum em"),
        ("ուզում ենք", "ouzoum enk"),
        ("երաշխիք", "yerashkhik"),
        ("վաղը", "vaxy"),
        ("վաղը", "vaghy"),
        ("хочу", "hochu"),
        ("пятницу", "pyatnicu"),
        ("можно", "mojno"),
        ("qiymət", "qiymet"),
        ("sifariş", "sifarish"),
        ("helllooo", "hello"),
    ],
)
def test_skeleton_joins_spellings_of_one_sound(left: str, right: str) -> None:
    assert skeleton(left) == skeleton(right)


@given(st.text())
def test_folding_is_idempotent(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)
    assert skeleton(skeleton(text)) == skeleton(text)


@given(st.text(alphabet="աբգեևուոըխղabceghijkostyəğışçöüабвеёйхцчшщъыьэюяЁЙİI՞ \n'4@"))
def test_folding_is_idempotent_on_the_four_languages(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)
    assert skeleton(skeleton(text)) == skeleton(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\x00b", "ab"),
        ("a\r\nb\rc\n\td", "a\nb\nc\n\td"),
        ("\ud83dx\x7f\x9b", "x"),
        ("\u200f\u05e9\u05dc\u05d5\u05dd 👩\u200d👧", "\u200f\u05e9\u05dc\u05d5\u05dd 👩\u200d👧"),
    ],
)
def test_clean(text: str, expected: str) -> None:
    assert clean(text) == expected


@given(st.text(alphabet=st.characters()))
def test_cleaned_text_can_be_stored(text: str) -> None:
    cleaned = clean(text)
    assert "\x00" not in cleaned
    cleaned.encode()
    assert clean(cleaned) == cleaned


def test_clean_json_cleans_keys_and_values_and_drops_what_jsonb_refuses() -> None:
    value = {"a\x00": ["x\x00y", 1, True, None, math.nan, math.inf, 1.5], "b": {"c": "\ud800"}}
    assert clean_json(value) == {"a": ["xy", 1, True, None, None, None, 1.5], "b": {"c": ""}}


def test_clean_json_cuts_endless_nesting() -> None:
    deep: object = "leaf"
    for _ in range(900):
        deep = [deep]
    assert len(json.dumps(clean_json(deep))) == 204
