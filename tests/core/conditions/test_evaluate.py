from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from core.conditions import Moment, PythonOnlyCondition, parse
from tests.core.conditions.things import FIELDS, WEEKDAYS, Owner, Thing

SATURDAY = datetime(2025, 3, 1, 8, tzinfo=UTC)
AT = Moment(SATURDAY, "Asia/Yerevan", WEEKDAYS)


def holds(thing: Thing, *leaf: Any, at: Moment = AT) -> bool:
    json = dict(zip(("field", "op", "value"), leaf, strict=False))
    return parse(json, "thing", fields=FIELDS).matches(thing, at)


@pytest.mark.parametrize(
    ("json", "held"),
    [
        ({"all": []}, True),
        ({"any": []}, False),
        ({"none": []}, True),
        ({"none": [{"any": []}]}, True),
        ({"none": [{"all": []}]}, False),
        ({"all": [{"any": []}, {"all": []}]}, False),
        ({"any": [{"any": []}, {"all": []}]}, True),
    ],
)
def test_empty_groups(json: object, held: bool) -> None:
    condition = parse(json, "thing", fields=FIELDS)
    assert condition.matches(Thing(), AT) is held
    assert condition.explain(Thing(), AT).held is held


@pytest.mark.parametrize(
    ("op", "value", "held"),
    [
        ("is", 5, True),
        ("is", 5.5, False),
        ("is_not", 5, False),
        ("in", [4, 5], True),
        ("not_in", [4, 5], False),
        ("gt", 5, False),
        ("gt", 4.9, True),
        ("gte", 5, True),
        ("lt", 5, False),
        ("lte", 5, True),
        ("between", [5, 6], True),
        ("between", [1, 5], True),
        ("between", [6, 7], False),
    ],
)
def test_numbers(op: str, value: object, held: bool) -> None:
    assert holds(Thing(score=5), "score", op, value) is held


def test_a_missing_value_fails_everything_but_is_not_set() -> None:
    empty = Thing()
    for field in FIELDS.values():
        if field.of_moment or field.key in {"mood", "letters"}:
            continue
        sample: dict[str, Any] = {
            "number": 1,
            "duration": 1,
            "money": {"amount": 1, "currency": "AMD"},
            "choice": "A",
            "multichoice": "A",
            "boolean": True,
            "date": "today",
            "datetime": "today",
        }
        value = sample.get(field.type, "1a")
        shapes = {"between": [value, value], "is_set": None, "is_not_set": None, "is_open": True}
        shapes |= {op: [value] for op in ("in", "not_in", "has_any", "has_all", "has_none")}
        shapes |= dict.fromkeys(["within_last", "within_next", "older_than"], 1)
        for op in field.operators:
            assert holds(empty, field.key, op, shapes.get(op, value)) is (op == "is_not_set"), (field.key, op)


def test_money_is_compared_in_its_currency_only() -> None:
    thing = Thing(amount=Decimal("500000.0000"), currency="AMD")
    assert holds(thing, "value", "gte", {"amount": 500_000, "currency": "AMD"}) is True
    assert holds(thing, "value", "gte", {"amount": 1, "currency": "USD"}) is False
    assert holds(thing, "value", "lt", {"amount": 10**9, "currency": "USD"}) is False
    assert holds(thing, "value", "is", {"amount": "500000", "currency": "USD"}) is False
    assert holds(thing, "value", "is_not", {"amount": "500000", "currency": "USD"}) is True
    assert holds(thing, "value", "is_not", {"amount": "500000", "currency": "AMD"}) is False


def test_text_is_compared_normalised() -> None:
    thing = Thing(
        answers={"place": {"raw": "Երևան", "norm": "erevan"}}, phone="+37491123456", email="ani@mail.am"
    )
    assert holds(thing, "answer.place", "is", "ԵՐԵՎԱՆ") is True
    assert holds(thing, "answer.place", "contains", "REV") is True
    assert holds(thing, "answer.place", "starts_with", "er") is True
    assert holds(thing, "answer.place", "starts_with", "van") is False
    assert holds(thing, "answer.place", "not_in", ["Գյումրի", "Երևան"]) is False
    assert holds(thing, "phone", "starts_with", "+374 (91)") is True
    assert holds(thing, "email", "is", "Ani@Mail.am") is True


@pytest.mark.parametrize(
    ("tags", "op", "value", "held"),
    [
        (["vip", "new"], "has_any", ["new", "old"], True),
        (["vip", "new"], "has_all", ["new", "old"], False),
        (["vip", "new"], "has_all", ["new", "vip"], True),
        (["vip", "new"], "has_none", ["old"], True),
        (["vip", "new"], "has_none", ["vip"], False),
        ([], "has_none", ["vip"], True),
        (None, "has_none", ["vip"], False),
        ([], "has_all", ["vip"], False),
        ([], "is_set", None, False),
        ([], "is_not_set", None, True),
        (["vip"], "is_set", None, True),
    ],
)
def test_lists(tags: list[str] | None, op: str, value: object, held: bool) -> None:
    assert holds(Thing(tags=tags), "tags", op, value) is held


@pytest.mark.parametrize(
    ("seen", "op", "value", "held"),
    [
        (datetime(2025, 2, 28, 20, tzinfo=UTC), "is", "today", True),
        (datetime(2025, 2, 28, 19, 59, tzinfo=UTC), "is", "today", False),
        (datetime(2025, 3, 1, 20, tzinfo=UTC), "is", "today", False),
        (datetime(2025, 3, 1, 20, tzinfo=UTC), "after", "2025-03-01", True),
        (datetime(2025, 3, 1, 19, 59, tzinfo=UTC), "after", "2025-03-01", False),
        (datetime(2025, 3, 1, 19, 59, tzinfo=UTC), "lte", "2025-03-01", True),
        (datetime(2025, 3, 1, 20, tzinfo=UTC), "lte", "2025-03-01", False),
        (datetime(2025, 2, 28, 19, 59, tzinfo=UTC), "before", "2025-03-01", True),
        (datetime(2025, 2, 28, 20, tzinfo=UTC), "gte", "2025-03-01", True),
        (datetime(2025, 3, 2, 19, 59, tzinfo=UTC), "between", ["2025-03-01", "2025-03-02"], True),
        (datetime(2025, 3, 1, 6, tzinfo=UTC), "before", "2025-03-01T10:00:00+04:00", False),
        (datetime(2025, 3, 1, 6, tzinfo=UTC), "is", "2025-03-01T10:00:00+04:00", True),
        (datetime(2025, 2, 22, 8, tzinfo=UTC), "within_last", 7, True),
        (datetime(2025, 2, 22, 7, 59, tzinfo=UTC), "within_last", 7, False),
        (datetime(2025, 3, 1, 8, 1, tzinfo=UTC), "within_last", 7, False),
        (datetime(2025, 3, 1, 7, 30, tzinfo=UTC), "within_last", {"minutes": 30}, True),
        (datetime(2025, 3, 1, 10, tzinfo=UTC), "within_next", {"hours": 2}, True),
        (datetime(2025, 2, 28, 8, tzinfo=UTC), "is_open", True, True),
        (datetime(2025, 3, 1, 8, tzinfo=UTC), "is_open", True, False),
        (datetime(2025, 3, 1, 8, tzinfo=UTC), "is_open", False, True),
    ],
)
def test_instants_against_days_of_the_zone(seen: datetime, op: str, value: object, held: bool) -> None:
    assert holds(Thing(seen=seen), "seen", op, value) is held


def test_dates_against_today() -> None:
    assert holds(Thing(day=date(2025, 3, 1)), "day", "is", "today") is True
    assert holds(Thing(day=date(2025, 2, 22)), "day", "within_last", 7) is True
    assert holds(Thing(day=date(2025, 2, 21)), "day", "within_last", 7) is False
    assert holds(Thing(day=date(2025, 3, 2)), "day", "within_next", 1) is True
    assert holds(Thing(day=date(2025, 3, 1)), "day", "before", {"days_from_today": 0}) is False
    in_utc = Moment(datetime(2025, 2, 28, 21, tzinfo=UTC), "UTC")
    assert holds(Thing(day=date(2025, 3, 1)), "day", "is", "today", at=in_utc) is False


def test_unknown_hours_are_neither_open_nor_closed() -> None:
    at = Moment(SATURDAY, "UTC")
    assert holds(Thing(seen=SATURDAY), "seen", "is_open", True, at=at) is False
    assert holds(Thing(seen=SATURDAY), "seen", "is_open", False, at=at) is False


def test_a_path_ends_at_a_missing_relation() -> None:
    assert holds(Thing(), "owner.number", "is_not_set") is True
    assert holds(Thing(owner=Owner(extra={"number": 3})), "owner.number", "is", 3) is True


def test_python_only_fields_have_no_query() -> None:
    mixed = {"any": [{"field": "mood", "op": "is", "value": "calm"}, {"field": "score", "op": "is_set"}]}
    condition = parse(mixed, "thing", fields=FIELDS)
    assert condition.python_only is True
    assert condition.matches(Thing(), AT) is True
    with pytest.raises(PythonOnlyCondition) as caught:
        condition.to_q(AT)
    assert caught.value.keys == frozenset({"mood"})
    assert parse({"field": "seen", "op": "is_open"}, "thing", fields=FIELDS).python_only is False
    assert parse({"field": "now", "op": "is_open"}, "thing", fields=FIELDS).python_only is False
