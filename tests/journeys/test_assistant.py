"""The flow goes on from what the assistant read (spec 4.3); without the assistant it goes its way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from conversations.assistant.models import AssistantCall
from conversations.assistant.operations.settings import SettingsDraft, save_assistant
from core.events.actor import SYSTEM
from tests.journeys.chat import Chat
from tests.providers import assistant as stand_in
from tests.providers.assistant import AssistantStandIn

pytestmark = pytest.mark.django_db
WORDS = "zorkle my quibble"


@pytest.fixture
def model(settings: Any) -> Iterator[AssistantStandIn]:
    settings.OUTGOING_LOOPBACK = True
    with AssistantStandIn() as running:
        draft = SettingsDraft(
            active=True,
            endpoint=running.url,
            model="small-1",
            uses=("classify", "extract", "summarise"),
            monthly_tokens=1_000_000,
        )
        save_assistant(draft=draft, actor=SYSTEM)
        yield running


def test_the_flow_answers_what_the_assistant_read(chat: Chat, model: AssistantStandIn) -> None:
    chat.say("Hello")
    model.answers(stand_in.classified("price"))
    chat.say(WORDS)
    call = AssistantCall.objects.get(purpose="classify")
    assert (call.outcome, call.result["intent"]) == ("done", "price")
    assert chat.conversation.goal == "sales"
    assert model.documents[0]["message"] == WORDS


@pytest.mark.parametrize("scripted", [stand_in.BROKEN, stand_in.NO_JSON, stand_in.classified("opt_out")])
def test_without_its_help_the_flow_goes_its_way(
    chat: Chat, model: AssistantStandIn, scripted: stand_in.Scripted
) -> None:
    chat.say("Hello")
    before = chat.conversation.goal
    model.answers(scripted)
    said = chat.say(WORDS)
    assert said
    assert (chat.conversation.goal, chat.conversation.handler) == (before, "flow")


def test_who_seems_to_ask_for_a_person_gets_one(chat: Chat, model: AssistantStandIn) -> None:
    chat.say("Hello")
    model.answers(stand_in.classified("human"))
    chat.say(WORDS)
    assert (chat.conversation.handler, chat.conversation.handoff["reason"]) == ("queue", "asked_for_person")


def test_a_guess_of_the_assistant_cancels_nothing(chat: Chat, model: AssistantStandIn) -> None:
    chat.say("Hello")
    model.answers(stand_in.classified("cancel_booking", confidence=1.0))
    chat.say(WORDS)
    assert AssistantCall.objects.get(purpose="classify").outcome == "done"
    assert chat.conversation.handler == "flow"
    assert chat.conversation.talk == {}


def test_a_handoff_of_the_flow_comes_with_a_summary(chat: Chat, model: AssistantStandIn) -> None:
    chat.say("Hello", "I want a kitchen")
    model.answers(stand_in.summary("Wants a kitchen.", "Asked for a person."))
    chat.say("I want to talk to a person")
    call = AssistantCall.objects.get(purpose="handoff")
    assert call.result["lines"] == ["Wants a kitchen.", "Asked for a person."]
