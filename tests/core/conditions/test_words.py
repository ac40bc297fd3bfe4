from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import translation
from django.utils.functional import lazy

from core.conditions import Condition, Field, FieldType, Moment, Money, Operator, parse
from core.conditions.words import operator_label, value_text
from tests.core.conditions.things import FIELDS, Thing

AT = Moment(datetime(2025, 3, 1, 8, tzinfo=UTC), "Asia/Yerevan")
BUDGET = {"field": "value", "op": "gte", "value": {"amount": 500_000, "currency": "AMD"}}
SOON = {"field": "wait", "op": "lte", "value": 7}
GRADE = {"field": "grade", "op": "in", "value": ["A", "B"]}


def parsed(json: object) -> Condition:
    return parse(json, "thing", fields=FIELDS)


@pytest.mark.parametrize(
    ("field", "op", "value", "words"),
    [
        ("score", "is", 2.5, "Score is 2.5"),
        ("score", "between", [1000, 2000], "Score is between 1,000 and 2,000"),
        ("value", "gte", {"amount": "500000", "currency": "AMD"}, "Value is at least 500,000 AMD"),
        ("wait", "lt", 1, "Wait is less than 1 day"),
        ("wait", "gt", 2.5, "Wait is more than 2.5 days"),
        ("name", "contains", "Երևան", "Name contains “Երևան”"),
        ("name", "not_in", ["a", "b"], "Name is none of: “a”, “b”"),
        ("grade", "is_not", "A", "Grade is not Best"),
        ("tags", "has_all", ["vip", "new"], "Tags has all of: vip, new"),
        ("active", "is", False, "Active is no"),
        ("day", "gte", "2025-03-01", "Day is on or after March 1, 2025"),
        ("day", "is", "today", "Day is today"),
        ("day", "before", {"days_from_today": -3}, "Day is before 3 days ago"),
        ("day", "before", {"days_from_today": 1}, "Day is before in 1 day"),
        ("day", "within_next", 7, "Day is within the next 7 days"),
        ("seen", "within_last", {"hours": 2}, "Seen is within the last 2 hours"),
        ("seen", "within_last", {"minutes": 1}, "Seen is within the last 1 minute"),
        ("seen", "is_open", True, "Seen is in business hours"),
        ("seen", "is_open", False, "Seen is outside business hours"),
        ("seen", "is_set", None, "Seen is known"),
        ("seen", "is_not_set", None, "Seen is not known"),
    ],
)
def test_a_leaf_is_a_sentence(field: str, op: str, value: object, words: str) -> None:
    assert parsed({"field": field, "op": op, "value": value}).describe("en") == words


@pytest.mark.parametrize(
    ("json", "words"),
    [
        ({"all": []}, "always"),
        ({"none": []}, "always"),
        ({"any": []}, "never"),
        ({"all": [SOON]}, "Wait is at most 7 days"),
        (
            {"all": [SOON, {"any": [BUDGET, GRADE]}]},
            "Wait is at most 7 days and (Value is at least 500,000 AMD or Grade is one of: Best, Good)",
        ),
        (
            {"all": [{"any": [SOON, GRADE]}]},
            "Wait is at most 7 days or Grade is one of: Best, Good",
        ),
        (
            {"any": [{"none": [SOON, GRADE]}]},
            "none of these: (Wait is at most 7 days; Grade is one of: Best, Good)",
        ),
    ],
)
def test_groups_are_joined(json: object, words: str) -> None:
    assert parsed(json).describe("en") == words


def test_words_follow_the_language_that_is_asked_for() -> None:
    label = lazy(lambda: {"en": "Budget", "ru": "Бюджет"}[translation.get_language() or "en"], str)()
    field = Field(
        key="budget", type=FieldType.MONEY, label=label, subjects=("x",), getter=lambda obj, at: None
    )
    condition = parse({"field": "budget", "op": "is_set"}, "x", fields={"budget": field})
    with translation.override("en"):
        assert "Бюджет" in condition.describe("ru")
        assert condition.describe() == "Budget is known"


def test_values_in_words() -> None:
    assert value_text(FIELDS["value"], Money(Decimal("1234.5000"), "USD")) == "1,234.5 USD"
    assert value_text(FIELDS["score"], Decimal("-0.000001")) == "-0.000001"
    assert value_text(FIELDS["tags"], ()) == "nothing"
    assert value_text(FIELDS["day"], date(2025, 3, 1)) == "March 1, 2025"
    assert value_text(FIELDS["seen"], AT.now, AT.zone) == "March 1, 2025, noon"
    assert value_text(FIELDS["seen"], None) == "not known"


def test_labels_for_builders_depend_on_the_type() -> None:
    assert operator_label(FieldType.NUMBER, Operator.GTE) == "is at least"
    assert operator_label(FieldType.DATE, Operator.GTE) == "is on or after"
    assert all(
        operator_label(field.type, operator) for field in FIELDS.values() for operator in field.operators
    )


def test_an_explanation_names_every_part() -> None:
    thing = Thing(amount=Decimal(300_000), currency="AMD", score=5, grade="")
    condition = parsed({"all": [SOON, {"none": [BUDGET, GRADE]}]})
    explanation = condition.explain(thing, AT, "en")
    assert explanation.held is True
    assert explanation.leaves()[0].actual == Decimal(5)
    assert explanation.to_json() == {
        "path": "",
        "description": "all of these hold",
        "held": True,
        "children": [
            {
                "path": "all[0]",
                "description": "Wait is at most 7 days",
                "held": True,
                "field": "wait",
                "actual": "5 days",
            },
            {
                "path": "all[1]",
                "description": "none of these holds",
                "held": True,
                "children": [
                    {
                        "path": "all[1].none[0]",
                        "description": "Value is at least 500,000 AMD",
                        "held": False,
                        "field": "value",
                        "actual": "300,000 AMD",
                    },
                    {
                        "path": "all[1].none[1]",
                        "description": "Grade is one of: Best, Good",
                        "held": False,
                        "field": "grade",
                        "actual": "not known",
                    },
                ],
            },
        ],
    }
