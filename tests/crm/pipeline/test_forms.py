from decimal import Decimal

import pytest

from core.access.models import User
from core.company.models import CompanyProfile
from crm.pipeline.errors import StaleLead
from crm.pipeline.forms import (
    AssignForm,
    DeleteStageForm,
    LeadForm,
    MoveForm,
    NewLeadForm,
    NextStepForm,
    StageForm,
)
from crm.pipeline.models import Lead, Pipeline, Stage
from tests.factories.core import AdminFactory
from tests.factories.crm import LeadFactory, sales_pipeline

pytestmark = pytest.mark.django_db


@pytest.fixture
def pipeline(company: CompanyProfile) -> Pipeline:
    return sales_pipeline()


@pytest.fixture
def anna() -> User:
    return AdminFactory(name="Anna")


def stage(name: str) -> Stage:
    return Stage.objects.get(name=name)


def test_a_lead_is_entered_by_hand_with_its_contact(pipeline: Pipeline, anna: User) -> None:
    form = NewLeadForm(
        {
            "name": "Ani",
            "phone": "091234567",
            "title": "Kitchen",
            "value": "500000",
            "stage": stage("Meeting").pk,
        },
        pipeline=pipeline,
    )
    assert form.is_valid(), form.errors

    lead = form.save(user=anna)

    lead = Lead.objects.get(pk=lead.pk)
    assert (lead.contact.name, lead.contact.points.get().value) == ("Ani", "+37491234567")
    assert (lead.title, lead.value, lead.stage.name, lead.source) == ("Kitchen", 500_000, "Meeting", "manual")


def test_a_bad_phone_is_said_and_nothing_is_kept(pipeline: Pipeline, anna: User) -> None:
    form = NewLeadForm({"name": "Ani", "phone": "12", "stage": stage("New").pk}, pipeline=pipeline)
    assert form.is_valid()

    assert form.save(user=anna) is None
    assert "This is not a phone number" in form.non_field_errors()[0]
    assert not Lead.objects.exists()


def test_details_are_edited_unless_somebody_was_quicker(pipeline: Pipeline, anna: User) -> None:
    lead = LeadFactory(stage=stage("New"))
    data = {"title": "Sofa", "value": "1000", "currency": "AMD", "tags": "a, b", "revision": 0}
    form = LeadForm(data, lead=lead)
    assert form.is_valid(), form.errors
    form.save(user=anna)
    lead.refresh_from_db()
    assert (lead.title, lead.value, lead.tags) == ("Sofa", Decimal(1000), ["a", "b"])

    late = LeadForm({**data, "title": "Bed"}, lead=lead)
    assert late.is_valid()
    with pytest.raises(StaleLead):
        late.save(user=anna)


def test_a_lead_form_speaks_plainly(pipeline: Pipeline) -> None:
    form = LeadForm({"title": "", "value": "-1", "currency": "dram", "tags": "x" * 51}, lead=LeadFactory())
    assert not form.is_valid()
    assert form.errors["currency"] == ["Three letters, like AMD."]
    assert form.errors["tags"] == ["A tag has at most 50 characters."]
    assert set(form.errors) == {"title", "value", "currency", "tags"}


def test_a_move_to_a_lost_stage_asks_for_the_reason(pipeline: Pipeline, anna: User) -> None:
    lead = LeadFactory(stage=stage("New"))
    form = MoveForm({"stage": stage("Lost").pk, "revision": 0}, lead=lead)
    assert form.errors == {"lost_reason": ["Say why the lead was lost."]}

    form = MoveForm({"stage": stage("Offer").pk, "revision": 0}, lead=lead)
    assert form.is_valid()
    assert form.save(user=anna).stage == stage("Offer")


def test_owner_and_next_step_have_forms(pipeline: Pipeline, anna: User) -> None:
    lead = LeadFactory(stage=stage("New"))
    assign, step = AssignForm({"owner": anna.pk}, lead=lead), NextStepForm({"text": "Call"}, lead=lead)
    assert assign.is_valid()
    assert step.is_valid()
    assign.save(user=anna)
    step.save(user=anna)
    lead.refresh_from_db()
    assert (lead.owner, lead.next_step) == (anna, "Call")


def test_stages_are_added_changed_and_deleted_by_form(pipeline: Pipeline, anna: User) -> None:
    data = {"name": "Visit", "kind": "open", "probability": "40", "rotting_days": ""}
    added = StageForm(data, pipeline=pipeline)
    assert added.is_valid(), added.errors
    visit = added.save(user=anna)
    assert (visit.probability, visit.rotting_days) == (40, None)

    twice = StageForm(data, pipeline=pipeline)
    assert twice.is_valid()
    assert twice.save(user=anna) is None
    assert twice.non_field_errors() == ["There is a stage “Visit” already."]

    changed = StageForm({**data, "name": "Tour"}, pipeline=pipeline, stage=visit)
    assert changed.is_valid()
    assert changed.save(user=anna).name == "Tour"

    LeadFactory(stage=stage("Tour"))
    refused = DeleteStageForm({}, stage=stage("Tour"))
    assert refused.is_valid()
    assert refused.save(user=anna) is None
    assert refused.non_field_errors() == ["1 lead stands in “Tour”. Choose the stage that takes its leads."]
    deleted = DeleteStageForm({"move_leads_to": stage("New").pk}, stage=stage("Tour"))
    assert deleted.is_valid()
    assert deleted.save(user=anna) == 1


def test_impossible_numbers_are_refused(pipeline: Pipeline) -> None:
    form = StageForm(
        {"name": "A", "kind": "open", "probability": "101", "rotting_days": "0"}, pipeline=pipeline
    )
    assert set(form.errors) == {"probability", "rotting_days"}
