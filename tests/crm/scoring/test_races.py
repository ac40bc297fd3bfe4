"""Rules published while leads change: every score is the sum of its ledger, by the rules that count at the end."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Sum

from core.events.actor import SYSTEM
from crm.memory import forget_all
from crm.pipeline.models import Lead
from crm.pipeline.operations import apply_answers
from crm.pipeline.queries import locked_lead
from crm.qualification.operations import NewAnswer
from crm.scoring.errors import StaleDraft, StaleRules
from crm.scoring.models import RuleSet, ScoreEntry
from crm.scoring.operations import RuleDraft, publish_draft, publish_rules, rescore, roll_back, save_rule
from crm.scoring.queries import standing
from crm.scoring.scoring import Thresholds
from tests.factories.core import AdminFactory, CompanyFactory
from tests.factories.crm import CriterionFactory, LeadFactory
from tests.support import work_off

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 5


@pytest.fixture(autouse=True)
def _company(transactional_db: None) -> None:
    CompanyFactory()
    CriterionFactory(key="start", kind="number", name="Start")


def soon(points: int) -> list[RuleDraft]:
    return [RuleDraft("Soon", "fit", {"field": "answer.start", "op": "lte", "value": 7}, points)]


def at_once(*tasks: Callable[[], Any]) -> list[Any]:
    ready = Barrier(len(tasks))

    def run(task: Callable[[], Any]) -> Any:
        try:
            ready.wait(timeout=10)
            return task()
        except (StaleRules, StaleDraft) as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks))


def answered(lead: Lead, days: int) -> None:
    with transaction.atomic():
        apply_answers(lead=locked_lead(lead.pk), answers=[NewAnswer("start", days)], actor=SYSTEM)


def sums() -> dict[int, int]:
    rows = ScoreEntry.objects.values("lead").annotate(points=Sum("points")).values_list("lead", "points")
    return dict(rows)


def test_answers_during_a_recalculation_count_by_the_new_rules() -> None:
    leads = [LeadFactory(answers={}) for _ in range(4)]
    for points in range(1, ROUNDS + 1):
        days = 3 if points % 2 else 90
        publish_rules(rules=soon(points), thresholds=Thresholds(), user=None)

        at_once(lambda: work_off(["jobs"]), *(partial(answered, lead, days) for lead in leads[:2]))

        work_off(["jobs"])
        forget_all()
        expected = points if days == 3 else 0
        found = dict(Lead.objects.values_list("pk", "score"))
        assert found == {lead.pk: expected if lead in leads[:2] else 0 for lead in leads}
        assert {pk: score for pk, score in sums().items() if score} == {
            pk: score for pk, score in found.items() if score
        }


def test_a_publish_against_a_roll_back_leaves_one_that_counts_and_tells_the_other() -> None:
    anna, davit = AdminFactory(name="Anna"), AdminFactory(name="Davit")
    lead = LeadFactory(answers={"start": 3})
    publish_rules(rules=soon(1), thresholds=Thresholds(), user=anna)
    publish_rules(rules=soon(2), thresholds=Thresholds(), user=anna)
    save_rule(draft=RuleDraft("More", "fit", {"all": []}, 5), user=anna)
    seen, base = standing().mark, standing().published

    results = at_once(
        lambda: publish_draft(user=anna, mark=seen),
        lambda: roll_back(version=1, user=davit, expected_version=base.version if base else 0),
    )

    refused = [each for each in results if isinstance(each, StaleRules | StaleDraft)]
    (published,) = RuleSet.objects.filter(status="published")
    assert [each.who for each in refused] == [str(published.created_by)]
    work_off(["jobs"])
    lead.refresh_from_db()
    assert lead.score == (1 if published.created_by == davit else 7)
    assert sums() == {lead.pk: lead.score}


def test_the_same_lead_scored_twice_at_once_is_scored_once() -> None:
    lead = LeadFactory(answers={"start": 3})
    publish_rules(rules=soon(4), thresholds=Thresholds(), user=None)

    def score() -> None:
        with transaction.atomic():
            rescore(lead=locked_lead(lead.pk))

    at_once(score, score, lambda: work_off(["jobs"]))

    assert list(ScoreEntry.objects.values_list("lead", "points")) == [(lead.pk, 4)]
