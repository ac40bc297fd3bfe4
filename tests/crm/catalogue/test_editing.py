"""One part of a rule document changed: the others stay, and keys are found by themselves."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from crm.catalogue.editing import entry_of, in_order, with_entry, with_parts, without_entry
from tests.factories.catalogue import KITCHEN_RULES

STONE = {"title": {"en": "Stone worktop", "ru": "Камень"}, "price": "65000"}


def keys(document: dict[str, Any], part: str) -> list[str]:
    return [each["key"] for each in document[part]]


def test_an_entry_is_added_with_a_key_from_its_title() -> None:
    made = with_entry(KITCHEN_RULES, "options", STONE)
    assert made["options"][-1] == {**STONE, "key": "stone_worktop"}
    assert keys(with_entry(made, "options", STONE), "options") == ["oven", "stone_worktop", "stone_worktop_2"]
    assert keys(with_entry(made, "surcharges", STONE), "surcharges") == ["rush", "stone_worktop_2"]
    assert KITCHEN_RULES["options"] == [entry_of(KITCHEN_RULES, "options", "oven")]


def test_titles_in_other_scripts_give_readable_keys_and_none_at_all_a_number() -> None:
    for title in ("Քարե սեղան", "Каменная", "Daş"):
        (key,) = keys(with_entry({}, "options", {"title": {"hy": title}}), "options")
        assert key.isascii()
        assert key != "option"
    assert keys(with_entry({}, "surcharges", {"title": {"en": "+++"}}), "surcharges") == ["surcharge"]
    assert len(keys(with_entry({}, "options", {"title": {"en": "x" * 90}}), "options")[0]) == 40


def test_an_entry_is_changed_in_its_place_and_keeps_its_key() -> None:
    both = with_entry(KITCHEN_RULES, "options", STONE)
    made = with_entry(both, "options", {"title": {"en": "Steam oven"}, "price": "99"}, "oven")
    assert made["options"][0] == {"title": {"en": "Steam oven"}, "price": "99", "key": "oven"}
    assert keys(made, "options") == ["oven", "stone_worktop"]


def test_an_entry_is_taken_out_and_one_that_is_gone_stays_gone() -> None:
    assert without_entry(KITCHEN_RULES, "options", "oven")["options"] == []
    assert without_entry(KITCHEN_RULES, "options", "grill")["options"] == KITCHEN_RULES["options"]


@given(st.permutations(["a", "b", "c", "d"]), st.integers(0, 4))
def test_an_order_loses_nothing(order: list[str], named: int) -> None:
    document = {"options": [{"key": key} for key in "abcd"]}
    made = keys(in_order(document, "options", order[:named]), "options")
    assert made[:named] == order[:named]
    assert made[named:] == [key for key in "abcd" if key not in order[:named]]


def test_parts_that_say_nothing_go() -> None:
    made = with_parts(KITCHEN_RULES, minimum=None, tiers=[], quantity={"of": ["answer.length"]})
    assert "minimum" not in made
    assert "tiers" not in made
    assert made["quantity"] == {"of": ["answer.length"]}
    assert made["options"] == KITCHEN_RULES["options"]
