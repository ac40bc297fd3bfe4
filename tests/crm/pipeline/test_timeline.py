import pytest

from core.company.models import CompanyProfile
from core.events.actor import SYSTEM, Actor
from crm.pipeline.models import Lead, Stage
from crm.pipeline.operations import apply_answers, create_lead, move_lead
from crm.pipeline.queries import AnswerItem, EventItem, ScoreItem, timeline
from crm.qualification.operations import NewAnswer, correct_answer
from tests.factories.core import AdminFactory
from tests.factories.crm import ContactFactory, CriterionFactory, RuleFactory, RuleSetFactory, sales_pipeline

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(company: CompanyProfile) -> Lead:
    """Created, answered twice, scored twice, moved, corrected."""
    sales_pipeline()
    anna = AdminFactory(name="Anna")
    CriterionFactory(key="start", kind="duration", name="Start")
    CriterionFactory(key="city", kind="place", name="City")
    rules = RuleSetFactory()
    RuleFactory(
        rule_set=rules, name="Soon", condition={"field": "answer.start", "op": "lte", "value": 7}, points=2
    )
    RuleFactory(rule_set=rules, name="Town", condition={"field": "answer.city", "op": "is_set"}, points=1)
    lead = create_lead(contact=ContactFactory(), actor=SYSTEM, title="Kitchen")
    answers = [NewAnswer("start", 5, said="in 5 days"), NewAnswer("city", "Երևան")]
    apply_answers(lead=lead, answers=answers, actor=SYSTEM)
    move_lead(lead_id=lead.pk, to_stage_id=Stage.objects.get(name="Offer").pk, actor=Actor.of(anna))
    return correct_answer(lead_id=lead.pk, key="start", value=30, user=anna)


def test_it_tells_moves_answers_and_scores_newest_first(lead: Lead) -> None:
    items = timeline(lead)

    assert [item.kind for item in items] == [
        "event",
        "score",
        "answer",
        "event",
        "event",
        "score",
        "answer",
        "answer",
        "event",
    ]
    judged, rescored, corrected, moved, _, scored, city, start, created = items
    assert isinstance(moved, EventItem)
    assert (moved.name, moved.who, moved.payload["to"]) == ("lead.stage_changed", "Anna", "Offer")
    assert isinstance(corrected, AnswerItem)
    assert (corrected.row.criterion.name, corrected.row.value, corrected.row.user.name) == (
        "Start",
        30,
        "Anna",
    )
    assert isinstance(start, AnswerItem)
    assert (start.row.said, start.row.value) == ("in 5 days", 5)
    assert isinstance(scored, ScoreItem)
    assert (scored.points, scored.lines) == (
        3,
        [{"name": "Soon", "points": 2, "held": True}, {"name": "Town", "points": 1, "held": True}],
    )
    assert isinstance(rescored, ScoreItem)
    assert (rescored.points, rescored.lines) == (-2, [{"name": "Soon", "points": -2, "held": False}])
    assert isinstance(judged, EventItem)
    assert judged.payload == {"from": "nurture", "to": "not_fit", "reason": ""}
    assert isinstance(created, EventItem)
    assert (created.name, created.who) == ("lead.created", "")
    assert isinstance(city, AnswerItem)


@pytest.mark.parametrize("limit", [1, 2, 4])
def test_pages_follow_one_another_without_gap_or_repeat(lead: Lead, limit: int) -> None:
    whole = timeline(lead)
    paged, page = [], timeline(lead, limit=limit)
    while page:
        paged += page
        page = timeline(lead, after=page[-1].cursor, limit=limit)

    assert [item.cursor for item in paged] == [item.cursor for item in whole]


def test_it_takes_three_queries_and_can_be_narrowed(lead: Lead, at_most) -> None:
    with at_most(3):
        for item in timeline(lead):
            if isinstance(item, AnswerItem):
                assert item.row.criterion.name
    with at_most(1):
        assert {item.kind for item in timeline(lead, kinds=["answer"])} == {"answer"}
