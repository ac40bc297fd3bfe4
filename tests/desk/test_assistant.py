"""The assistant beside a conversation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from conversations.assistant.enums import Use
from conversations.assistant.models import AssistantCall, AssistantSettings
from conversations.assistant.queries import assistant
from conversations.threads.models import Conversation, Message
from conversations.threads.operations import say
from core.access.models import User
from crm.pipeline.models import Pipeline
from tests.desk.conftest import Counting
from tests.factories.conversations import make_conversation

SignIn = Callable[[User], Client]


@pytest.fixture
def conversation(pipeline: Pipeline) -> Conversation:
    found = make_conversation(name="Aram", language="ru")
    say(conversation_id=found.pk, text="Hello, how can we help?", now=timezone.now())
    return found


@pytest.fixture
def client(agent: User, sign_in: SignIn) -> Client:
    return sign_in(agent)


def switch_on(*uses: str) -> None:
    AssistantSettings.objects.create(
        active=True, endpoint="https://api.example.com/v1", model="m", uses=list(uses or Use.values)
    )
    assistant.forget()


def done(conversation: Conversation, purpose: str, **values: Any) -> AssistantCall:
    given = {"outcome": "done", "sequence": conversation.last_sequence, **values}
    return AssistantCall.objects.create(purpose=purpose, conversation=conversation, **given)


def test_nothing_of_it_is_seen_while_it_is_off(client: Client, conversation: Conversation) -> None:
    done(conversation, "draft", result={"text": "We deliver."})
    for place in ("", "side/"):
        assert client.get(f"/inbox/{conversation.public_id}/assistant/{place}").content.strip() == b""
    refused = client.post(f"/inbox/{conversation.public_id}/assistant/ask/", {"purpose": "draft"})
    assert refused.status_code == 422
    assert AssistantCall.objects.count() == 1


def test_a_draft_is_asked_for_and_arrives(client: Client, conversation: Conversation, agent: User) -> None:
    switch_on()
    url = f"/inbox/{conversation.public_id}/"
    assert 'id="assistant-strip"' in client.get(url).content.decode()
    asked = client.post(f"{url}assistant/ask/", {"purpose": "draft"}).content.decode()
    assert "the assistant is at it" in asked
    call = AssistantCall.objects.get()
    assert (call.user, call.language, call.outcome) == (agent, "ru", "queued")
    AssistantCall.objects.update(
        outcome="done",
        result={"text": "Пишите на [EMAIL_1]"},
        hidden={"[EMAIL_1]": "us@example.com"},
        sources=[{"id": "S1", "kind": "goal", "title": "Delivery", "url": ""}],
    )
    shown = client.get(f"{url}assistant/").content.decode()
    assert "Drafted by the assistant" in shown
    assert 'data-draft-text="Пишите на us@example.com" data-asked="yes"' in shown
    assert "Delivery" in shown


def test_a_sent_draft_is_marked_in_the_thread_and_gone_from_the_composer(
    client: Client, conversation: Conversation
) -> None:
    switch_on()
    call = done(conversation, "draft", result={"text": "We deliver."})
    url = f"/inbox/{conversation.public_id}/"
    answer = client.post(f"{url}write/", {"text": "We deliver!", "draft": str(call.public_id)})
    assert "drafted by the assistant" in answer.content.decode()
    call.refresh_from_db()
    assert call.sent_message == Message.objects.get(text="We deliver!")
    assert "We deliver" not in client.get(f"{url}assistant/").content.decode()
    assert "drafted by the assistant" in client.get(url).content.decode()
    client.post(f"{url}write/", {"text": "And more", "draft": "nonsense"})
    assert Message.objects.filter(text="And more").exists()


def test_what_came_to_nothing_says_so_and_is_put_aside(client: Client, conversation: Conversation) -> None:
    switch_on()
    call = done(conversation, "draft", outcome="no_source")
    url = f"/inbox/{conversation.public_id}/assistant/"
    assert (
        "Nothing shown to it holds the answer. This answer is yours to give."
        in client.get(url).content.decode()
    )
    client.post(f"{url}{call.public_id}/dismiss/")
    assert "holds the answer" not in client.get(url).content.decode()


def test_a_draft_from_before_the_last_words_says_so(client: Client, conversation: Conversation) -> None:
    switch_on()
    done(conversation, "draft", result={"text": "Yes."}, sequence=0)
    assert (
        "Something was said since"
        in client.get(f"/inbox/{conversation.public_id}/assistant/").content.decode()
    )


def test_the_right_pane_shows_summary_step_translation_and_reading(
    client: Client, conversation: Conversation, statements: Counting
) -> None:
    switch_on()
    message = Message.objects.get()
    done(conversation, "handoff", result={"lines": ["Wants a kitchen."]})
    done(conversation, "suggest", result={"step": "call", "why": "They asked for it."})
    done(conversation, "translate", result={"text": "Good day", "language": "German"}, message=message)
    done(conversation, "classify", result={"intent": "delivery", "facts": ["to Gyumri"]}, confidence="0.82")
    with statements() as sent:
        page = client.get(f"/inbox/{conversation.public_id}/assistant/side/").content.decode()
    for words in (
        "Wants a kitchen.",
        "<strong>Call</strong>. They asked for it.",
        "Translated by the assistant from: German",
        "Hello, how can we help?",
        "Reads the last words as: Delivery (82 %)",
        "to Gyumri",
        "Made by the assistant: check it.",
    ):
        assert words in page
    assert len(sent) <= 12


def test_a_failed_reading_is_silent(client: Client, conversation: Conversation) -> None:
    switch_on("classify")
    done(conversation, "classify", outcome="timeout")
    assert (
        "Took too long" not in client.get(f"/inbox/{conversation.public_id}/assistant/side/").content.decode()
    )


def test_what_may_not_be_asked_for_is_refused(client: Client, conversation: Conversation) -> None:
    switch_on("draft")
    url = f"/inbox/{conversation.public_id}/assistant/ask/"
    for purpose in ("classify", "answer", "handoff", "summarise", "try", ""):
        assert client.post(url, {"purpose": purpose}).status_code == 400
    assert client.post(url, {"purpose": "translate_out", "text": "Hi"}).status_code == 422
    assert not AssistantCall.objects.exists()


def test_the_inbox_with_an_open_conversation_stays_within_its_budget(
    client: Client, conversation: Conversation, statements: Counting
) -> None:
    switch_on()
    client.get(f"/inbox/{conversation.public_id}/")
    with statements() as sent:
        client.get(f"/inbox/{conversation.public_id}/")
    assert len(sent) <= 12
