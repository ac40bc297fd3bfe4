"""Beside the rules: what the draft does to the real leads, and to one typed in by hand."""

from __future__ import annotations

import pytest
from django.test import Client

from core.access.models import User
from crm.pipeline.models import Lead, Stage
from crm.scoring.models import ScoringRule
from crm.scoring.operations import RuleDraft, save_rule
from tests.desk.conftest import Counting
from tests.desk.reading import attributes, words
from tests.desk.settings.rules import BIG, URL
from tests.factories.crm import LeadFactory, LostReasonFactory
from tests.support import work_off

RICH = {"budget": {"amount": "900000.0000", "currency": "AMD"}}
KITCHEN = {"field": "answer.interest", "op": "is", "value": "kitchen"}


@pytest.fixture
def leads(rules: list[ScoringRule]) -> list[Lead]:
    stage = Stage.objects.get(name="New")
    made = LeadFactory.create_batch(3, stage=stage, answers=RICH)
    made.append(LeadFactory(stage=stage, answers={"interest": "kitchen"}, title="Ani's kitchen"))
    work_off(["jobs"])
    return made


def draft_kitchen(points: int = 9) -> None:
    save_rule(draft=RuleDraft("Kitchen", "fit", KITCHEN, points), user=User.objects.get(name="Anna Admin"))


def test_without_a_draft_the_points_of_now_are_shown(desk: Client, leads: list[Lead]) -> None:
    page = desk.get(f"{URL}effect/").content
    assert words(page, "effect-scope") == ["From all 4 open leads."]
    assert page.count(b'<rect class="is-before"') == 4
    assert b"is-after" not in page
    assert "every 1s" not in attributes(page, "#effect", "hx-trigger")[0]


def test_a_draft_shows_at_once_who_changes_and_by_which_rule(desk: Client, leads: list[Lead]) -> None:
    draft_kitchen()
    page = desk.get(f"{URL}effect/").content

    assert words(page, "effect-scope") == ["From all 4 open leads. 1 gets other points."]
    assert "every 1s" in attributes(page, "#effect", "hx-trigger")[0]
    assert words(page, "movers") == ["Ani's kitchen 0 → 9 +9 Kitchen"]
    (table, _figures) = words(page, "effect-table")
    assert "Qualified 0 1 +1 / −0" in table
    assert "Grade A 0 1 +1 / −0" in table

    work_off(["jobs"])
    done = desk.get(f"{URL}effect/").content
    assert "every 1s" not in attributes(done, "#effect", "hx-trigger")[0]
    assert words(done, "movers") == ["Ani's kitchen 0 → 9 +9 Kitchen"]


def test_past_leads_tell_how_well_the_points_part_them(desk: Client, leads: list[Lead]) -> None:
    reason = LostReasonFactory()
    for number in range(20):
        LeadFactory(stage=Stage.objects.get(name="Won"), answers={"interest": "kitchen"})
        taste = {"interest": "kitchen" if number < 4 else "sofa"}
        LeadFactory(stage=Stage.objects.get(name="Lost"), lost_reason=reason, answers=taste)
    draft_kitchen()
    page = desk.get(f"{URL}effect/").content.decode()
    assert "the won one has more points in 50 now, in 90 by the draft." in page


def test_too_few_past_leads_tell_nothing(desk: Client, leads: list[Lead]) -> None:
    assert "too few won and lost leads" in desk.get(f"{URL}effect/").content.decode()


def test_a_lead_typed_in_by_hand_is_scored_by_the_draft(desk: Client, leads: list[Lead]) -> None:
    draft_kitchen(3)
    typed = {"answer-budget": "600,000", "answer-interest": "kitchen", "phone": "091234567"}
    tested = desk.get(f"{URL}test-lead/", typed).content
    assert words(tested, "#tested") == [
        "A · 8 Qualified now 5 +3 Large budget +2 Left a phone +3 Kitchen",
    ]
    assert Lead.objects.count() == 4

    wrong = desk.get(f"{URL}test-lead/", {"answer-budget": "much"}).content
    assert words(wrong, "#tested") == ["Budget: Write an amount, like 500,000 AMD."]


def test_the_effect_costs_the_same_with_many_leads(
    desk: Client, leads: list[Lead], statements: Counting
) -> None:
    draft_kitchen()
    desk.get(f"{URL}effect/")
    with statements() as few:
        desk.get(f"{URL}effect/")
    LeadFactory.create_batch(20, stage=leads[0].stage, answers={"interest": "kitchen"})
    draft_kitchen(4)
    desk.get(f"{URL}effect/")
    with statements() as many:
        desk.get(f"{URL}effect/")
    assert len(many) <= len(few) <= 12


def test_what_a_draft_was_measured_by_stays_with_its_edit(desk: Client, leads: list[Lead]) -> None:
    draft_kitchen(1)
    desk.get(f"{URL}effect/")
    save_rule(draft=RuleDraft("Big", "fit", BIG, 1), user=User.objects.get(name="Anna Admin"))
    page = desk.get(f"{URL}effect/").content
    assert words(page, "effect-scope") == ["From all 4 open leads. 4 get other points."]
