"""What a condition says before everything is known, and what it waits for."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.conditions import FieldType, Moment, answer_field, parse

AT = Moment(datetime(2026, 3, 5, tzinfo=UTC), "Asia/Yerevan")
NAMES = ("a", "b", "c")
FIELDS = {f"answer.{name}": answer_field(name, FieldType.BOOLEAN, name) for name in NAMES}


@dataclass
class Wish:
    answers: dict[str, Any] = field(default_factory=dict)


def yes(name: str) -> dict[str, Any]:
    return {"field": f"answer.{name}", "op": "is", "value": True}


def so_far(json: Any, **answers: bool) -> tuple[bool | None, tuple[str, ...]]:
    condition, wish = parse(json, "lead", fields=FIELDS), Wish(answers)
    return condition.so_far(wish, AT, lambda each: True), condition.still_open(wish, AT, lambda each: True)


@pytest.mark.parametrize(
    ("json", "answers", "expected"),
    [
        (yes("a"), {}, (None, ("answer.a",))),
        (yes("a"), {"a": False}, (False, ())),
        ({"all": [yes("a"), yes("b")]}, {"a": True}, (None, ("answer.b",))),
        ({"all": [yes("a"), yes("b")]}, {"a": False}, (False, ())),
        ({"any": [yes("a"), yes("b")]}, {"b": True}, (True, ())),
        ({"any": [yes("a"), yes("b")]}, {"b": False}, (None, ("answer.a",))),
        ({"none": [yes("a"), yes("b")]}, {"a": True}, (False, ())),
        ({"none": [yes("a"), yes("b")]}, {"a": False}, (None, ("answer.b",))),
        ({"all": []}, {}, (True, ())),
        ({"any": []}, {}, (False, ())),
        ({"field": "answer.a", "op": "is_not_set"}, {}, (True, ())),
    ],
)
def test_known_parts_decide_as_soon_as_they_can(json: Any, answers: Any, expected: Any) -> None:
    assert so_far(json, **answers) == expected


def test_a_field_that_nobody_can_be_asked_for_is_as_it_is() -> None:
    assert parse(yes("a"), "lead", fields=FIELDS).so_far(Wish(), AT, lambda each: False) is False


trees = st.recursive(
    st.sampled_from(NAMES).map(yes),
    lambda inner: st.tuples(st.sampled_from(["all", "any", "none"]), st.lists(inner, max_size=3)).map(
        lambda pair: {pair[0]: pair[1]}
    ),
    max_leaves=6,
)
known = st.dictionaries(st.sampled_from(NAMES), st.booleans())


@given(trees, known, known)
def test_what_is_decided_early_stays_so(json: Any, first: dict[str, bool], rest: dict[str, bool]) -> None:
    early, waits = so_far(json, **first)
    everything = dict.fromkeys(NAMES, False) | rest | first
    condition = parse(json, "lead", fields=FIELDS)
    assert so_far(json, **everything) == (condition.matches(Wish(everything), AT), ())
    assert (early is None) is bool(waits)
    assert early in (None, condition.matches(Wish(everything), AT))
