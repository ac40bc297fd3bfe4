"""Two connections at once at a stage: limits hold, nobody's move is lost, nothing enters what is being removed."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any

import pytest
from django.db import connection, transaction

from core.errors import Refused
from core.events.actor import CUSTOMER, SYSTEM, Actor
from core.events.models import Event as Happened
from crm.pipeline.errors import StageIsFull, StaleLead
from crm.pipeline.models import Lead, Stage
from crm.pipeline.operations import apply_answers, delete_stage, move_lead
from crm.pipeline.queries import locked_lead
from crm.qualification.operations import NewAnswer
from crm.scoring.operations import ConsequenceDraft, RuleDraft, publish_rules
from crm.scoring.scoring import Thresholds
from tests.factories.core import AdminFactory, CompanyFactory
from tests.factories.crm import CriterionFactory, LeadFactory, sales_pipeline

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def stages(transactional_db: None) -> dict[str, Stage]:
    CompanyFactory()
    sales_pipeline()
    return {stage.name: stage for stage in Stage.objects.all()}


def at_once(*tasks: Callable[[], Any]) -> list[Any]:
    """Start the tasks together, each with a connection of its own; what each returned or was refused with."""
    ready = Barrier(len(tasks))

    def run(task: Callable[[], Any]) -> Any:
        try:
            ready.wait(timeout=10)
            return task()
        except (Refused, Stage.DoesNotExist) as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks))


def drag(lead: Lead, stage: Stage, **rest: Any) -> Callable[[], Lead]:
    return lambda: move_lead(lead_id=lead.pk, to_stage_id=stage.pk, actor=SYSTEM, **rest)


def test_of_two_drags_into_the_last_place_one_wins(stages: dict[str, Stage]) -> None:
    Stage.objects.filter(name="Offer").update(wip_limit=3)
    LeadFactory.create_batch(2, stage=stages["Offer"])
    dragged = LeadFactory.create_batch(4, stage=stages["New"])

    results = at_once(*[drag(lead, stages["Offer"]) for lead in dragged])

    assert [type(each) for each in results].count(StageIsFull) == 3
    assert Lead.objects.filter(stage=stages["Offer"]).count() == 3
    assert Happened.objects.filter(name="lead.stage_changed").count() == 1


def test_drags_between_two_limited_stages_do_not_block_each_other(stages: dict[str, Stage]) -> None:
    Stage.objects.filter(name__in=["Offer", "Meeting"]).update(wip_limit=10)
    there = LeadFactory.create_batch(3, stage=stages["Offer"])
    back = LeadFactory.create_batch(3, stage=stages["Meeting"])

    results = at_once(
        *[drag(lead, stages["Meeting"]) for lead in there], *[drag(lead, stages["Offer"]) for lead in back]
    )

    assert all(isinstance(each, Lead) for each in results)
    assert Lead.objects.filter(pk__in=[lead.pk for lead in there], stage=stages["Meeting"]).count() == 3
    assert Lead.objects.filter(pk__in=[lead.pk for lead in back], stage=stages["Offer"]).count() == 3


def test_the_second_of_two_drags_hears_who_moved_the_card_where(stages: dict[str, Stage]) -> None:
    anna, davit = AdminFactory(name="Anna"), AdminFactory(name="Davit")
    lead = LeadFactory(stage=stages["New"])
    holds, waits = Event(), Event()

    def first() -> None:
        with transaction.atomic():
            move_lead(lead_id=lead.pk, to_stage_id=stages["Meeting"].pk, actor=Actor.of(anna))
            holds.set()
            waits.wait(timeout=10)

    def second() -> Lead:
        holds.wait(timeout=10)
        waits.set()
        return move_lead(
            lead_id=lead.pk, to_stage_id=stages["Offer"].pk, actor=Actor.of(davit), expected_revision=0
        )

    stale = at_once(first, second)[1]

    assert isinstance(stale, StaleLead)
    assert (stale.who, stale.stage) == ("Anna", "Meeting")
    assert str(stale).startswith("Anna moved this lead to “Meeting” (")
    lead.refresh_from_db()
    assert (lead.stage, lead.revision) == (stages["Meeting"], 1)


def test_a_drag_and_a_consequence_at_once_leave_the_lead_where_the_later_one_put_it(
    stages: dict[str, Stage],
) -> None:
    CriterionFactory(key="start", kind="duration")
    soon = RuleDraft("Soon", "fit", {"field": "answer.start", "op": "lte", "value": 7}, 6)
    limits = Thresholds(qualified=6, nurture=1, grade_a=6, grade_b=3, grade_c=1)
    moves = ConsequenceDraft("qualified", "stage", {"stage": str(stages["Meeting"].pk)})
    publish_rules(rules=[soon], thresholds=limits, user=None, consequences=[moves])
    lead = LeadFactory(stage=stages["New"])

    def answer() -> list[str]:
        with transaction.atomic():
            held = locked_lead(lead.pk)
            return apply_answers(lead=held, answers=[NewAnswer("start", 5)], actor=CUSTOMER)

    at_once(answer, drag(lead, stages["Offer"], expected_revision=0))

    lead.refresh_from_db()
    moved = list(
        Happened.objects.filter(name="lead.stage_changed").order_by("id").values_list("payload", flat=True)
    )
    assert (lead.answers, lead.score, lead.qualification) == ({"start": 5}, 6, "qualified")
    assert len(moved) == 2
    assert [each["from"] for each in moved] == ["New", moved[0]["to"]]
    assert moved[1]["to"] == lead.stage.name


def test_a_drag_into_a_stage_that_goes_is_refused_or_moved_on(stages: dict[str, Stage]) -> None:
    lead = LeadFactory(stage=stages["New"])
    LeadFactory.create_batch(3, stage=stages["Meeting"])

    def remove() -> object:
        return delete_stage(stage_id=stages["Meeting"].pk, actor=SYSTEM, move_leads_to=stages["Offer"].pk)

    removed, dragged = at_once(remove, drag(lead, stages["Meeting"]))

    lead.refresh_from_db()
    assert removed is None
    assert not Stage.objects.filter(name="Meeting").exists()
    assert lead.stage.name == ("Offer" if isinstance(dragged, Lead) else "New")
    assert Lead.objects.filter(stage__name="Offer").count() == (4 if isinstance(dragged, Lead) else 3)
