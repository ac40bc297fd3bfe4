import pytest

from core.company.models import CompanyProfile
from core.events.actor import SYSTEM
from core.events.models import Event
from crm.pipeline.errors import BadStage, LostReasonNeeded, StageHasLeads
from crm.pipeline.models import Lead, Pipeline, Stage
from crm.pipeline.operations import (
    StageDraft,
    create_pipeline,
    create_stage,
    delete_pipeline,
    delete_stage,
    reorder_stages,
    update_pipeline,
    update_stage,
)
from crm.pipeline.queries import default_stage
from tests.factories.crm import LeadFactory, LostReasonFactory, sales_pipeline

pytestmark = pytest.mark.django_db


@pytest.fixture
def pipeline(company: CompanyProfile) -> Pipeline:
    return sales_pipeline()


def stage(name: str) -> Stage:
    return Stage.objects.get(name=name)


def names(pipeline: Pipeline) -> list[str]:
    return list(pipeline.stages.order_by("position").values_list("name", flat=True))


def test_a_pipeline_is_created_with_its_stages() -> None:
    pipeline = create_pipeline(
        name=" Service ",
        stages=[StageDraft("In"), StageDraft("Done", "won", probability=100, rotting_days=3)],
        actor=SYSTEM,
        currency="USD",
    )

    assert (pipeline.name, pipeline.currency, names(pipeline)) == ("Service", "USD", ["In", "Done"])
    assert (stage("Done").probability, stage("Done").rotting_days) == (100, 3)
    assert Event.objects.get().payload == {"what": "pipeline created", "name": "Service"}


@pytest.mark.parametrize(
    ("name", "stages", "sentence"),
    [
        ("Sales", [StageDraft("In")], "There is a pipeline “Sales” already."),
        ("", [StageDraft("In")], "Give it a name."),
        ("B", [StageDraft("Done", "won")], "A pipeline needs at least one open stage."),
        ("B", [StageDraft("In"), StageDraft(" In ")], "Two stages have the same name."),
    ],
)
def test_a_pipeline_that_would_not_work_is_refused(
    pipeline: Pipeline, name: str, stages: list[StageDraft], sentence: str
) -> None:
    with pytest.raises(BadStage) as refused:
        create_pipeline(name=name, stages=stages, actor=SYSTEM)
    assert str(refused.value) == sentence


def test_pipelines_are_renamed_and_deleted_when_empty(pipeline: Pipeline) -> None:
    with pytest.raises(BadStage, match="only pipeline"):
        delete_pipeline(pipeline_id=pipeline.pk, actor=SYSTEM)
    second = create_pipeline(name="Service", stages=[StageDraft("In")], actor=SYSTEM)
    with pytest.raises(BadStage, match="already"):
        update_pipeline(pipeline_id=second.pk, name="Sales", actor=SYSTEM)
    assert update_pipeline(pipeline_id=second.pk, name="Repairs", actor=SYSTEM).name == "Repairs"
    LeadFactory(stage=stage("New"))
    with pytest.raises(StageHasLeads):
        delete_pipeline(pipeline_id=pipeline.pk, actor=SYSTEM)
    delete_pipeline(pipeline_id=second.pk, actor=SYSTEM)
    assert list(Pipeline.objects.values_list("name", flat=True)) == ["Sales"]


def test_a_new_open_stage_stands_before_the_closed_ones(pipeline: Pipeline) -> None:
    create_stage(pipeline_id=pipeline.pk, draft=StageDraft("Visit"), actor=SYSTEM)
    create_stage(pipeline_id=pipeline.pk, draft=StageDraft("Gone", "lost"), actor=SYSTEM)

    assert names(pipeline) == ["New", "Meeting", "Offer", "Visit", "Won", "Lost", "Gone"]
    with pytest.raises(BadStage, match="“Visit” already"):
        create_stage(pipeline_id=pipeline.pk, draft=StageDraft("Visit"), actor=SYSTEM)


def test_the_first_stage_is_where_leads_begin_at_once(pipeline: Pipeline) -> None:
    assert default_stage() == stage("New")

    reorder_stages(pipeline_id=pipeline.pk, stage_ids=[stage("Offer").pk, stage("New").pk], actor=SYSTEM)

    assert names(pipeline) == ["Offer", "New", "Meeting", "Won", "Lost"]
    assert default_stage() == stage("Offer")


def test_a_stage_is_renamed_but_keeps_its_kind_while_it_has_leads(pipeline: Pipeline) -> None:
    LeadFactory(stage=stage("Offer"))

    update_stage(stage_id=stage("Offer").pk, draft=StageDraft("Quote", rotting_days=5), actor=SYSTEM)
    with pytest.raises(StageHasLeads) as refused:
        update_stage(stage_id=stage("Quote").pk, draft=StageDraft("Quote", "won"), actor=SYSTEM)

    assert str(refused.value) == (
        "1 lead stands in “Quote”. Its leads would be closed or opened: move them to another stage first."
    )
    assert stage("Quote").rotting_days == 5


def test_deleting_a_stage_with_leads_asks_where_they_go(pipeline: Pipeline) -> None:
    LeadFactory.create_batch(3, stage=stage("Meeting"))

    with pytest.raises(StageHasLeads) as refused:
        delete_stage(stage_id=stage("Meeting").pk, actor=SYSTEM)

    assert refused.value.count == 3
    assert str(refused.value) == "3 leads stand in “Meeting”. Choose the stage that takes its leads."


def test_the_leads_of_a_deleted_stage_move_each_with_its_event(pipeline: Pipeline, at_most) -> None:
    made = LeadFactory.create_batch(3, stage=stage("Meeting"))
    meeting, offer = stage("Meeting").pk, stage("Offer").pk

    with at_most(17):
        assert delete_stage(stage_id=meeting, actor=SYSTEM, move_leads_to=offer) is None

    assert names(pipeline) == ["New", "Offer", "Won", "Lost"]
    assert set(Lead.objects.values_list("stage__name", "revision")) == {("Offer", 1)}
    moves = Event.objects.filter(name="lead.stage_changed")
    assert sorted(moves.values_list("lead_id", flat=True)) == [lead.pk for lead in made]
    assert moves[0].payload["from"] == "Meeting"


def test_leads_that_go_to_a_lost_stage_need_a_reason(pipeline: Pipeline) -> None:
    LeadFactory(stage=stage("Meeting"))
    meeting, lost = stage("Meeting").pk, stage("Lost").pk

    with pytest.raises(LostReasonNeeded):
        delete_stage(stage_id=meeting, actor=SYSTEM, move_leads_to=lost)
    delete_stage(
        stage_id=meeting, actor=SYSTEM, move_leads_to=lost, lost_reason=LostReasonFactory(name="Old")
    )

    lead = Lead.objects.get()
    assert (lead.stage_kind, lead.lost_reason.name, lead.closed_at is not None) == ("lost", "Old", True)


def test_the_last_open_stage_stays(pipeline: Pipeline) -> None:
    for name in ("New", "Meeting"):
        delete_stage(stage_id=stage(name).pk, actor=SYSTEM)
    with pytest.raises(BadStage, match="at least one open stage"):
        delete_stage(stage_id=stage("Offer").pk, actor=SYSTEM)
    with pytest.raises(BadStage, match="at least one open stage"):
        update_stage(stage_id=stage("Offer").pk, draft=StageDraft("Offer", "won"), actor=SYSTEM)
