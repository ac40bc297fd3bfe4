from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from core.access.models import User
from core.jobs.models import Job, JobStatus
from crm.pipeline.models import Lead, Pipeline, Stage
from crm.scoring.models import RuleSet, ScoringRule
from crm.scoring.operations import ConsequenceDraft, RuleDraft, publish_rules, save_rule
from crm.scoring.queries import published
from crm.scoring.scoring import Thresholds
from tests.desk.conftest import Counting
from tests.desk.reading import attributes, words
from tests.desk.settings.htmx import htmx, toast_of
from tests.desk.settings.rules import BIG, KITCHEN, URL, drafted, form, rule_url
from tests.factories.core import CompanyFactory
from tests.factories.crm import LeadFactory, LostReasonFactory, PhoneFactory
from tests.support import work_off

NOW = datetime(2026, 5, 5, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _at_one_moment() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def test_rules_are_sentences_in_their_groups(desk: Client, rules: list[ScoringRule]) -> None:
    page = desk.get(URL).content

    assert words(page, "rule") == [
        "+3 Large budget Budget is at least 500,000 AMD",
        "+2 Left a phone Phone is known",
    ]
    assert [text.split()[0] for text in words(page, "card-title")][:2] == ["Fit", "Engagement"]
    assert attributes(page, "#rules-mark", "value") == ["1.0.0"]


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


def test_a_saved_rule_stands_in_the_draft_until_it_is_published(
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

    assert words(answer.content, "rule")[0].startswith(
        "+5 Fits us changed Interest is one of: kitchen, sofa and Lead created is within the last 7 days"
    )
    assert attributes(answer.content, "#rules-mark", "value") == ["1.2.1"]
    assert words(answer.content, "#bar")[0].startswith(
        "Draft v2 changed by Anna Admin now · changed: Fits us"
    )
    assert "scoring:edited" in answer.headers["HX-Trigger"]
    assert published().version == 1  # type: ignore[union-attr]

    answer = desk.post(f"{URL}publish/", {"mark": "1.2.1"}, headers=htmx("work"))
    assert words(answer.content, "#bar")[0].startswith("Version 2 counts")
    assert {"scoring:published", "scoring:edited"} < set(json.loads(answer.headers["HX-Trigger"]))
    assert toast_of(answer) == "Version 2 is published; all leads are being scored again."
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
    assert words(bar, "progress-line") == ["Scoring all leads again 25 250 / 1,000"]

    Job.objects.update(status=JobStatus.FAILED)
    assert "has failed; the old scores stand" in words(desk.get(f"{URL}progress/").content, "#progress")[0]


def test_somebody_else_was_quicker(desk: Client, rules: list[ScoringRule]) -> None:
    other = User.objects.create_user("other@example.com", name="Other Admin")
    save_rule(draft=RuleDraft("Large budget", "fit", BIG, 4, rules[0].key), user=other)
    row = {"field": "contact.phone", "op": "is_set"}

    answer = desk.post(rule_url(rules[1]), form(row, name="Phone", points="7"), headers=htmx("x"))

    assert answer.status_code == 409
    assert words(answer.content, "alert-warning") == [
        (
            "Other Admin has changed the draft in the meantime. Look at it before you save. "
            "Changed there: Large budget Save again to write yours beside it."
        )
    ]
    assert attributes(answer.content, "#rules-mark", "value") == ["1.2.1"]
    assert attributes(answer.content, "#id_points", "value") == ["7"]
    again = form(row, name="Phone", points="7", group="engagement", mark="1.2.1")
    assert desk.post(rule_url(rules[1]), again, headers=htmx("x")).status_code == 200
    assert sorted(ScoringRule.objects.filter(rule_set__version=2).values_list("name", "points")) == [
        ("Large budget", 4),
        ("Phone", 7),
    ]


def test_who_saves_the_same_rule_second_sees_what_it_reads_now(
    desk: Client, rules: list[ScoringRule]
) -> None:
    other = User.objects.create_user("other@example.com", name="Other Admin")
    save_rule(draft=RuleDraft("Left a phone", "fit", BIG, 4, rules[1].key), user=other)
    row = {"field": "contact.phone", "op": "is_set"}

    answer = desk.post(rule_url(rules[1]), form(row, name="Phone", points="7"), headers=htmx("x"))

    assert words(answer.content, "alert-warning") == [
        (
            "Other Admin has changed the draft in the meantime. Look at it before you save. "
            "Changed there: Left a phone "
            "This rule now reads there: +4 Left a phone: Budget is at least 500,000 AMD "
            "Save again to write yours beside it."
        )
    ]


def test_a_condition_that_the_form_cannot_show_is_kept(desk: Client, pipeline: Pipeline) -> None:
    instant = {"field": "lead.created_at", "op": "after", "value": "2026-03-01T09:30:00Z"}
    publish_rules(rules=[RuleDraft("Exact", "fit", instant, 1)], thresholds=Thresholds(), user=None)
    rule = ScoringRule.objects.get()
    page = desk.get(rule_url(rule)).content.decode()
    assert "cannot be changed here; it stays as it is" in page
    assert 'name="joint-root"' not in page

    given = {"name": "Exactly", "group": "fit", "points": "2", "mark": "1.0.0"}
    desk.post(rule_url(rule), given, headers=htmx("x"))

    assert (drafted("Exactly").points, drafted("Exactly").condition) == (2, instant)


def test_a_rule_leaves_the_draft_and_an_earlier_version_is_brought_back(
    desk: Client, rules: list[ScoringRule]
) -> None:
    gone = desk.post(rule_url(rules[0], "delete/"), {"mark": "1.0.0"}, headers=htmx("x"))
    assert attributes(gone.content, "#rules-mark", "value") == ["1.2.1"]
    assert ScoringRule.objects.filter(rule_set__version=2).count() == 1

    late = desk.post(rule_url(rules[1], "delete/"), {"mark": "1.0.0"}, headers=htmx("x"))
    assert late.status_code == 409
    assert late.headers["HX-Retarget"] == "#work"
    assert toast_of(late).startswith("Anna Admin has changed the draft in the meantime.")

    desk.post(f"{URL}publish/", {"mark": "1.2.1"}, headers=htmx("work"))
    back = desk.post(f"{URL}roll-back/", {"to": "1", "mark": "2.0.0"}, headers=htmx("x"))
    assert words(back.content, "#bar")[0].startswith("Version 3 counts")
    page = desk.get(URL).content
    assert words(page, "rule")[0] == "+3 Large budget Budget is at least 500,000 AMD"
    (versions,) = words(page, "versions")
    assert versions == (
        "Version 3 in use Anna Admin now added: Large budget "
        "Version 2 Anna Admin now Roll back removed: Large budget Version 1 now Roll back"
    )
    assert "Roll back to v2" in words(page, "#bar")[0]
    assert desk.post(f"{URL}roll-back/", {"to": "77"}).status_code == 400


def test_the_draft_is_compared_and_thrown_away(desk: Client, rules: list[ScoringRule]) -> None:
    row = {"field": "lead.campaign", "op": "is_set"}
    desk.post(rule_url(rules[0]), form(row, name="Campaign", points="1"), headers=htmx("x"))
    compared = desk.get(f"{URL}compare/").content
    assert words(compared, "compared-rows") == [
        "Campaign +3 Fit: Budget is at least 500,000 AMD +1 Fit: Campaign is known"
    ]

    answer = desk.post(f"{URL}discard/", {"mark": "1.2.1"}, headers=htmx("work"))
    assert words(answer.content, "#bar")[0].startswith("Version 1 counts")
    assert RuleSet.objects.count() == 1


def test_rules_are_dragged_into_another_order(desk: Client, rules: list[ScoringRule]) -> None:
    order = [str(rules[1].key), str(rules[0].key)]
    answer = desk.post(f"{URL}rules/order/", {"order": order, "mark": "1.0.0"}, headers=htmx("rules"))
    assert answer.status_code == 200
    assert [rule.name for rule in ScoringRule.objects.filter(rule_set__version=2)] == [
        "Left a phone",
        "Large budget",
    ]
    assert desk.post(f"{URL}rules/order/", {"order": "x"}).status_code == 400


def test_doubts_stand_at_their_rule(desk: Client, pipeline: Pipeline) -> None:
    never = {"all": [{"field": "lead.source", "op": "is", "value": each} for each in ("webchat", "api")]}
    drafts = [RuleDraft("Never", "fit", never, 5), RuleDraft("All", "fit", {"all": []}, 9)]
    publish_rules(rules=drafts, thresholds=Thresholds(), user=None)
    assert words(desk.get(URL).content, "doubt") == [
        "This can never hold: its parts contradict each other.",
        "This holds for every lead, so it tells nobody apart.",
    ]


def test_thresholds_are_written_into_the_draft(desk: Client, rules: list[ScoringRule]) -> None:
    given = {
        "qualified": "9",
        "nurture": "3",
        "grade_a": "12",
        "grade_b": "7",
        "grade_c": "4",
        "mark": "1.0.0",
    }
    answer = desk.post(f"{URL}thresholds/", given, headers=htmx("thresholds"))

    assert attributes(answer.content, "#rules-mark", "value") == ["1.2.1"]
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
    assert attributes(late.content, "#rules-mark", "value") == ["1.2.1"]


def test_the_page_costs_the_same_with_many_rules_and_leads(
    desk: Client, rules: list[ScoringRule], statements: Counting
) -> None:
    CompanyFactory()
    desk.get(URL)
    with statements() as few:
        desk.get(URL)
    drafts = [RuleDraft(f"Rule {number}", "fit", KITCHEN, 1) for number in range(20)]
    told = [ConsequenceDraft(when, "notify", {"to": "owner"}) for when in ("qualified", "nurture", "not_fit")]
    for _number in range(3):
        publish_rules(rules=drafts, thresholds=Thresholds(), user=None, consequences=told)
    LeadFactory.create_batch(20, stage=Stage.objects.get(name="New"))
    with statements() as many:
        desk.get(URL)

    assert len(many) == len(few) <= 11
    assert Lead.objects.count() == 20


def test_empty_groups_teach(desk: Client) -> None:
    page = desk.get(URL).content.decode()
    assert page.count("No rules yet.") == 2
    assert "Everything published becomes a version that you can go back to." in page
