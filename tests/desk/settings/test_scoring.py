from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from core.access.models import User
from core.conditions import parse
from core.jobs.models import Job, JobStatus
from crm.pipeline.models import Lead, Pipeline, Stage
from crm.scoring.models import RuleSet, ScoringRule
from crm.scoring.operations import RuleDraft, publish_rules, save_rule
from crm.scoring.queries import published
from crm.scoring.scoring import Thresholds
from tests.desk.conftest import Counting
from tests.desk.reading import attributes, words
from tests.desk.settings.htmx import htmx, toast_of
from tests.factories.core import CompanyFactory
from tests.factories.crm import CriterionFactory, LeadFactory, LostReasonFactory, PhoneFactory
from tests.support import work_off

URL = "/settings/scoring/"
NOW = datetime(2026, 5, 5, 8, tzinfo=UTC)
BIG = {"field": "answer.budget", "op": "gte", "value": {"amount": "500000.0000", "currency": "AMD"}}
PHONE = {"field": "contact.phone", "op": "is_set"}
KITCHEN = {"field": "answer.interest", "op": "in", "value": ["kitchen", "sofa"]}


@pytest.fixture(autouse=True)
def _at_one_moment() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def rules(pipeline: Pipeline) -> list[ScoringRule]:
    """Version 1: a large budget for fit, a phone for engagement."""
    CriterionFactory(key="budget", kind="money", name="Budget")
    CriterionFactory(key="interest", kind="choice", name="Interest", values=["kitchen", "sofa", "wardrobe"])
    drafts = [RuleDraft("Large budget", "fit", BIG, 3), RuleDraft("Left a phone", "engagement", PHONE, 2)]
    rule_set = publish_rules(rules=drafts, thresholds=Thresholds(), user=None).rule_set
    return list(rule_set.rules.order_by("position"))


def rule_url(rule: ScoringRule, end: str = "") -> str:
    return f"{URL}rules/{rule.key}/{end}"


def form(*rows: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Rows of field, op, value (text or list) and unit, joined by all unless said otherwise."""
    given: dict[str, Any] = {"name": "A rule", "group": "fit", "points": "3", "joint": "all", "version": "1"}
    given["row"] = [f"r{number}" for number in range(len(rows))]
    for number, row in enumerate(rows):
        given |= {f"{name}-r{number}": value for name, value in row.items()}
    return given | changes


def test_rules_are_sentences_in_their_groups(desk: Client, rules: list[ScoringRule]) -> None:
    page = desk.get(URL).content

    assert words(page, "rule") == [
        "+3 Large budget Budget is at least 500,000 AMD",
        "+2 Left a phone Phone is known",
    ]
    assert [text.split()[0] for text in words(page, "card-title")][:2] == ["Fit", "Engagement"]
    assert attributes(page, "#rules-version", "value") == ["1"]


def test_each_rule_says_how_many_open_leads_it_holds_for(
    desk: Client, rules: list[ScoringRule], pipeline: Pipeline, statements: Counting
) -> None:
    new, lost = Stage.objects.get(name="New"), Stage.objects.get(name="Lost")
    rich = {"budget": {"amount": "900000.0000", "currency": "AMD"}}
    LeadFactory(stage=new, answers=rich)
    PhoneFactory(contact=LeadFactory(stage=new, answers=rich).contact)
    PhoneFactory(contact=LeadFactory(stage=lost, lost_reason=LostReasonFactory(), answers=rich).contact)
    desk.get(f"{URL}counts/")
    with statements() as sent:
        answer = desk.get(f"{URL}counts/")

    assert words(answer.content, "rule-count") == ["2 open leads", "1 open lead"]
    assert attributes(answer.content, "rule-count", "id") == [f"count-{rule.key}" for rule in rules]
    assert sum('COUNT("crm_lead"' in statement for statement in sent) == 1


def test_a_rule_that_can_hold_for_nobody_counts_nobody(desk: Client, pipeline: Pipeline) -> None:
    LeadFactory(stage=Stage.objects.get(name="New"))
    draft = RuleDraft("Never", "fit", {"any": []}, 1)
    publish_rules(
        rules=[draft, RuleDraft("Always", "fit", {"all": []}, 1)], thresholds=Thresholds(), user=None
    )

    assert words(desk.get(f"{URL}counts/").content, "rule-count") == ["0 open leads", "1 open lead"]


def test_saving_a_rule_publishes_and_scores_all_leads_again(
    desk: Client, admin: User, rules: list[ScoringRule]
) -> None:
    work_off(["jobs"])
    lead = LeadFactory(
        stage=Stage.objects.get(name="New"),
        answers={"interest": "kitchen"},
        created_at=NOW - timedelta(days=2),
    )
    rows = (
        {"field": "answer.interest", "op": "in", "value": ["kitchen", "sofa"]},
        {"field": "lead.created_at", "op": "within_last", "value": "7", "unit": "days"},
    )
    answer = desk.post(rule_url(rules[0]), form(*rows, name="Fits us", points="5"), headers=htmx("x"))

    assert toast_of(answer) == "Version 2 is published; all leads are being scored again."
    assert words(answer.content, "rule")[0].startswith(
        "+5 Fits us Interest is one of: kitchen, sofa and Lead created is within the last 7 days"
    )
    assert attributes(answer.content, "#rules-version", "value") == ["2"]
    rule_set = published()
    assert rule_set is not None
    assert (rule_set.version, rule_set.created_by) == (2, admin)
    assert rule_set.rules.get(key=rules[0].key).condition == {
        "all": [KITCHEN, {"field": "lead.created_at", "op": "within_last", "value": 7}]
    }

    progress = desk.get(f"{URL}progress/").content
    assert words(progress, "progress-line")[0].startswith("Scoring all leads again")
    assert "every 1s" in attributes(progress, "#progress", "hx-trigger")[0]
    work_off(["jobs"])
    lead.refresh_from_db()
    assert (lead.fit, lead.score, lead.grade) == (5, 5, "B")
    progress = desk.get(f"{URL}progress/").content
    assert words(progress, "#progress") == ["Last recalculated now · 1 lead"]
    assert "every" not in attributes(progress, "#progress", "hx-trigger")[0]


def test_a_running_job_shows_its_bar_and_a_failed_one_its_fault(
    desk: Client, rules: list[ScoringRule]
) -> None:
    Job.objects.update(status=JobStatus.RUNNING, done=250, total=1000)
    bar = desk.get(f"{URL}progress/").content
    assert attributes(bar, "progress", "value") == ["25"]
    assert words(bar, "progress-line") == ["Scoring all leads again 25 250 / 1000"]

    Job.objects.update(status=JobStatus.FAILED)
    assert "has failed; the old scores stand" in words(desk.get(f"{URL}progress/").content, "#progress")[0]


CASES = [
    (({"field": "contact.phone", "op": "is_set"},), {"joint": "all"}, PHONE),
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
        {"joint": "none"},
        {"none": [{"field": "lead.campaign", "op": "in", "value": ["spring", "summer"]}]},
    ),
    (
        (
            {"field": "lead.last_message_at", "op": "after", "value": "3", "unit": "ago"},
            {"field": "lead.next_step_at", "op": "before", "value": "2026-06-01", "unit": "date"},
        ),
        {"joint": "any"},
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
    made = ScoringRule.objects.get(rule_set__status="published", name="A rule")
    assert made.condition == stored == parse(stored, "lead").to_json()

    shown = desk.get(rule_url(made)).content.decode()
    tokens = attributes(shown.encode(), "condition", "class")
    assert len(tokens) == len(rows)
    assert 'name="joint"' in shown
    unchanged = _posted_back(shown)
    desk.post(rule_url(made), {**unchanged, "version": "2"}, headers=htmx("x"))
    assert ScoringRule.objects.get(rule_set__version=3, name="A rule").condition == stored


def _posted_back(html: str) -> dict[str, Any]:
    """What a browser would send for the form as it is shown."""
    from html.parser import HTMLParser

    class Form(HTMLParser):
        data: dict[str, list[str]] = {}
        select = ""
        first = True

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            given = {name: value or "" for name, value in attrs}
            if tag == "select":
                self.select, self.first = given["name"], True
            elif tag == "option":
                if self.first or "selected" in given:
                    self.data[self.select] = [given["value"]]
                self.first = False
            elif tag == "input" and (given.get("type") != "checkbox" or "checked" in given):
                self.data.setdefault(given["name"], []).append(given.get("value", ""))

    reader = Form()
    reader.data = {}
    reader.feed(html)
    return reader.data


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
        "Add at least one condition; without one everybody would get the points."
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
        return bytes(desk.get(f"{URL}condition/", {"row": "r1", **given}).content)

    choice = row(field="answer.interest", op="is")
    assert b'<option value="kitchen"' in choice
    assert row(field="answer.interest", op="in").count(b'type="checkbox"') == 3
    assert row(field="answer.budget", op="between").count(b'name="value-r1"') == 2
    assert b'name="value-r1"' not in row(field="answer.budget", op="is_set")
    assert b'type="date"' in row(field="lead.created_at", op="after", unit="date")
    assert b'type="number"' in row(field="lead.created_at", op="after", unit="ago")
    assert b'<option value="is" selected' in row(field="answer.interest", op="gte")


def test_somebody_else_was_quicker(desk: Client, rules: list[ScoringRule]) -> None:
    other = User.objects.create_user("other@example.com", name="Other Admin")
    theirs = RuleDraft("Large budget", "fit", BIG, 4, rules[0].key)
    save_rule(draft=theirs, user=other)
    row = {"field": "contact.phone", "op": "is_set"}

    answer = desk.post(rule_url(rules[1]), form(row, name="Phone", points="7"), headers=htmx("x"))

    assert answer.status_code == 409
    assert words(answer.content, "alert-warning") == [
        (
            "Other Admin has published version 2 in the meantime. Look at it before you save. "
            "Changed there: Large budget Save again to publish yours over it."
        )
    ]
    assert attributes(answer.content, "#rules-version", "value") == ["2"]
    assert attributes(answer.content, "#id_points", "value") == ["7"]
    again = desk.post(
        rule_url(rules[1]),
        form(row, name="Phone", points="7", group="engagement", version="2"),
        headers=htmx("x"),
    )
    assert toast_of(again).startswith("Version 3 is published")
    assert sorted(ScoringRule.objects.filter(rule_set__version=3).values_list("name", "points")) == [
        ("Large budget", 4),
        ("Phone", 7),
    ]


def test_a_nested_condition_is_shown_in_words_and_kept(desk: Client, pipeline: Pipeline) -> None:
    nested = {"all": [PHONE, {"any": [PHONE, {"field": "lead.campaign", "op": "is_set"}]}]}
    publish_rules(rules=[RuleDraft("Deep", "fit", nested, 1)], thresholds=Thresholds(), user=None)
    rule = ScoringRule.objects.get()
    page = desk.get(rule_url(rule)).content.decode()
    assert "Phone is known and (Phone is known or Campaign is known)" in page
    assert 'name="joint"' not in page

    given = {"name": "Deeper", "group": "fit", "points": "2", "version": "1"}
    desk.post(rule_url(rule), given, headers=htmx("x"))

    assert ScoringRule.objects.values_list("name", "points", "condition").get(rule_set__version=2) == (
        "Deeper",
        2,
        nested,
    )


def test_a_rule_is_deleted_and_the_version_before_brought_back(
    desk: Client, rules: list[ScoringRule]
) -> None:
    gone = desk.post(rule_url(rules[0], "delete/"), {"version": "1"}, headers=htmx("x"))
    assert attributes(gone.content, "#rules-version", "value") == ["2"]
    assert ScoringRule.objects.filter(rule_set__version=2).count() == 1

    late = desk.post(rule_url(rules[1], "delete/"), {"version": "1"}, headers=htmx("x"))
    assert late.status_code == 409
    assert late.headers["HX-Retarget"] == "#rules"
    assert toast_of(late).startswith("Anna Admin has published version 2 in the meantime.")

    back = desk.post(f"{URL}roll-back/", {"to": "1", "version": "2"}, headers=htmx("x"))
    assert back.headers["HX-Refresh"] == "true"
    page = desk.get(URL).content
    assert words(page, "rule")[0] == "+3 Large budget Budget is at least 500,000 AMD"
    (versions,) = words(page, "versions")
    assert versions == (
        "Version 3 in use Anna Admin now added: Large budget "
        "Version 2 Anna Admin now Roll back removed: Large budget Version 1 now Roll back"
    )
    assert desk.post(f"{URL}roll-back/", {"to": "77"}).status_code == 400


def test_thresholds_are_published_for_the_same_rules(desk: Client, rules: list[ScoringRule]) -> None:
    given = {
        "qualified": "9",
        "nurture": "3",
        "grade_a": "12",
        "grade_b": "7",
        "grade_c": "4",
        "version": "1",
    }
    answer = desk.post(f"{URL}thresholds/", given, headers=htmx("thresholds"))

    assert toast_of(answer).startswith("Version 2 is published")
    rule_set = RuleSet.objects.get(version=2)
    assert (rule_set.qualified_from, rule_set.grade_a_from, rule_set.rules.count()) == (9, 12, 2)
    wrong = desk.post(
        f"{URL}thresholds/", {**given, "nurture": "10", "grade_b": "20"}, headers=htmx("thresholds")
    )
    assert wrong.status_code == 422
    assert words(wrong.content, "#id_qualified_error") == [
        "“Qualified” needs at least as many points as “nurture”."
    ]
    assert words(wrong.content, "#id_grade_a_error") == ["Grade A needs at least as many points as B."]
    late = desk.post(f"{URL}thresholds/", {**given, "qualified": "8"}, headers=htmx("thresholds"))
    assert late.status_code == 409
    assert attributes(late.content, "#rules-version", "value") == ["2"]


def test_the_page_costs_the_same_with_many_rules_and_leads(
    desk: Client, rules: list[ScoringRule], statements: Counting
) -> None:
    CompanyFactory()
    desk.get(URL)
    with statements() as few:
        desk.get(URL)
    drafts = [RuleDraft(f"Rule {number}", "fit", KITCHEN, 1) for number in range(20)]
    for _number in range(3):
        publish_rules(rules=drafts, thresholds=Thresholds(), user=None)
    LeadFactory.create_batch(20, stage=Stage.objects.get(name="New"))
    with statements() as many:
        desk.get(URL)

    assert len(many) == len(few) <= 9
    assert Lead.objects.count() == 20


def test_empty_groups_teach(desk: Client) -> None:
    page = desk.get(URL).content.decode()
    assert page.count("No rules yet.") == 2
    assert "Every save becomes a version that you can go back to." in page
