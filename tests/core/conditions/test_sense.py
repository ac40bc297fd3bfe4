"""What can never hold, or always does, is known beforehand; and never said of what may go either way."""

from random import Random
from typing import Any

import pytest

from core.conditions import Sense, parse
from tests.core.conditions.samples import MOMENTS, saved
from tests.core.conditions.test_agreement import ASKABLE, leaf
from tests.core.conditions.things import FIELDS


def q(field: str, op: str, value: Any = None) -> dict[str, Any]:
    return {"field": field, "op": op} | ({} if value is None else {"value": value})


def amd(amount: int, currency: str = "AMD") -> dict[str, Any]:
    return {"amount": amount, "currency": currency}


@pytest.mark.parametrize(
    "json",
    [
        {"any": []},
        {"all": [q("score", "gt", 5), q("score", "lt", 5)]},
        {"all": [q("score", "gte", 5), q("score", "lt", 5)]},
        {"all": [q("score", "between", [1, 3]), {"all": [q("score", "gt", 3)]}]},
        {"all": [q("grade", "is", "A"), q("grade", "is", "B")]},
        {"all": [q("grade", "in", ["A", "B"]), q("grade", "not_in", ["A", "B"])]},
        q("grade", "not_in", ["A", "B", "C"]),
        {"all": [q("grade", "is_not", "A"), q("grade", "is_not", "B"), q("grade", "is_not", "C")]},
        {"all": [q("score", "is", 3), q("score", "gt", 3)]},
        {"all": [q("name", "is", "Երևան"), q("name", "is", "Baku")]},
        {"all": [q("score", "is_set"), q("score", "is_not_set")]},
        {"all": [q("score", "is_not_set"), q("score", "lt", 3)]},
        {"all": [q("value", "gte", amd(5)), q("value", "lte", amd(9, "USD"))]},
        {"all": [q("value", "gte", amd(5)), q("value", "lte", amd(4))]},
        {"all": [q("tags", "has_all", ["vip"]), q("tags", "has_none", ["vip", "new"])]},
        {"all": [q("tags", "has_any", ["vip"]), q("tags", "has_none", ["vip", "new"])]},
        {"all": [q("active", "is", True), q("active", "is", False)]},
        {"all": [q("day", "gte", {"days_from_today": 3}), q("day", "lte", {"days_from_today": -2})]},
        {"all": [q("score", "gt", 5), {"none": [q("score", "gt", 5)]}]},
        {"any": [{"any": []}, {"all": [q("score", "is", 1), q("score", "is", 2)]}]},
        {"none": [{"all": []}, q("score", "is", 1)]},
        {"none": [{"any": [q("score", "is_set"), q("score", "is_not_set")]}]},
    ],
)
def test_what_can_never_hold(json: Any) -> None:
    assert parse(json, "thing", fields=FIELDS).sense is Sense.NEVER


@pytest.mark.parametrize(
    "json",
    [
        {"all": []},
        {"none": []},
        {"any": [q("score", "is_set"), q("score", "is_not_set")]},
        {"none": [{"all": [q("score", "gt", 5), q("score", "lt", 5)]}]},
    ],
)
def test_what_always_holds(json: Any) -> None:
    assert parse(json, "thing", fields=FIELDS).sense is Sense.ALWAYS


@pytest.mark.parametrize(
    "json",
    [
        {"all": [q("score", "gte", 5), q("score", "lte", 5)]},
        {"all": [q("grade", "in", ["A", "B"]), q("grade", "is_not", "A")]},
        {"all": [q("value", "gte", amd(5)), q("value", "is_not", amd(9, "USD"))]},
        {"all": [q("day", "gte", {"days_from_today": -3}), q("day", "before", "today")]},
        {"all": [q("seen", "is", "today"), q("seen", "is", "2026-03-02")]},
        {"any": [q("score", "gt", 5), q("score", "lt", 5)]},
    ],
)
def test_what_may_go_either_way(json: Any) -> None:
    assert parse(json, "thing", fields=FIELDS).sense is Sense.OPEN


def test_nothing_certain_is_said_that_is_not_so(things_table: None) -> None:
    told = 0
    for at in MOMENTS[:5]:
        random = Random(at.timezone)
        things = saved(at, random, 40)
        by_field: dict[str, list[Any]] = {}
        for asked, operator in ASKABLE:
            by_field.setdefault(asked.key, []).append((asked, operator))
        for _ in range(600):
            pairs = by_field[random.choice(sorted(set(by_field) - {"now"}))]
            leaves = [leaf(*random.choice(pairs), at, random) for _ in range(random.choice([1, 2, 3]))]
            inner = {random.choice(["all", "any", "none"]): leaves[1:]}
            condition = parse(
                {random.choice(["all", "any", "none"]): [leaves[0], inner]}, "thing", fields=FIELDS
            )
            answers = {condition.matches(thing, at) for thing in things}
            if condition.sense is Sense.NEVER:
                assert answers == {False}, condition.to_json()
            elif condition.sense is Sense.ALWAYS:
                assert answers == {True}, condition.to_json()
            told += condition.sense is not Sense.OPEN
    assert told > 100
