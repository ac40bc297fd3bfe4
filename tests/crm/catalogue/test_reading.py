"""Rule documents: what is read is written the same, and every fault is told with its place."""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.conditions import FieldType, answer_field
from crm.catalogue.errors import BadRules
from crm.catalogue.reading import facts_used, read_rules, written

FIELDS = {
    field.key: field
    for field in (
        answer_field("length", FieldType.NUMBER, "Length"),
        answer_field("rush", FieldType.BOOLEAN, "In a hurry"),
        answer_field("city", FieldType.PLACE, "City"),
    )
}
RUSH = {"field": "answer.rush", "op": "is", "value": True}
KITCHEN: dict[str, Any] = {
    "quantity": {"of": ["answer.length"], "usual": ["3", "7"], "step": "0.5"},
    "tiers": [{"from": "6", "unit_price": "180000"}],
    "minimum": "500000",
    "options": [{"key": "oven", "title": {"en": "Oven"}, "price": "180000", "per": "once"}],
    "surcharges": [{"key": "rush", "title": {"en": "Within a week"}, "percent": "15", "when": RUSH}],
    "includes": [{"title": {"en": "Delivery"}}],
}


def read(document: Any) -> Any:
    return read_rules(document, unit_price=Decimal(1), fields=FIELDS)


def faults(document: Any) -> list[str]:
    with pytest.raises(BadRules) as refusal:
        read(document)
    return [fault.path for fault in refusal.value.faults]


def test_what_is_read_is_written_the_same() -> None:
    rules = read(KITCHEN)
    assert written(rules) == KITCHEN
    assert facts_used(rules) == ("answer.length", "answer.rush")


def test_a_product_without_rules_has_a_fixed_price() -> None:
    assert written(read({})) == {}


@pytest.mark.parametrize(
    ("document", "paths"),
    [
        ([], [""]),
        ({"price": "1"}, ["price"]),
        ({"minimum": 1.5}, ["minimum"]),
        ({"minimum": "-1"}, ["minimum"]),
        ({"minimum": "1e30"}, ["minimum"]),
        ({"minimum": True}, ["minimum"]),
        ({"minimum": "NaN"}, ["minimum"]),
        ({"quantity": {"of": ["answer.city"]}}, ["quantity.of[0]"]),
        ({"quantity": {"of": ["answer.gone"]}}, ["quantity.of[0]"]),
        ({"quantity": {"of": [{}]}}, ["quantity.of[0]"]),
        ({"quantity": {"of": ["answer.length"], "usual": ["7", "3"]}}, ["quantity.usual"]),
        ({"quantity": {"of": ["answer.length"], "usual": ["0", "3"]}}, ["quantity.usual[0]"]),
        ({"quantity": {"usual": ["1", "3"]}}, ["quantity.usual"]),
        ({"quantity": {"step": "0"}}, ["quantity.step"]),
        ({"tiers": [{"from": "0"}]}, ["tiers[0].from", "tiers[0].unit_price"]),
        ({"tiers": [{"from": "2", "unit_price": "1"}] * 2}, ["tiers[1].from"]),
        ({"tiers": {"from": "2"}}, ["tiers"]),
        ({"options": [{"key": "A b", "title": {"en": "x"}, "price": "1"}]}, ["options[0].key"]),
        (
            {"options": [{"key": "a", "title": {"de": "x"}, "price": "1"}]},
            ["options[0].title.de", "options[0].title"],
        ),
        ({"options": [{"key": "a", "title": {"en": " "}, "price": "1"}]}, ["options[0].title"]),
        ({"options": [{"key": "a", "title": {"en": "x"}, "price": "0.1234567"}]}, ["options[0].price"]),
        ({"options": [{"key": "a", "title": {"en": "x"}, "price": "1", "per": "day"}]}, ["options[0].per"]),
        ({"surcharges": [{"key": "a", "title": {"en": "x"}}]}, ["surcharges[0]"]),
        (
            {"surcharges": [{"key": "a", "title": {"en": "x"}, "percent": "5", "amount": "5"}]},
            ["surcharges[0]"],
        ),
        (
            {
                "options": [{"key": "a", "title": {"en": "x"}, "price": "1"}],
                "surcharges": [{"key": "a", "title": {"en": "x"}, "percent": "5"}],
            },
            ["surcharges[0].key"],
        ),
        (
            {
                "surcharges": [
                    {
                        "key": "a",
                        "title": {"en": "x"},
                        "percent": "5",
                        "when": {"all": [RUSH, {"field": "lead.score", "op": "gte", "value": 1}]},
                    }
                ]
            },
            ["surcharges[0].when.all[1].field"],
        ),
    ],
)
def test_each_fault_has_its_place(document: Any, paths: list[str]) -> None:
    assert faults(document) == paths


ODD = [None, True, 0, -3, 2.5, "", "x", "1e9", "-7", [], ["answer.length"], {}, {"en": "x"}, [{}], [None]]


def places(document: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every part of a document."""
    parts = document.items() if isinstance(document, dict) else enumerate(document)
    found = []
    for name, part in parts:
        found.append((*path, name))
        if isinstance(part, dict | list):
            found += places(part, (*path, name))
    return found


@example([(("surcharges", 0, "percent"), None)])
@given(st.lists(st.tuples(st.sampled_from(places(KITCHEN)), st.sampled_from(ODD)), min_size=1, max_size=3))
def test_whatever_is_sent_is_read_or_refused_with_places(changes: list[tuple[tuple[Any, ...], Any]]) -> None:
    document = deepcopy(KITCHEN)
    for path, value in changes:
        part: Any = document
        for name in path[:-1]:
            part = part[name] if _has(part, name) else {}
        if _has(part, path[-1]):
            part[path[-1]] = value
    try:
        rules = read(document)
    except BadRules as refusal:
        told = refusal.faults
    else:
        told = ()
        assert read(written(rules)) == rules
    assert all(fault.message for fault in told)


def _has(part: Any, name: Any) -> bool:
    return name in part if isinstance(part, dict) else isinstance(part, list) and name in range(len(part))
