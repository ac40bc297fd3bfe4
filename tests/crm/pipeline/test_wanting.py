"""A stage asks for what a lead must have to enter it; what is given is stored with the move, or nothing is."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from core.access.models import User
from core.company.models import CompanyProfile
from core.events.actor import CUSTOMER, SYSTEM, Actor
from core.events.models import Event
from crm.contacts.models import ContactPoint
from crm.errors import Use
from crm.fields.models import CustomField
from crm.pipeline.errors import BadGiven, BadStage, StageWants
from crm.pipeline.models import Lead, Stage
from crm.pipeline.operations import StageDraft, apply_answers, move_lead, update_lead, update_stage
from crm.pipeline.steps import Step
from crm.qualification.errors import BadAnswer
from crm.qualification.models import LeadAnswer
from crm.qualification.operations import NewAnswer
from crm.scoring.operations import ConsequenceDraft, RuleDraft, publish_rules
from crm.scoring.scoring import Thresholds
from crm.uses import uses_of
from tests.factories.core import AdminFactory
from tests.factories.crm import CriterionFactory, LeadFactory, PhoneFactory, RuleFactory, sales_pipeline

pytestmark = pytest.mark.django_db

AMOUNT = {"amount": "500000.0000", "currency": "AMD"}


@pytest.fixture
def anna(company: CompanyProfile) -> User:
    CriterionFactory(key="start", kind="duration", name="Start")
    return AdminFactory(name="Anna")


@pytest.fixture
def lead(anna: User) -> Lead:
    made: Lead = LeadFactory(stage=sales_pipeline().stages.get(name="New"), title="Kitchen")
    return made


def offer(*wants: str, name: str = "Offer") -> int:
    stage = Stage.objects.get(name=name)
    Stage.objects.filter(pk=stage.pk).update(required=list(wants))
    pk: int = stage.pk
    return pk


def told(name: str) -> list[dict[str, object]]:
    return list(Event.objects.filter(name=name).order_by("id").values_list("payload", flat=True))


def test_a_move_without_what_the_stage_wants_names_it_and_changes_nothing(lead: Lead, anna: User) -> None:
    CustomField.objects.create(key="floor", subject="lead", kind="number", labels={"en": "Floor"})
    wants = ["lead.value", "lead.next_step", "answer.start", "contact.phone", "custom.floor"]
    to = offer(*wants, "answer.gone")

    with pytest.raises(StageWants) as refused:
        move_lead(lead_id=lead.pk, to_stage_id=to, actor=Actor.of(anna), given={"lead.value": AMOUNT})

    assert refused.value.fields == tuple(wants[1:])
    assert str(refused.value) == "“Offer” needs of a lead: Next step with a date, Start, Phone, Floor."
    lead.refresh_from_db()
    assert (lead.stage.name, lead.value, lead.revision) == ("New", None, 0)
    assert Event.objects.count() == 0


def test_what_is_given_is_stored_with_the_move(lead: Lead, anna: User) -> None:
    CustomField.objects.create(key="floor", subject="lead", kind="number", labels={"en": "Floor"})
    to = offer("lead.value", "lead.owner", "lead.next_step", "answer.start", "contact.phone", "custom.floor")
    due = timezone.now() + timedelta(days=1)
    given = {
        "lead.value": AMOUNT,
        "lead.owner": anna,
        "lead.next_step": Step("Send the offer", due),
        "answer.start": 5,
        "contact.phone": "091234567",
        "custom.floor": 4,
    }

    moved = move_lead(lead_id=lead.pk, to_stage_id=to, actor=Actor.of(anna), expected_revision=0, given=given)

    lead.refresh_from_db()
    assert (lead.stage.name, lead.revision, moved.revision) == ("Offer", 1, 1)
    assert (lead.value, lead.currency, lead.owner) == (Decimal(500000), "AMD", anna)
    assert (lead.next_step, lead.next_step_at) == ("Send the offer", due)
    assert (lead.answers, lead.custom) == ({"start": 5}, {"floor": 4})
    assert ContactPoint.objects.get(contact=lead.contact).value == "+37491234567"
    answer = LeadAnswer.objects.get()
    assert (answer.source, answer.user) == ("person", anna)
    names = list(Event.objects.order_by("id").values_list("name", flat=True))
    assert names[0] == "contact.point_added"
    assert sorted(names[1:]) == [
        "lead.answer_recorded",
        "lead.assigned",
        "lead.next_step_set",
        "lead.stage_changed",
        "lead.updated",
        "lead.updated",
    ]


def test_what_is_known_is_not_asked_again(lead: Lead, anna: User) -> None:
    to = offer("lead.value", "lead.owner", "answer.start", "contact.phone")
    PhoneFactory(contact=lead.contact)
    Lead.objects.update(value=1, owner=anna, answers={"start": 5})

    assert move_lead(lead_id=lead.pk, to_stage_id=to, actor=SYSTEM).stage_id == to


@pytest.mark.parametrize(
    ("key", "value", "fault"),
    [
        ("lead.value", {"amount": "-1.0000", "currency": "AMD"}, BadGiven),
        ("lead.next_step", Step("Call"), BadGiven),
        ("answer.start", "soon", BadAnswer),
        ("contact.phone", "12", BadGiven),
        ("answer.nothing", 1, BadGiven),
    ],
)
def test_a_value_that_cannot_be_keeps_the_lead_where_it_is(
    lead: Lead, anna: User, key: str, value: object, fault: type[Exception]
) -> None:
    to = offer(key)

    with pytest.raises(fault):
        move_lead(lead_id=lead.pk, to_stage_id=to, actor=Actor.of(anna), given={key: value})

    lead.refresh_from_db()
    assert (lead.stage.name, lead.value, lead.answers) == ("New", None, {})
    assert Event.objects.count() == 0


def test_a_given_answer_is_scored_at_once(lead: Lead, anna: User) -> None:
    RuleFactory(condition={"field": "answer.start", "op": "lte", "value": 7}, points=4)
    to = offer("answer.start")

    move_lead(lead_id=lead.pk, to_stage_id=to, actor=Actor.of(anna), given={"answer.start": 5})

    lead.refresh_from_db()
    assert (lead.stage_id, lead.score) == (to, 4)


def test_undo_brings_the_step_that_the_stage_wants(lead: Lead, anna: User) -> None:
    to, due = offer("lead.next_step"), timezone.now() + timedelta(days=1)
    Lead.objects.update(stage=Stage.objects.get(name="Won"), stage_kind="won", closed_at=timezone.now())

    moved = move_lead(lead_id=lead.pk, to_stage_id=to, actor=Actor.of(anna), restored=Step("Call", due))

    assert (moved.stage_id, moved.next_step) == (to, "Call")


def test_a_lead_that_qualifies_waits_before_what_it_lacks_and_goes_on_by_itself(
    lead: Lead, anna: User
) -> None:
    offer("lead.value", "answer.start", name="Meeting")
    Stage.objects.filter(name="Meeting").update(takes_qualified=True)
    soon = RuleDraft("Soon", "fit", {"field": "answer.start", "op": "lte", "value": 7}, 6)
    limits = Thresholds(qualified=6, nurture=1, grade_a=6, grade_b=3, grade_c=1)
    publish_rules(rules=[soon], thresholds=limits, user=None)

    apply_answers(lead=lead, answers=[NewAnswer("start", 5)], actor=CUSTOMER)

    lead = Lead.objects.get()
    assert (lead.stage.name, lead.qualification, lead.held_before.name) == ("New", "qualified", "Meeting")
    assert lead.next_step == "Find out for “Meeting”: Value"
    assert lead.next_step_at > timezone.now()
    [held] = told("lead.held_back")
    assert (held["to"], held["missing"], held["fields"]) == ("Meeting", ["lead.value"], "Value")

    update_lead(lead_id=lead.pk, actor=Actor.of(anna), value=Decimal(5))

    lead = Lead.objects.get()
    assert (lead.stage.name, lead.held_before) == ("Meeting", None)
    assert [each["to"] for each in told("lead.stage_changed")] == ["Meeting"]
    assert Event.objects.filter(name="lead.stage_changed").get().actor_kind == "system"


def test_a_consequence_stops_before_the_stage_too(lead: Lead) -> None:
    to = offer("contact.phone")
    soon = RuleDraft("Soon", "fit", {"field": "answer.start", "op": "lte", "value": 7}, 6)
    limits = Thresholds(qualified=6, nurture=1, grade_a=6, grade_b=3, grade_c=1)
    moves = ConsequenceDraft("grade_a", "stage", {"stage": str(to)})
    publish_rules(rules=[soon], thresholds=limits, user=None, consequences=[moves])

    apply_answers(lead=lead, answers=[NewAnswer("start", 5)], actor=CUSTOMER)

    assert Lead.objects.get().held_before_id == to
    assert [each["missing"] for each in told("lead.held_back")] == [["contact.phone"]]


def test_whoever_moves_the_lead_meanwhile_has_decided(lead: Lead, anna: User) -> None:
    to = offer("lead.value")
    Lead.objects.update(held_before=to)

    move_lead(lead_id=lead.pk, to_stage_id=Stage.objects.get(name="Meeting").pk, actor=Actor.of(anna))
    update_lead(lead_id=lead.pk, actor=Actor.of(anna), value=Decimal(5))

    assert Lead.objects.get().stage.name == "Meeting"


def test_what_a_stage_cannot_ask_for_is_refused(lead: Lead) -> None:
    won = Stage.objects.get(name="Won").pk
    with pytest.raises(BadStage, match="has no “Next step with a date”"):
        update_stage(stage_id=won, draft=StageDraft("Won", "won", required=["lead.next_step"]), actor=SYSTEM)
    with pytest.raises(BadStage, match=r"cannot ask for “lead\.title”"):
        update_stage(stage_id=won, draft=StageDraft("Won", "won", required=["lead.title"]), actor=SYSTEM)


def test_a_criterion_that_a_stage_asks_for_is_in_use(lead: Lead) -> None:
    offer("answer.start")

    assert uses_of("answer.start") == [Use("Stage", "Sales: Offer")]
