"""Two connections at once: nobody's change is lost, and the slower one hears of it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction

from core.events.actor import SYSTEM, Actor
from core.events.models import Event
from crm.contacts.models import ContactPoint
from crm.contacts.operations import add_point
from crm.pipeline.errors import StaleLead
from crm.pipeline.models import Stage
from crm.pipeline.operations import apply_answers, move_lead
from crm.pipeline.queries import locked_lead
from crm.qualification.models import LeadAnswer
from crm.qualification.operations import NewAnswer
from crm.scoring.errors import StaleDraft
from crm.scoring.models import RuleSet, ScoreEntry
from crm.scoring.operations import RuleDraft, save_rule
from crm.scoring.queries import standing
from tests.factories.core import AdminFactory, CompanyFactory
from tests.factories.crm import ContactFactory, CriterionFactory, LeadFactory, RuleFactory, sales_pipeline

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _company(transactional_db: None) -> None:
    CompanyFactory()


def at_once(*tasks: Callable[[], Any]) -> list[Any]:
    """Start the tasks together, each with a connection of its own; what each returned or raised."""
    ready = Barrier(len(tasks))

    def run(task: Callable[[], Any]) -> Any:
        try:
            ready.wait(timeout=10)
            return task()
        except (StaleLead, StaleDraft) as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks))


def test_of_two_drags_of_one_card_the_second_is_told() -> None:
    sales_pipeline()
    stages = {stage.name: stage.pk for stage in Stage.objects.all()}
    anna, davit = AdminFactory(name="Anna"), AdminFactory(name="Davit")
    lead = LeadFactory(stage_id=stages["New"], stage=Stage.objects.get(name="New"))

    def drag(user: Any, to: str) -> Callable[[], Any]:
        return lambda: move_lead(
            lead_id=lead.pk, to_stage_id=stages[to], actor=Actor.of(user), expected_revision=0
        )

    results = at_once(drag(anna, "Meeting"), drag(davit, "Offer"))

    stale = [each for each in results if isinstance(each, StaleLead)]
    moved = [each for each in results if not isinstance(each, StaleLead)]
    lead.refresh_from_db()
    assert len(stale) == len(moved) == 1
    assert (lead.revision, lead.stage) == (1, moved[0].stage)
    winner = "Anna" if lead.stage.name == "Meeting" else "Davit"
    assert (stale[0].who, stale[0].stage) == (winner, lead.stage.name)
    assert Event.objects.filter(name="lead.stage_changed").count() == 1


def test_two_answers_to_one_question_at_once_leave_one_that_holds() -> None:
    CriterionFactory(key="start", kind="duration")
    RuleFactory(condition={"field": "answer.start", "op": "lte", "value": 7}, points=2)
    lead = LeadFactory()

    def answer(days: int) -> Callable[[], Any]:
        def write() -> list[str]:
            with transaction.atomic():
                held = locked_lead(lead.pk)
                return apply_answers(lead=held, answers=[NewAnswer("start", days)], actor=SYSTEM)

        return write

    assert at_once(answer(5), answer(30)) == [["start"], ["start"]]

    lead.refresh_from_db()
    rows = LeadAnswer.objects.order_by("id")
    assert [row.superseded_at is None for row in rows] == [False, True]
    assert lead.answers == {"start": rows[1].value}
    assert lead.score == (2 if rows[1].value == 5 else 0)
    assert sum(ScoreEntry.objects.values_list("points", flat=True)) == lead.score


def test_a_drag_while_the_customer_answers_is_not_refused() -> None:
    sales_pipeline()
    CriterionFactory(key="start", kind="duration")
    lead = LeadFactory(stage=Stage.objects.get(name="New"))
    offer = Stage.objects.get(name="Offer").pk

    def answer() -> list[str]:
        with transaction.atomic():
            held = locked_lead(lead.pk)
            return apply_answers(lead=held, answers=[NewAnswer("start", 5)], actor=SYSTEM)

    at_once(answer, lambda: move_lead(lead_id=lead.pk, to_stage_id=offer, actor=SYSTEM, expected_revision=0))

    lead.refresh_from_db()
    assert (lead.stage_id, lead.answers) == (offer, {"start": 5})


def test_one_phone_added_twice_at_once_is_one_point() -> None:
    contact = ContactFactory()

    points = at_once(*[lambda: add_point(contact=contact, kind="phone", value="091234567", actor=SYSTEM)] * 2)

    assert points[0] == points[1]
    assert ContactPoint.objects.count() == 1


def test_of_two_admins_saving_rules_the_second_is_told() -> None:
    rule = RuleFactory(name="Old", rule_set__version=1)
    anna = AdminFactory(name="Anna")
    seen = standing().mark

    def save(name: str) -> Callable[[], Any]:
        draft = RuleDraft(name, "fit", {"all": []}, 1)
        return lambda: save_rule(draft=draft, user=anna, mark=seen)

    results = at_once(save("First"), save("Second"))

    stale = [each for each in results if isinstance(each, StaleDraft)]
    assert len(stale) == 1
    assert stale[0].who == "Anna"
    kept = list(RuleSet.objects.get(status="draft").rules.order_by("position").values_list("name", flat=True))
    assert kept in (["Old", "First"], ["Old", "Second"])
    assert RuleSet.objects.get(status="published").version == rule.rule_set.version == 1
