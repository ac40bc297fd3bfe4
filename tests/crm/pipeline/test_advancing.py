"""A lead that becomes qualified goes on by itself, once and never backwards."""

from __future__ import annotations

import pytest

from core.events.actor import SYSTEM
from core.events.models import Event
from crm.contacts.operations import create_contact
from crm.defaults import install_defaults
from crm.pipeline.errors import BadStage
from crm.pipeline.models import Lead, Pipeline, Stage, StageKind
from crm.pipeline.operations import StageDraft, create_lead, create_stage, move_lead, update_stage
from crm.qualification.answers import NewAnswer
from crm.qualification.operations import apply_answers

pytestmark = pytest.mark.django_db

EVERYTHING = [
    NewAnswer(key="interest", value="kitchen"),
    NewAnswer(key="start", value=7),
    NewAnswer(key="budget", value={"amount": "1500000.0000", "currency": "AMD"}),
    NewAnswer(key="city", value={"raw": "Yerevan", "norm": "erevan"}),
]


@pytest.fixture
def lead() -> Lead:
    install_defaults()
    return create_lead(contact=create_contact(actor=SYSTEM, name="Aram"), actor=SYSTEM, title="Kitchen")


def test_a_qualified_lead_enters_the_stage_that_takes_it(lead: Lead) -> None:
    apply_answers(lead=lead, answers=EVERYTHING, actor=SYSTEM)
    lead.refresh_from_db()
    assert (lead.qualification, lead.stage.name) == ("qualified", "Qualified")
    moved = Event.objects.get(name="lead.stage_changed")
    assert (moved.payload["from"], moved.payload["to"]) == ("New", "Qualified")


def test_it_never_goes_backwards(lead: Lead) -> None:
    meeting = Stage.objects.get(name="Meeting")
    move_lead(lead_id=lead.pk, to_stage_id=meeting.pk, actor=SYSTEM)
    lead = Lead.objects.get(pk=lead.pk)
    apply_answers(lead=lead, answers=EVERYTHING, actor=SYSTEM)
    lead.refresh_from_db()
    assert (lead.qualification, lead.stage) == ("qualified", meeting)


def test_the_newest_choice_of_a_stage_counts(lead: Lead) -> None:
    pipeline = Pipeline.objects.get()
    draft = StageDraft("Hot", StageKind.OPEN, 50, takes_qualified=True)
    create_stage(pipeline_id=pipeline.pk, draft=draft, actor=SYSTEM)
    assert list(pipeline.stages.filter(takes_qualified=True).values_list("name", flat=True)) == ["Hot"]


def test_a_closed_stage_takes_nobody(lead: Lead) -> None:
    won = Stage.objects.get(kind=StageKind.WON)
    with pytest.raises(BadStage, match="open stage"):
        update_stage(stage_id=won.pk, draft=StageDraft("Won", "won", 100, takes_qualified=True), actor=SYSTEM)
