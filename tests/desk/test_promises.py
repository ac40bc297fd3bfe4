"""A time that a colleague names in a message is offered as the next step, one click away (spec 7.7)."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from conversations.threads.models import Conversation, Message
from core.access.models import User
from crm.pipeline.models import Lead, Pipeline
from desk.steps.promises import promised
from tests.desk.reading import words
from tests.factories.conversations import make_conversation
from tests.factories.crm import LeadFactory

NOW = datetime(2026, 3, 5, 9, tzinfo=UTC)
"""Thursday, 13:00 in Yerevan."""


def moment_of(text: str) -> str | None:
    step = promised(text, now=NOW, zone="Asia/Yerevan", country="AM")
    return None if step is None or step.due_at is None else f"{step.due_at:%a %d %H:%M}"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("I'll call you tomorrow at 5", "Fri 06 17:00"),
        ("Перезвоню вам завтра в 15:30", "Fri 06 15:30"),
        ("Կզանգեմ վաղը 15:00-ին", "Fri 06 15:00"),
        ("Sabah saat 11:00-da zəng edəcəyəm", "Fri 06 11:00"),
        ("I will write on 10 March", "Tue 10 10:00"),
        ("Does tomorrow at 5 suit you?", None),
        ("Thank you, here is the quote", None),
        ("We spoke yesterday", None),
        ("", None),
    ],
)
def test_times_are_read_from_what_colleagues_write(text: str, moment: str | None) -> None:
    assert moment_of(text) == moment


def test_a_long_message_makes_a_short_step() -> None:
    step = promised(f"Tomorrow at 17:00 {'we talk ' * 40}", now=NOW, zone="Asia/Yerevan", country="AM")

    assert step is not None
    assert len(step.text) <= 100
    assert step.text.endswith("…")


@pytest.fixture
def chat(pipeline: Pipeline, agent: User) -> Conversation:
    lead = LeadFactory(stage=pipeline.stages.get(name="New"), title="Kitchen", owner=agent)
    conversation = make_conversation(lead=lead, assignee=agent)
    conversation.contact.timezone = "Asia/Yerevan"
    conversation.contact.save()
    return conversation


def write(client: Client, chat: Conversation, text: str, **more: str) -> dict[str, Any]:
    address = reverse("desk:conversation_write", args=[chat.public_id])
    answer = client.post(address, {"text": text, "mode": "reply", **more})
    assert answer.status_code == 200
    found: dict[str, Any] = json.loads(answer["HX-Trigger"])
    return found


@time_machine.travel(NOW, tick=False)
def test_one_click_makes_it_the_next_step(
    chat: Conversation, agent: User, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(agent)
    told = write(client, chat, "I'll call you tomorrow at 5")["offer"]
    assert (told["text"], told["label"]) == (
        "You named a time: 6 Mar 2026, 17:00",
        "Make it the next step",
    )

    assert client.post(told["url"]).status_code == 200

    lead = Lead.objects.get()
    assert (lead.next_step, lead.next_step_at) == (
        "I'll call you tomorrow at 5",
        datetime(2026, 3, 6, 13, tzinfo=UTC),
    )
    assert "offer" not in write(client, chat, "As I said: tomorrow at 5")


@time_machine.travel(NOW, tick=False)
def test_nothing_is_offered_where_nothing_can_follow(
    chat: Conversation, agent: User, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(agent)
    assert "offer" in write(client, chat, "Call him tomorrow at 5", mode="note")
    assert "offer" not in write(client, chat, "Here is the quote")

    won = chat.lead.pipeline.stages.get(name="Won")  # type: ignore[union-attr]
    Lead.objects.update(stage=won, stage_kind="won", closed_at=NOW)

    assert "offer" not in write(client, chat, "I'll call you tomorrow at 5")


def heard(client: Client, chat: Conversation, text: str, said_at: datetime = NOW) -> bytes:
    """The thread after the customer has said so."""
    chat.refresh_from_db()
    number = chat.last_sequence + 1
    Message.objects.create(
        conversation=chat,
        account=chat.account,
        sequence=number,
        direction="in",
        author_kind="customer",
        text=text,
        status="received",
        sent_at=said_at,
    )
    Conversation.objects.filter(pk=chat.pk).update(last_sequence=number)
    return client.get(reverse("desk:conversation", args=[chat.public_id])).content


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Call me tomorrow at 15:00", "tomorrow at 15:00"),
        ("Можете позвонить завтра в 15:00?", "tomorrow at 15:00"),
        ("Thanks", ""),
    ],
)
def test_a_time_that_the_customer_names_is_offered_under_their_words(
    chat: Conversation, agent: User, sign_in: Callable[[User], Client], text: str, moment: str
) -> None:
    client = sign_in(agent)
    offered = words(heard(client, chat, text), "named-time")
    expected = [f"The customer named a time: {moment} Make it the next step"] if moment else []
    assert offered == expected


@time_machine.travel(NOW, tick=False)
def test_one_click_takes_the_customers_time(
    chat: Conversation, agent: User, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(agent)
    page = heard(client, chat, "Call me tomorrow at 15:00", said_at=NOW - timedelta(hours=2))
    url = re.search(r'data-once>.*?hx-post="([^"]+)"', page.decode(), re.DOTALL)
    assert url is not None
    assert client.post(html.unescape(url[1])).status_code == 200

    assert Lead.objects.get().next_step_at == datetime(2026, 3, 6, 11, tzinfo=UTC)
    page = client.get(reverse("desk:conversation", args=[chat.public_id])).content
    assert words(page, "named-time") == []


@time_machine.travel(NOW, tick=False)
def test_what_was_answered_or_is_left_to_the_flow_is_not_offered(
    chat: Conversation, agent: User, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(agent)
    heard(client, chat, "Call me tomorrow at 15:00")
    assert words(heard(client, chat, "And bring the catalogue"), "named-time") == []
    Conversation.objects.update(handler="flow")
    assert words(heard(client, chat, "Call me tomorrow at 15:00"), "named-time") == []
