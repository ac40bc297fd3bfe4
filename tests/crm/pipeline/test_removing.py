"""A big stage is removed in the background: nothing enters it, no lead is lost on the way."""

import pytest
from django.utils import timezone

from core.access.models import User
from core.company.models import CompanyProfile
from core.events.actor import SYSTEM, Actor
from core.events.models import Event
from core.jobs.models import Job
from core.jobs.operations import work_next
from core.notifications.models import Notification
from crm.pipeline.errors import BadStage, StageIsLeaving
from crm.pipeline.models import Lead, Pipeline, Stage
from crm.pipeline.operations import StageDraft, delete_stage, move_lead, removing, update_stage
from crm.pipeline.queries import default_stage
from tests.factories.core import AdminFactory
from tests.factories.crm import LeadFactory, sales_pipeline

pytestmark = pytest.mark.django_db


@pytest.fixture
def pipeline(company: CompanyProfile) -> Pipeline:
    return sales_pipeline()


@pytest.fixture
def anna(pipeline: Pipeline) -> User:
    return AdminFactory(name="Anna")


@pytest.fixture
def job(pipeline: Pipeline, anna: User, monkeypatch: pytest.MonkeyPatch) -> Job:
    """Five leads of "New" on their way to "Offer", two at a time."""
    monkeypatch.setattr(removing, "MOVED_AT_ONCE", 2)
    LeadFactory.create_batch(5, stage=stage("New"), next_step="Call")
    begun = delete_stage(
        stage_id=stage("New").pk,
        actor=Actor.of(anna),
        move_leads_to=stage("Offer").pk,
        user=anna,
    )
    assert begun is not None
    return begun


def stage(name: str) -> Stage:
    return Stage.objects.get(name=name)


def test_its_leads_go_a_batch_at_a_time_and_then_the_stage(job: Job, anna: User) -> None:
    counts = []
    while work_next(now=timezone.now()):
        job.refresh_from_db()
        counts.append((job.done, job.total, Stage.objects.filter(name="New").exists()))

    assert counts == [(2, 5, True), (4, 5, True), (5, 5, False)]
    assert set(Lead.objects.values_list("stage__name", "revision", "next_step")) == {("Offer", 1, "Call")}
    moves = Event.objects.filter(name="lead.stage_changed", actor=anna)
    assert moves.count() == 5
    assert Notification.objects.get(user=anna).kind == "job.crm.remove_stage.done"


def test_nothing_enters_it_meanwhile_and_new_leads_begin_elsewhere(job: Job) -> None:
    other = LeadFactory(stage=stage("Meeting"))

    with pytest.raises(StageIsLeaving, match="is being removed"):
        move_lead(lead_id=other.pk, to_stage_id=stage("New").pk, actor=SYSTEM)
    with pytest.raises(StageIsLeaving):
        update_stage(stage_id=stage("New").pk, draft=StageDraft("Newer"), actor=SYSTEM)
    with pytest.raises(StageIsLeaving):
        delete_stage(stage_id=stage("New").pk, actor=SYSTEM, move_leads_to=stage("Meeting").pk)
    default_stage.drop()
    assert default_stage() == stage("Meeting")


def test_where_its_leads_go_stays_as_long(job: Job) -> None:
    with pytest.raises(BadStage, match="still on their way"):
        delete_stage(stage_id=stage("Offer").pk, actor=SYSTEM, move_leads_to=stage("Meeting").pk)
    with pytest.raises(BadStage, match="still on their way"):
        update_stage(stage_id=stage("Offer").pk, draft=StageDraft("Offer", "won"), actor=SYSTEM)


def test_a_lead_that_waited_before_it_waits_no_more(job: Job) -> None:
    assert not Lead.objects.filter(held_before__isnull=False).exists()
