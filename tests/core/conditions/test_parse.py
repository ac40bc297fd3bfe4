from typing import Any

import pytest

from core.conditions import Condition, ConditionError, parse
from tests.core.conditions.things import FIELDS


def parsed(json: object) -> Condition:
    return parse(json, "thing", fields=FIELDS)


def leaf(field: str = "score", op: str = "gt", value: object = 1) -> dict[str, object]:
    return {"field": field, "op": op, "value": value}


def nested(depth: int) -> dict[str, Any]:
    return {"all": [nested(depth - 1)]} if depth else leaf()


@pytest.mark.parametrize(
    ("json", "path", "code"),
    [
        ([], "", "shape"),
        ({}, "", "shape"),
        ({"all": [], "any": []}, "", "shape"),
        ({"all": {}}, "all", "shape"),
        ({"all": [leaf(), "text"]}, "all[1]", "shape"),
        ({"all": [], "note": 1}, "note", "unknown_key"),
        ({"any": [leaf() | {"not": True}]}, "any[0].not", "unknown_key"),
        ({"all": [leaf(), {"any": [leaf("weight")]}]}, "all[1].any[0].field", "unknown_field"),
        ({"field": ["score"], "op": "is", "value": 1}, "field", "unknown_field"),
        ({"op": "is", "value": 1}, "field", "unknown_field"),
        (leaf(op="resembles"), "op", "unknown_operator"),
        ({"field": "score", "value": 1}, "op", "unknown_operator"),
        (leaf(op="contains", value="1"), "op", "operator_type"),
        (leaf("active", "is_not", True), "op", "operator_type"),
        ({"field": "score", "op": "gt"}, "value", "value_missing"),
        (leaf(op="is_set", value=True), "value", "value_unexpected"),
        (leaf(value="1"), "value", "value_type"),
        (leaf(value=True), "value", "value_type"),
        (leaf(value=1e300), "value", "value_range"),
        (leaf(op="in", value=3), "value", "value_list"),
        (leaf(op="in", value=[]), "value", "value_list"),
        (leaf(op="in", value=list(range(201))), "value", "value_list"),
        ({"none": [leaf(op="in", value=[1, "2"])]}, "none[0].value[1]", "value_type"),
        (leaf(op="between", value=[1]), "value", "value_list"),
        (leaf(op="between", value=[2, 1]), "value", "value_order"),
        (leaf("value", "gte", 500), "value", "value_type"),
        (leaf("value", "gte", {"amount": 500}), "value", "value_type"),
        (leaf("value", "gte", {"amount": "a lot", "currency": "AMD"}), "value", "value_range"),
        (leaf("value", "gte", {"amount": 10**16, "currency": "AMD"}), "value", "value_range"),
        (
            leaf("value", "between", [{"amount": 1, "currency": "AMD"}, {"amount": 2, "currency": "USD"}]),
            "value",
            "value_currency",
        ),
        (leaf("name", "contains", 5), "value", "value_type"),
        (leaf("name", "contains", "  "), "value", "value_empty"),
        (leaf("name", "contains", "a" * 501), "value", "value_range"),
        (leaf("grade", "is", "Z"), "value", "value_choice"),
        (leaf("tags", "has_any", ["vip", ""]), "value[1]", "value_type"),
        (leaf("active", "is", "yes"), "value", "value_type"),
        (leaf("day", "is", "tomorrow"), "value", "value_type"),
        (leaf("day", "is", "2025-02-29"), "value", "value_type"),
        (leaf("day", "is", "1816-01-01"), "value", "value_range"),
        (leaf("day", "is", {"days_from_today": 1.5}), "value", "value_type"),
        (leaf("day", "is", {"days_from_today": 10**6}), "value", "value_range"),
        (leaf("day", "before", "2025-03-01T10:00:00Z"), "value", "value_type"),
        (leaf("day", "within_last", {"hours": 2}), "value", "value_type"),
        (leaf("day", "between", ["today", {"days_from_today": -1}]), "value", "value_order"),
        (leaf("seen", "before", "2025-03-01T10:00:00"), "value", "value_type"),
        (leaf("seen", "before", "2025-03-01Tea"), "value", "value_type"),
        (leaf("seen", "within_last", {"weeks": 2}), "value", "value_type"),
        (leaf("seen", "within_last", -1), "value", "value_range"),
        (leaf("seen", "is_open", "yes"), "value", "value_type"),
    ],
)
def test_a_fault_is_named_with_its_path(json: object, path: str, code: str) -> None:
    with pytest.raises(ConditionError) as caught:
        parsed(json)
    assert (caught.value.path, caught.value.code) == (path, code)
    assert caught.value.message


def test_depth_and_number_are_limited() -> None:
    parsed(nested(6))
    with pytest.raises(ConditionError) as deep:
        parsed(nested(7))
    assert (deep.value.path, deep.value.code) == (".".join(["all[0]"] * 6) + ".all", "too_deep")
    parsed({"all": [{"any": [leaf()] * 30}, {"any": [leaf()] * 30}]})
    with pytest.raises(ConditionError) as many:
        parsed({"all": [{"any": [leaf()] * 30}, {"any": [leaf()] * 31}]})
    assert (many.value.path, many.value.code) == ("all[1].any[30]", "too_many")
    with pytest.raises(ConditionError) as wide:
        parsed({"all": [{"all": []}] * 61})
    assert (wide.value.path, wide.value.code) == ("all", "too_many")


@pytest.mark.parametrize(
    ("json", "canonical"),
    [
        ({"all": []}, {"all": []}),
        (leaf(value=7.0), leaf(value=7)),
        (leaf(op="in", value=[2, 1, 2.0]), leaf(op="in", value=[2, 1])),
        (
            leaf("value", "gte", {"amount": 500, "currency": "AMD"}),
            leaf("value", "gte", {"amount": "500.0000", "currency": "AMD"}),
        ),
        (leaf("name", "contains", "Երևան"), leaf("name", "contains", "Երևան")),
        (leaf("day", "is", "today"), leaf("day", "is", {"days_from_today": 0})),
        (leaf("seen", "before", "2025-03-01T10:00:00+04:00"), leaf("seen", "before", "2025-03-01T06:00:00Z")),
        (leaf("seen", "within_last", {"days": 7}), leaf("seen", "within_last", 7)),
        (leaf("seen", "within_last", {"minutes": 30}), leaf("seen", "within_last", {"minutes": 30})),
        ({"field": "seen", "op": "is_open"}, leaf("seen", "is_open", True)),
        ({"field": "tags", "op": "is_set", "value": None}, {"field": "tags", "op": "is_set"}),
    ],
)
def test_canonical_json_is_stable(json: object, canonical: object) -> None:
    assert parsed(json).to_json() == canonical
    assert parsed(canonical).to_json() == canonical


def test_the_fields_that_a_condition_uses() -> None:
    condition = parsed({"all": [leaf(), {"none": [leaf("answer.number"), leaf("score", "is_set", None)]}]})
    assert condition.fields_used() == frozenset({"score", "answer.number"})
    assert parsed({"any": []}).fields_used() == frozenset()
