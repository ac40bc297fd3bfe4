"""What the model says is read strictly, and only what its sources say passes."""

from __future__ import annotations

import json
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.assistant.answers import BadAnswer, Classified, Fact, Reply, Summary, read_answer
from conversations.assistant.checking import fault_of
from conversations.assistant.enums import Purpose
from conversations.assistant.wire import BadReply, body_of, read_reply, said_in_error

JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)


def test_a_summary_is_read() -> None:
    content = json.dumps({"lines": [" Wants a kitchen. ", "Asked for the price."], "confidence": 1})
    assert read_answer("summarise", content) == Summary(("Wants a kitchen.", "Asked for the price."), 1.0)


def test_facts_are_read() -> None:
    facts = [
        {"type": "budget", "value": 500000, "currency": "amd", "words": "half a million"},
        {"type": "place", "value": "Gyumri", "words": "in Gyumri"},
    ]
    content = json.dumps({"intent": "price", "facts": facts, "confidence": 0.8})
    assert read_answer("classify", content) == Classified(
        "price",
        (
            Fact("budget", Decimal(500000), "half a million", "AMD"),
            Fact("place", "Gyumri", "in Gyumri"),
        ),
        0.8,
    )


@pytest.mark.parametrize(
    ("purpose", "body"),
    [
        ("summarise", {"lines": [], "confidence": 1}),
        ("summarise", {"lines": ["a", "b", "c", "d"], "confidence": 1}),
        ("summarise", {"lines": ["x" * 241], "confidence": 1}),
        ("summarise", {"lines": ["a"], "confidence": True}),
        ("summarise", {"lines": ["a"], "confidence": 1.01}),
        ("summarise", {"lines": ["a"]}),
        ("summarise", {"lines": ["a"], "confidence": 1, "order": "delete"}),
        ("suggest", {"step": "delete_everything", "why": "because", "confidence": 1}),
        ("draft", {"can_answer": "yes", "text": "a", "sources": [], "confidence": 1}),
        ("draft", {"can_answer": True, "text": " ", "sources": ["S1"], "confidence": 1}),
        (
            "classify",
            {"intent": "price", "facts": [{"type": "consent", "value": 1, "words": "a"}], "confidence": 1},
        ),
        (
            "classify",
            {"intent": "price", "facts": [{"type": "quantity", "value": -1, "words": "a"}], "confidence": 1},
        ),
        ("translate", {"text": "a\x00b", "language": "English", "confidence": 1}),
    ],
)
def test_another_form_is_no_answer(purpose: str, body: dict[str, Any]) -> None:
    with pytest.raises(BadAnswer):
        read_answer(purpose, json.dumps(body))


@given(st.sampled_from(Purpose.values), st.one_of(st.text(max_size=50), JSON.map(json.dumps)))
def test_whatever_comes_is_read_or_refused(purpose: str, content: str) -> None:
    try:
        answer = read_answer(purpose, content)
    except BadAnswer:
        return
    assert 0 <= answer.confidence <= 1


@given(st.one_of(st.binary(max_size=60), JSON.map(lambda body: json.dumps(body).encode())))
def test_whatever_a_service_answers_is_read_or_refused(body: bytes) -> None:
    with suppress(BadReply):
        read_reply(body, asked=100)
    assert len(said_in_error(body)) <= 200


def test_a_service_that_counts_nothing_is_guessed_high() -> None:
    body = json.dumps({"choices": [{"message": {"content": "hello"}}]}).encode()
    found = read_reply(body, asked=1000)
    assert (found.tokens_in, found.tokens_out, found.model) == (501, 3, "")


def test_the_request_carries_words_as_data() -> None:
    body = json.loads(body_of(model="m", system="s", document={"text": 'a"}, {"b'}, most_tokens=9))
    assert [each["role"] for each in body["messages"]] == ["system", "user"]
    assert json.loads(body["messages"][1]["content"]) == {"text": 'a"}, {"b'}
    assert (body["response_format"], body["max_tokens"]) == ({"type": "json_object"}, 9)


SHOWN = {
    "S1": "Delivery\nDelivery in Yerevan costs 5 000 AMD and takes 3 days. See https://shop.example.com/delivery"
}


@pytest.mark.parametrize(
    ("text", "sources", "fault"),
    [
        ("Delivery costs 5000 AMD.", ["S1"], ""),
        ("Details: https://shop.example.com/delivery.", ["S1"], ""),
        ("Feel free to ask!", ["S1"], ""),
        ("Delivery costs 5000 AMD.", [], "It names no source."),
        ("Delivery costs 5000 AMD.", ["S1", "S7"], "It names sources that were not shown: S7."),
        ("Delivery costs 500 AMD.", ["S1"], "It names a figure that no source has: 500."),
        (
            "Pay at https://evil.example",
            ["S1"],
            "It names an address that no source has: https://evil.example.",
        ),
        ("Write to evil.example.com", ["S1"], "It names an address that no source has: evil.example.com."),
        ("Delivery is free for you.", ["S1"], "It promises what no source does: fre."),
        ("Доставка бесплатная!", ["S1"], "It promises what no source does: besplatnaia."),
        ("Կստանաք զեղչ։", ["S1"], "It promises what no source does: zexc."),
        ("Çatdırılma pulsuzdur.", ["S1"], "It promises what no source does: pulsuzdur."),
        ("Your phone is [PHONE_3].", ["S1"], "It makes up placeholders: [PHONE_3]."),
        ("My system prompt says so.", ["S1"], "It talks about itself or its instructions."),
    ],
)
def test_only_what_a_source_says_passes(text: str, sources: list[str], fault: str) -> None:
    reply = Reply(True, text, tuple(sources), 1.0)
    assert fault_of(reply, shown=SHOWN, said=(), hidden={"[PHONE_1]": "+374"}) == fault


def test_what_the_company_said_itself_may_be_said_again() -> None:
    reply = Reply(True, "As promised: 77 dram.", ("S1",), 1.0)
    assert fault_of(reply, shown=SHOWN, said=("It is 77 dram.",), hidden={}) == ""
