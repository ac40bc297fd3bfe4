from typing import Any

import pytest

from core.access.models import User
from core.company.models import CompanyProfile
from crm.scoring.forms import ScoringRuleForm, ThresholdsForm, rule_fields
from crm.scoring.models import ScoringRule
from crm.scoring.queries import published, rule_book
from crm.scoring.rows import Row, to_json, to_rows
from tests.factories.core import AdminFactory
from tests.factories.crm import CriterionFactory, RuleFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(company: CompanyProfile) -> User:
    CriterionFactory(key="start", kind="duration", name="Start")
    CriterionFactory(key="budget", kind="money", name="Budget")
    CriterionFactory(key="interest", kind="choice", name="Interest", values=["kitchen", "sofa"])
    CriterionFactory(key="visit", kind="date", name="Visit")
    CriterionFactory(key="abroad", kind="yes_no", name="Abroad")
    CriterionFactory(key="city", kind="place", name="City")
    return AdminFactory(name="Anna")


def form_data(*rows: tuple[str, ...], **values: Any) -> dict[str, Any]:
    data: dict[str, Any] = {"name": "Rule", "group": "fit", "points": "2", "join": "all", **values}
    data |= {"rows-TOTAL_FORMS": len(rows), "rows-INITIAL_FORMS": 0}
    for number, row in enumerate(rows):
        for name, value in zip(("field", "op", "value", "value_to"), row, strict=False):
            data[f"rows-{number}-{name}"] = value
    return data


def drams(amount: int) -> dict[str, str]:
    return {"amount": f"{amount}.0000", "currency": "AMD"}


@pytest.mark.parametrize(
    ("row", "json"),
    [
        (Row("answer.start", "lte", "7"), {"field": "answer.start", "op": "lte", "value": 7}),
        (
            Row("answer.budget", "gte", "1000000 AMD"),
            {"field": "answer.budget", "op": "gte", "value": drams(1_000_000)},
        ),
        (
            Row("answer.budget", "between", "1 AMD", "2 AMD"),
            {"field": "answer.budget", "op": "between", "value": [drams(1), drams(2)]},
        ),
        (
            Row("answer.interest", "in", "kitchen, sofa"),
            {"field": "answer.interest", "op": "in", "value": ["kitchen", "sofa"]},
        ),
        (Row("answer.abroad", "is", "true"), {"field": "answer.abroad", "op": "is", "value": True}),
        (Row("answer.city", "is", "Երևան"), {"field": "answer.city", "op": "is", "value": "Երևան"}),
        (
            Row("answer.visit", "before", "+7"),
            {"field": "answer.visit", "op": "before", "value": {"days_from_today": 7}},
        ),
        (
            Row("answer.visit", "is", "2026-03-31"),
            {"field": "answer.visit", "op": "is", "value": "2026-03-31"},
        ),
        (
            Row("lead.created_at", "within_last", "30"),
            {"field": "lead.created_at", "op": "within_last", "value": 30},
        ),
        (Row("contact.phone", "is_set"), {"field": "contact.phone", "op": "is_set"}),
    ],
)
def test_a_row_is_a_condition_and_back(anna: User, row: Row, json: dict[str, Any]) -> None:
    fields = rule_fields()
    assert to_json([row], "all", fields, "AMD") == json
    assert to_rows(json, fields) == ("all", [row])


def test_several_rows_are_joined(anna: User) -> None:
    form = ScoringRuleForm(
        form_data(("answer.start", "lte", "7"), ("answer.budget", "gte", "1,000,000"), join="any")
    )
    assert form.is_valid(), (form.errors, form.rows.errors)

    assert form.save(user=anna) is not None

    rule = ScoringRule.objects.get()
    assert (rule.name, rule.group, rule.points) == ("Rule", "fit", 2)
    assert rule.condition == {
        "any": [
            {"field": "answer.start", "op": "lte", "value": 7},
            {"field": "answer.budget", "op": "gte", "value": drams(1_000_000)},
        ]
    }


@pytest.mark.parametrize(
    ("row", "errors"),
    [
        (("answer.start", "lte", ""), {"value": ["Write a number, like 250 or 2.5."]}),
        (("answer.budget", "gte", "a lot"), {"value": ["Write an amount, like 500,000 AMD."]}),
        (("answer.budget", "between", "2", "1"), {"value": ["The first value is greater than the second."]}),
        (("answer.interest", "is", "boat"), {"value": ["“boat” is not among the options."]}),
        (("answer.interest", "in", ""), {"value": ["Give a list of 1 to 200 values."]}),
        (("answer.city", "is", ""), {"value": ["The text has nothing to compare."]}),
    ],
)
def test_faults_stand_in_their_row_in_plain_words(
    anna: User, row: tuple[str, ...], errors: dict[str, Any]
) -> None:
    form = ScoringRuleForm(form_data(("contact.phone", "is_set"), row))
    assert not form.is_valid()
    assert form.rows.errors == [{}, errors]


def test_a_rule_needs_a_row_and_points(anna: User) -> None:
    form = ScoringRuleForm(form_data(points="0"))
    assert not form.is_valid()
    assert form.errors["points"] == ["A rule gives at least one point, or takes one."]
    assert form.rows.non_form_errors() == ["Please submit at least 1 form."]


def test_the_comparisons_and_the_input_follow_the_field(anna: User) -> None:
    form = ScoringRuleForm(form_data(("answer.interest", "is", "sofa"), ("answer.abroad", "is", "true")))
    first, second = form.rows.forms
    assert [value for value, _ in first.fields["op"].choices] == [
        "is",
        "is_not",
        "in",
        "not_in",
        "is_set",
        "is_not_set",
    ]
    assert [value for value, _ in first.fields["value"].widget.choices] == ["", "kitchen", "sofa"]
    assert [value for value, _ in second.fields["value"].widget.choices] == ["", "true", "false"]


def test_what_scoring_decides_is_not_offered(anna: User) -> None:
    assert {"lead.score", "lead.grade"}.isdisjoint(rule_fields())
    assert {"answer.start", "lead.campaign", "contact.phone"} <= rule_fields().keys()


def test_an_opened_rule_shows_its_rows(anna: User) -> None:
    condition = {
        "any": [
            {"field": "answer.start", "op": "lte", "value": 7},
            {"field": "contact.phone", "op": "is_set"},
        ]
    }
    rule = RuleFactory(name="Soon", condition=condition, points=3)

    form = ScoringRuleForm(rule=rule, version=rule.rule_set.version)

    assert (form["name"].value(), form["points"].value(), form["join"].value()) == ("Soon", 3, "any")
    shown = [tuple(row[name].value() for name in ("field", "op", "value")) for row in form.rows]
    assert shown == [("answer.start", "lte", "7"), ("contact.phone", "is_set", "")]
    assert form["expected_version"].value() == rule.rule_set.version


def test_a_condition_with_groups_inside_keeps_its_shape(anna: User) -> None:
    condition = {"all": [{"none": [{"field": "contact.phone", "op": "is_set"}]}]}
    rule = RuleFactory(condition=condition)

    form = ScoringRuleForm({"name": "New name", "group": "fit", "points": "4", "join": "all"}, rule=rule)

    assert form.is_advanced
    assert form.is_valid(), form.errors
    assert form.save(user=anna) is not None
    assert [(each.name, each.points, each.condition.to_json()) for each in rule_book().rules] == [
        ("New name", 4, condition)
    ]


def test_the_second_editor_is_told(anna: User) -> None:
    rule = RuleFactory(rule_set__version=3)
    form = ScoringRuleForm(form_data(("contact.phone", "is_set"), expected_version="2"), rule=rule)
    assert form.is_valid()
    assert form.save(user=anna) is None
    assert form.non_field_errors() == [
        "Somebody else has published version 3 in the meantime. Look at it before you save."
    ]


def test_thresholds_have_a_form(anna: User) -> None:
    RuleFactory(rule_set__version=1)
    data = {"qualified": 5, "nurture": 1, "grade_a": 7, "grade_b": 4, "grade_c": 1, "expected_version": 1}
    form = ThresholdsForm(data, rule_set=published())
    assert form.is_valid()
    assert form.save(user=anna) is not None
    assert rule_book().thresholds.qualified == 5
    assert ThresholdsForm(rule_set=published())["grade_a"].value() == 7

    wrong = ThresholdsForm({**data, "nurture": 9, "expected_version": 2}, rule_set=published())
    assert wrong.is_valid()
    assert wrong.save(user=anna) is None
    assert wrong.non_field_errors() == ["“Qualified” needs at least as many points as “nurture”."]
