"""A stage starts a flow in the lead's chat when nobody has it; otherwise the timeline says why not."""

from __future__ import annotations

import pytest

from automation.flows.models import FlowRun
from conversations.threads.operations import resolve, take_over
from core.access.models import User
from core.due.models import DueRow
from core.events.actor import SYSTEM
from core.events.models import Event
from crm.consent.operations import withdraw
from crm.pipeline.models import Stage
from crm.pipeline.operations import StageDraft, move_lead, update_stage
from tests.journeys.chat import Chat
from tests.support import work_off

pytestmark = pytest.mark.django_db


@pytest.fixture
def offer(chat: Chat) -> Stage:
    """Starts the flow for each lead that enters it."""
    chat.say("hello, how much is it?", "a kitchen")
    stage = Stage.objects.filter(pipeline=chat.lead.pipeline, kind="open").exclude(pk=chat.lead.stage_id)[0]
    action = {"action": "flow", "settings": {"flow": "first_answer"}}
    FlowRun.objects.update(status="finished")
    return update_stage(stage_id=stage.pk, draft=StageDraft(stage.name, actions=[action]), actor=SYSTEM)


def enter(chat: Chat, stage: Stage) -> None:
    move_lead(lead_id=chat.lead.pk, to_stage_id=stage.pk, actor=SYSTEM)
    work_off()


def reasons() -> list[str]:
    rows = Event.objects.filter(name="flow.not_started").order_by("id")
    return [row.payload["reason"] for row in rows]


def test_the_flow_speaks_after_the_move(chat: Chat, offer: Stage) -> None:
    said, runs = len(chat.said), FlowRun.objects.count()

    enter(chat, offer)

    assert FlowRun.objects.count() == runs + 1
    assert (chat.run.status, chat.conversation.handler) == ("active", "flow")
    assert len(chat.said) > said
    assert reasons() == []


def test_a_flow_that_is_underway_gives_way_to_another_start_only_once(chat: Chat, offer: Stage) -> None:
    enter(chat, offer)
    move_lead(lead_id=chat.lead.pk, to_stage_id=Stage.objects.exclude(pk=offer.pk)[0].pk, actor=SYSTEM)

    enter(chat, offer)

    assert reasons() == ["running"]


def test_a_person_who_has_the_chat_is_not_talked_over(chat: Chat, offer: Stage, anna: User) -> None:
    take_over(conversation_id=chat.conversation.pk, user=anna)
    said = len(chat.said)

    enter(chat, offer)

    assert (reasons(), len(chat.said)) == (["person"], said)


def test_nothing_begins_where_no_chat_is_open(chat: Chat, offer: Stage, anna: User) -> None:
    resolve(conversation_id=chat.conversation.pk, user=anna)

    enter(chat, offer)

    assert reasons() == ["no_conversation"]
    assert Event.objects.get(name="flow.not_started").lead_id == chat.lead.pk


def test_long_after_the_customers_words_consent_and_quiet_hours_count(
    chat: Chat, offer: Stage, anna: User
) -> None:
    chat.clock.move_to("2026-03-02T22:30:00+04:00")
    enter(chat, offer)
    waiting = DueRow.objects.get(kind="flow.start", status="pending")
    assert waiting.due_at.isoformat() == "2026-03-03T05:00:00+00:00"

    withdraw(contact=chat.contact, source="desk", recorded_by=anna)
    assert chat.wait(hours=11) == ""
    assert reasons() == ["consent"]
