"""Time alone changes scores: points fade, spans run out, and each lead is scored again at its moment."""

from datetime import timedelta

import pytest

from core.company.models import CompanyProfile
from core.schedules import SCHEDULES
from crm.pipeline.models import Lead
from crm.scoring.models import ScoreEntry
from crm.scoring.operations import RuleDraft, publish_rules, rescore
from crm.scoring.operations.timing import rescore_due
from crm.scoring.queries import explain_score, moment
from crm.scoring.scoring import Thresholds
from tests.factories.crm import DAY, LeadFactory

pytestmark = pytest.mark.django_db

WROTE = RuleDraft(
    "Wrote",
    "engagement",
    {"field": "lead.last_message_at", "op": "is_set"},
    4,
    half_life_days=10,
    decays_from="lead.last_message_at",
)
LATELY = RuleDraft("Lately", "fit", {"field": "lead.created_at", "op": "within_last", "value": 7}, 2)


def publish(*rules: RuleDraft) -> None:
    publish_rules(rules=rules, thresholds=Thresholds(), user=None)


def days(number: float) -> timedelta:
    return timedelta(days=number)


def scores() -> list[int]:
    return list(Lead.objects.order_by("pk").values_list("score", flat=True))


def test_points_halve_in_their_half_life(company: CompanyProfile) -> None:
    publish(WROTE)
    lead = LeadFactory(last_message_at=DAY)
    seen = {}
    for age in (0, 1, 3, 10, 20, 29, 31):
        rescore(lead=lead, at=moment(DAY + days(age)))
        seen[age] = lead.engagement
    assert seen == {0: 4, 1: 4, 3: 3, 10: 2, 20: 1, 29: 1, 31: 0}
    assert sum(ScoreEntry.objects.values_list("points", flat=True)) == lead.score


def test_each_fall_waits_at_its_moment(company: CompanyProfile) -> None:
    publish(WROTE)
    lead = LeadFactory(last_message_at=DAY)
    rescore(lead=lead, at=moment(DAY))
    changes = []
    while lead.score_changes_at:
        at = lead.score_changes_at
        assert rescore_due(now=at - timedelta(microseconds=1)) == 0
        assert rescore_due(now=at) == 1
        lead.refresh_from_db()
        changes.append((round((at - DAY) / days(1), 1), lead.score))
    assert changes == [(1.9, 3), (6.8, 2), (14.2, 1), (30.0, 0)]
    assert list(ScoreEntry.objects.order_by("id").values_list("points", flat=True)) == [4, -1, -1, -1, -1]


def test_a_span_that_has_run_out_takes_its_points_back(company: CompanyProfile) -> None:
    publish(LATELY)
    lead = LeadFactory(created_at=DAY)
    rescore(lead=lead, at=moment(DAY + days(1)))
    lead.refresh_from_db()
    assert (lead.score, lead.score_changes_at) == (2, DAY + days(7) + timedelta(microseconds=1))
    entry = ScoreEntry.objects.get()
    assert entry.expires_at == lead.score_changes_at

    rescore_due(now=DAY + days(8))

    lead.refresh_from_db()
    assert (lead.score, lead.score_changes_at) == (0, None)
    assert list(ScoreEntry.objects.order_by("id").values_list("points", "reason")) == [
        (2, {"held": True}),
        (-2, {"held": False}),
    ]


def test_many_are_scored_by_one_statement(company: CompanyProfile, at_most) -> None:
    publish(LATELY)
    made = LeadFactory.create_batch(20, created_at=DAY)
    for lead in made:
        rescore(lead=lead, at=moment(DAY))
    rescore_due(now=DAY)
    with at_most(8):
        assert rescore_due(now=DAY + days(8)) == 20
    assert scores() == [0] * 20


def test_a_lead_without_the_instant_fades_from_its_creation(company: CompanyProfile) -> None:
    since = RuleDraft(
        "Phone",
        "engagement",
        {"all": []},
        4,
        half_life_days=10,
        decays_from="lead.last_message_at",
    )
    publish(since)
    lead = LeadFactory(created_at=DAY)
    rescore(lead=lead, at=moment(DAY + days(10)))
    assert lead.score == 2


def test_the_score_says_until_when_its_points_last(company: CompanyProfile) -> None:
    publish(WROTE)
    lead = LeadFactory(last_message_at=DAY)
    rescore(lead=lead, at=moment(DAY))
    (line,) = explain_score(lead, "en", moment(DAY))
    assert (line.points, line.until, line.version) == (4, lead.score_changes_at, 1)
    assert line.description == "Last message is known (halves every 10 days from “Last message” on)"


def test_a_sweep_finds_whose_moment_has_come() -> None:
    assert "crm.scoring.tasks.rescore_by_time" in {each.task for each in SCHEDULES.values()}
