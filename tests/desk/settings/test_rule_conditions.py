"""What an admin writes in the builder of conditions, and what is kept of it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from core.conditions import parse
from crm.scoring.models import RuleSet, ScoringRule
from tests.desk.reading import attributes, words
from tests.desk.settings.htmx import htmx
from tests.desk.settings.rules import PHONE, URL, drafted, form, posted_back, rule_url

PART = "/conditions/part/"

CASES = [
    (({"field": "contact.phone", "op": "is_set"},), {"joint-root": "all"}, PHONE),
    (
        ({"field": "answer.budget", "op": "between", "value": ["1,000", "2000.5"], "unit": "EUR"},),
        {},
        {
            "field": "answer.budget",
            "op": "between",
            "value": [{"amount": "1000.0000", "currency": "EUR"}, {"amount": "2000.5000", "currency": "EUR"}],
        },
    ),
    (
        ({"field": "lead.campaign", "op": "in", "value": "spring, summer ,"},),
        {"joint-root": "none"},
        {"none": [{"field": "lead.campaign", "op": "in", "value": ["spring", "summer"]}]},
    ),
    (
        (
            {"field": "lead.last_message_at", "op": "after", "value": "3", "unit": "ago"},
            {"field": "lead.next_step_at", "op": "before", "value": "2026-06-01", "unit": "date"},
        ),
        {"joint-root": "any"},
        {
            "any": [
                {"field": "lead.last_message_at", "op": "after", "value": {"days_from_today": -3}},
                {"field": "lead.next_step_at", "op": "before", "value": "2026-06-01"},
            ]
        },
    ),
    (
        ({"field": "lead.created_at", "op": "within_last", "value": "90", "unit": "minutes"},),
        {},
        {"field": "lead.created_at", "op": "within_last", "value": {"minutes": 90}},
    ),
    (
        ({"field": "contact.tags", "op": "has_any", "value": "vip"},),
        {},
        {"field": "contact.tags", "op": "has_any", "value": ["vip"]},
    ),
]


@pytest.mark.parametrize(("rows", "changes", "stored"), CASES)
def test_the_builder_writes_the_condition_language_and_reads_it_back(
    desk: Client, rules: list[ScoringRule], rows: Any, changes: dict[str, Any], stored: Any
) -> None:
    answer = desk.post(f"{URL}rules/new/", form(*rows, **changes), headers=htmx("x"))

    assert answer.status_code == 200, words(answer.content, "invalid-feedback")
    made = drafted("A rule")
    assert made.condition == stored == parse(stored, "lead").to_json()

    shown = desk.get(rule_url(made)).content.decode()
    tokens = attributes(shown.encode(), "condition", "class")
    assert len(tokens) == len(rows)
    assert 'name="joint-root"' in shown
    again = desk.post(rule_url(made), {**posted_back(shown), "name": "Again"}, headers=htmx("x"))
    assert again.status_code == 200
    assert drafted("Again").condition == stored


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (
            {"field": "answer.budget", "op": "gte", "value": "much", "unit": "AMD"},
            "Give an amount of at most 16 digits and a three-letter currency.",
        ),
        (
            {"field": "answer.budget", "op": "between", "value": ["5", "2"], "unit": "AMD"},
            "The first value is greater than the second.",
        ),
        ({"field": "answer.interest", "op": "in", "value": []}, "Give a list of 1 to 200 values."),
        ({"field": "lead.created_at", "op": "within_last", "value": "soon"}, "Give a whole number of days."),
        (
            {"field": "lead.created_at", "op": "after", "value": "2026-02-30", "unit": "date"},
            "Give a date, or a number of days from today.",
        ),
        ({"field": "contact.name", "op": "contains", "value": ""}, "A value is missing."),
    ],
)
def test_a_fault_stands_in_its_row_and_nothing_is_published(
    desk: Client, rules: list[ScoringRule], row: dict[str, Any], sentence: str
) -> None:
    good = {"field": "contact.phone", "op": "is_set"}
    answer = desk.post(f"{URL}rules/new/", form(good, row), headers=htmx("x"))

    assert answer.status_code == 422
    assert words(answer.content, "invalid-feedback") == [sentence]
    assert attributes(answer.content, "condition", "class") == ["condition", "condition is-bad"]
    assert RuleSet.objects.count() == 1


def test_other_faults_of_a_rule(desk: Client, rules: list[ScoringRule]) -> None:
    phone = {"field": "contact.phone", "op": "is_set"}
    none = desk.post(f"{URL}rules/new/", form(), headers=htmx("x"))
    assert words(none.content, "alert-danger") == [
        "Add at least one condition; without one everybody would be meant."
    ]
    zero = desk.post(f"{URL}rules/new/", form(phone, points="0"), headers=htmx("x"))
    assert words(zero.content, "#id_points_error") == ["A rule gives or takes at least one point."]
    circle = desk.post(
        f"{URL}rules/new/", form({"field": "lead.score", "op": "gte", "value": "3"}), headers=htmx("x")
    )
    assert circle.status_code == 422
    assert RuleSet.objects.count() == 1


def test_a_row_follows_its_field_and_operator(desk: Client, rules: list[ScoringRule]) -> None:
    def row(**asked: str) -> bytes:
        given = {f"{name}-r1": value for name, value in asked.items()}
        return bytes(desk.get(PART, {"purpose": "scoring", "row": "r1", "parent": "root", **given}).content)

    choice = row(field="answer.interest", op="is")
    assert b'<option value="kitchen"' in choice
    assert row(field="answer.interest", op="in").count(b'type="checkbox"') == 3
    assert row(field="answer.budget", op="between").count(b'name="value-r1"') == 2
    assert b'name="value-r1"' not in row(field="answer.budget", op="is_set")
    assert b'type="date"' in row(field="lead.created_at", op="after", unit="date")
    assert b'type="number"' in row(field="lead.created_at", op="after", unit="ago")
    assert b'<option value="is" selected' in row(field="answer.interest", op="gte")


def test_a_new_group_begins_with_a_row_of_its_own(desk: Client, rules: list[ScoringRule]) -> None:
    asked = {"purpose": "scoring", "parent": "root", "group": "1", "depth": "1"}
    group = desk.get(PART, asked).content
    node, row = re.findall(r'name="node" value="([^"]+)"', group.decode())
    assert node.startswith("group:")
    assert row.endswith(f":{node.split(':')[1]}")
    assert desk.get(PART, {"purpose": "other"}).status_code == 400


def test_groups_inside_groups_are_written_and_read_back(desk: Client, rules: list[ScoringRule]) -> None:
    given = form({"field": "contact.phone", "op": "is_set"})
    given["node"] = ["root", "row:r0:root", "group:g1:root", "row:r1:g1", "group:g2:g1", "row:r2:g2"]
    given |= {"joint-g1": "any", "field-r1": "lead.campaign", "op-r1": "is_set"}
    given |= {"joint-g2": "none", "field-r2": "contact.email", "op-r2": "is_set"}

    desk.post(f"{URL}rules/new/", given, headers=htmx("x"))

    stored = {
        "all": [
            PHONE,
            {
                "any": [
                    {"field": "lead.campaign", "op": "is_set"},
                    {"none": [{"field": "contact.email", "op": "is_set"}]},
                ]
            },
        ]
    }
    made = drafted("A rule")
    assert made.condition == stored
    shown = desk.get(rule_url(made)).content
    assert len(attributes(shown, "condition-group", "class")) == 3
    desk.post(rule_url(made), {**posted_back(shown.decode()), "name": "Again"}, headers=htmx("x"))
    assert drafted("Again").condition == stored


def test_an_empty_group_is_refused_at_its_place(desk: Client, rules: list[ScoringRule]) -> None:
    given = form({"field": "contact.phone", "op": "is_set"})
    given["node"] = [*given["node"], "group:g1:root"]
    answer = desk.post(f"{URL}rules/new/", given, headers=htmx("x"))
    assert answer.status_code == 422
    assert words(answer.content, "alert-danger") == [
        "Add at least one condition; without one everybody would be meant."
    ]
