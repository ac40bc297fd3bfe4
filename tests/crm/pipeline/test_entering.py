"""What a stage does to a lead that enters it: once for each entry, however it came."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.access.models import User
from core.company.models import CompanyProfile
from core.events.actor import CUSTOMER, SYSTEM, Actor
from core.events.models import Event
from core.notifications.models import Notification
from crm.pipeline.errors import BadStage, StageIsFull
from crm.pipeline.models import Lead, Stage
from crm.pipeline.operations import (
    StageDraft,
    apply_answers,
    create_lead,
    delete_stage,
    move_lead,
    update_stage,
)
from crm.pipeline.steps import Step
from crm.qualification.operations import NewAnswer
from crm.scoring.operations import ConsequenceDraft, RuleDraft, publish_rules
from crm.scoring.scoring import Thresholds
from tests.factories.core import AdminFactory
from tests.factories.crm import ContactFactory, CriterionFactory, LeadFactory, sales_pipeline

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(company: CompanyProfile) -> User:
    sales_pipeline()
    CriterionFactory(key="start", kind="duration")
    return AdminFactory(name="Anna")


def stage(name: str) -> Stage:
    return Stage.objects.get(name=name)


def does(name: str, *actions: tuple[str, dict[str, str]]) -> None:
    found = stage(name)
    planned = [{"action": kind, "settings": settings} for kind, settings in actions]
    update_stage(stage_id=found.pk, draft=StageDraft(name, found.kind, actions=planned), actor=SYSTEM)


def everything(anna: User) -> list[tuple[str, dict[str, str]]]:
    return [
        ("assign", {"to": f"user:{anna.pk}"}),
        ("next_step", {"text": "Call", "days": "2"}),
        ("notify", {"to": "owner"}),
    ]


def assert_done(lead: Lead, anna: User) -> None:
    lead.refresh_from_db()
    assert (lead.owner, lead.next_step) == (anna, "Call")
    names = Event.objects.filter(lead_id=lead.pk, name__in=["lead.assigned", "lead.next_step_set"])
    assert sorted(names.values_list("name", flat=True)) == ["lead.assigned", "lead.next_step_set"]


def test_a_lead_that_is_moved_gets_owner_step_and_news(anna: User) -> None:
    does("Offer", *everything(anna))
    lead = LeadFactory(stage=stage("New"), title="Kitchen")

    move_lead(lead_id=lead.pk, to_stage_id=stage("Offer").pk, actor=Actor.of(anna))

    assert_done(lead, anna)
    assert lead.revision == 1
    assert Notification.objects.get(user=anna, kind="lead.entered_stage").params == {
        "lead": "Kitchen",
        "stage": "Offer",
    }


def test_a_lead_that_begins_there_too(anna: User) -> None:
    does("New", *everything(anna))

    lead = create_lead(contact=ContactFactory(), actor=CUSTOMER)

    assert_done(lead, anna)


def test_a_lead_that_a_consequence_moves_too(anna: User) -> None:
    does("Offer", *everything(anna))
    soon = RuleDraft("Soon", "fit", {"field": "answer.start", "op": "lte", "value": 7}, 6)
    limits = Thresholds(qualified=6, nurture=1, grade_a=6, grade_b=3, grade_c=1)
    moves = ConsequenceDraft("qualified", "stage", {"stage": str(stage("Offer").pk)})
    publish_rules(rules=[soon], thresholds=limits, user=None, consequences=[moves])
    lead = LeadFactory(stage=stage("New"))

    apply_answers(lead=lead, answers=[NewAnswer("start", 5)], actor=CUSTOMER)

    assert_done(lead, anna)


def test_each_entry_does_it_once(anna: User) -> None:
    does("Offer", ("notify", {"to": f"user:{anna.pk}"}))
    lead = LeadFactory(stage=stage("New"))
    for name in ("Offer", "Offer", "New", "Offer"):
        move_lead(lead_id=lead.pk, to_stage_id=stage(name).pk, actor=SYSTEM)

    assert Notification.objects.filter(user=anna, kind="lead.entered_stage").count() == 2


def test_what_a_person_says_with_the_move_stands(anna: User) -> None:
    does("Offer", *everything(anna))
    davit, due = AdminFactory(name="Davit"), timezone.now() + timedelta(days=1)
    lead = LeadFactory(stage=stage("New"))
    given = {"lead.owner": davit, "lead.next_step": Step("Measure", due)}

    move_lead(lead_id=lead.pk, to_stage_id=stage("Offer").pk, actor=Actor.of(anna), given=given)

    lead.refresh_from_db()
    assert (lead.owner, lead.next_step) == (davit, "Measure")


def test_the_leads_of_a_removed_stage_set_nothing_off(anna: User) -> None:
    does("Offer", *everything(anna))
    lead = LeadFactory(stage=stage("Meeting"))

    delete_stage(stage_id=stage("Meeting").pk, actor=SYSTEM, move_leads_to=stage("Offer").pk)

    lead.refresh_from_db()
    assert (lead.stage.name, lead.owner) == ("Offer", None)


@pytest.mark.parametrize(
    ("action", "sentence"),
    [
        ({"action": "stage", "settings": {"stage": "1"}}, "A stage cannot move on the leads that enter it."),
        ({"action": "assign", "settings": {"to": "user:0"}}, "Choose for “Whom”."),
        ({"action": "next_step", "settings": {"text": " ", "days": "1"}}, "Fill in “What to do”."),
        ({"action": "sing", "settings": {}}, "Choose when it happens, and what."),
    ],
)
def test_what_a_stage_cannot_do_is_refused(anna: User, action: dict[str, object], sentence: str) -> None:
    with pytest.raises(BadStage) as refused:
        update_stage(stage_id=stage("Offer").pk, draft=StageDraft("Offer", actions=[action]), actor=SYSTEM)
    assert str(refused.value) == sentence


def test_a_full_stage_takes_no_more_but_from_those_who_may_go_beyond(anna: User) -> None:
    Stage.objects.filter(name="Offer").update(wip_limit=1)
    LeadFactory(stage=stage("Offer"))
    lead, offer = LeadFactory(stage=stage("New")), stage("Offer").pk

    with pytest.raises(StageIsFull) as refused:
        move_lead(lead_id=lead.pk, to_stage_id=offer, actor=Actor.of(anna))
    assert str(refused.value) == "“Offer” is full: it takes 1 lead. Move one on first, or ask a manager."
    assert (refused.value.count, refused.value.stage.pk) == (1, offer)

    moved = move_lead(lead_id=lead.pk, to_stage_id=offer, actor=Actor.of(anna), beyond_limit=True)
    assert moved.stage_id == offer


def test_a_limit_does_not_hold_up_what_moves_by_itself(anna: User) -> None:
    Stage.objects.filter(name="Offer").update(wip_limit=1, takes_qualified=True)
    LeadFactory(stage=stage("Offer"))
    soon = RuleDraft("Soon", "fit", {"field": "answer.start", "op": "lte", "value": 7}, 6)
    limits = Thresholds(qualified=6, nurture=1, grade_a=6, grade_b=3, grade_c=1)
    publish_rules(rules=[soon], thresholds=limits, user=None)
    lead = LeadFactory(stage=stage("New"))

    apply_answers(lead=lead, answers=[NewAnswer("start", 5)], actor=CUSTOMER)

    assert Lead.objects.filter(stage=stage("Offer")).count() == 2


def test_a_move_under_a_limit_stays_cheap(anna: User, at_most) -> None:
    Stage.objects.filter(name="Offer").update(wip_limit=5)
    lead, offer = LeadFactory(stage=stage("New")), stage("Offer").pk
    move_lead(lead_id=lead.pk, to_stage_id=stage("Meeting").pk, actor=SYSTEM)

    with at_most(6):
        move_lead(lead_id=lead.pk, to_stage_id=offer, actor=SYSTEM)


@pytest.mark.parametrize(("kind", "limit"), [("won", 3), ("open", 0), ("open", 100_001)])
def test_a_limit_that_makes_no_sense_is_refused(anna: User, kind: str, limit: int) -> None:
    with pytest.raises(BadStage):
        update_stage(
            stage_id=stage("Offer").pk, draft=StageDraft("Offer", kind, wip_limit=limit), actor=SYSTEM
        )
