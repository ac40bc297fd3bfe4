from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from conversations.threads import operations
from conversations.threads.models import (
    AuthorKind,
    Conversation,
    ConversationStatus,
    Direction,
    Handler,
    Message,
    MessageStatus,
)
from core.access.models import User
from core.events.models import Event
from crm.memory import forget_all
from crm.pipeline.models import Lead, Pipeline
from tests.desk.conftest import Counting
from tests.desk.reading import attributes, words
from tests.factories.conversations import make_conversation, make_web_chat
from tests.factories.core import TeamFactory
from tests.factories.crm import LeadFactory

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
"""13:00 in Yerevan."""


@pytest.fixture(autouse=True)
def _at_one_moment() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def add_message(conversation: Conversation, text: str, *, minutes_ago: int = 0, **fields: Any) -> Message:
    conversation.last_sequence += 1
    conversation.last_text, conversation.last_direction = text, fields.get("direction", Direction.IN)
    conversation.save()
    values = {"direction": Direction.IN, "author_kind": AuthorKind.CUSTOMER, "status": MessageStatus.RECEIVED}
    return Message.objects.create(
        conversation=conversation,
        account=conversation.account,
        sequence=conversation.last_sequence,
        text=text,
        sent_at=NOW - timedelta(minutes=minutes_ago),
        **{**values, **fields},
    )


def events_happen_now() -> None:
    """The database's own clock does not travel."""
    Event.objects.update(created_at=NOW)


def test_the_list_says_who_waits_how_long_and_what_was_said_last(
    manager: User, sign_in: Callable[[User], Client]
) -> None:
    account = make_web_chat()
    waiting = make_conversation(
        account, name="Նարե", unread=2, waiting_since=NOW - timedelta(minutes=7), last_text="Ինչ արժե?"
    )
    talking = make_conversation(
        account,
        name="Olga",
        handler=Handler.FLOW,
        last_text="Kitchen",
        last_message_at=NOW - timedelta(hours=3),
    )

    page = sign_in(manager).get(reverse("desk:inbox")).content

    assert words(page, "row-name") == ["Նարե , Web chat", "Olga , Web chat"]
    assert words(page, "row-age") == ["7 min", "3 h"]
    assert words(page, "row-words") == ["Ինչ արժե?", "The flow is talking: Kitchen"]
    assert words(page, "wait-soon") == ["7 min"]
    assert attributes(page, "row-link", "href") == [
        f"/inbox/{each.public_id}/?queue=all" for each in (waiting, talking)
    ]
    assert words(page, "queue-tabs") == ["Mine 0 Waiting 1 Flow 1 All 2 Solved"]


def test_an_agent_sees_no_other_teams_conversations(agent: User, sign_in: Callable[[User], Client]) -> None:
    theirs = make_conversation(name="Theirs", team=TeamFactory(), assignee=None)
    make_conversation(name="Everybody's")
    client = sign_in(agent)

    assert words(client.get(reverse("desk:inbox")).content, "row-name") == ["Everybody's , Web chat"]
    for name in ("conversation", "conversation_side", "conversation_about", "thread_fresh", "thread_older"):
        assert client.get(reverse(f"desk:{name}", args=[theirs.public_id])).status_code == 404
    for name in (
        "write",
        "assign",
        "take_over",
        "hand_back",
        "resolve",
        "spam",
        "reopen",
        "read",
        "typing",
        "lead",
    ):
        answer = client.post(reverse(f"desk:conversation_{name}", args=[theirs.public_id]), {"text": "x"})
        assert answer.status_code == 404
    theirs.refresh_from_db()
    assert (theirs.handler, theirs.assignee, theirs.last_sequence) == (Handler.QUEUE, None, 0)


def test_a_thread_stands_in_the_order_of_time_with_days_and_authors(
    manager: User, sign_in: Callable[[User], Client]
) -> None:
    conversation = make_conversation(name="Olga")
    add_message(conversation, "Good evening", minutes_ago=24 * 60)
    flow = {"direction": Direction.OUT, "author_kind": AuthorKind.FLOW, "status": MessageStatus.READ}
    add_message(conversation, "What do you need?", minutes_ago=24 * 60 - 1, **flow)
    add_message(conversation, "<b>A kitchen</b>", minutes_ago=5)
    operations.take_over(conversation_id=conversation.pk, user=manager)
    operations.add_note(conversation_id=conversation.pk, user=manager, text="Ask for the plan")
    events_happen_now()

    page = sign_in(manager).get(reverse("desk:conversation", args=[conversation.public_id])).content

    assert words(page, "day") == ["Yesterday", "Today"]
    assert words(page, "bubble") == [
        "Good evening",
        "What do you need?",
        "<b>A kitchen</b>",
        "Ask for the plan",
    ]
    assert words(page, "is-quiet") == ["What do you need? Flow · 13:01 Read"]
    assert words(page, "is-note") == ["Ask for the plan Mariam Manager · 13:00"]
    assert words(page, "event") == ["Mariam Manager took over · 13:00"]


def test_a_click_gets_the_workspace_alone_and_a_link_the_page(
    manager: User, sign_in: Callable[[User], Client]
) -> None:
    conversation = make_conversation()
    address = reverse("desk:conversation", args=[conversation.public_id])
    client = sign_in(manager)

    part = client.get(address, headers={"HX-Request": "true", "HX-Target": "workspace"}).content
    back = client.get(
        address,
        headers={"HX-Request": "true", "HX-Target": "workspace", "HX-History-Restore-Request": "true"},
    ).content

    assert (words(part, "rail"), len(words(part, "thread-pane"))) == ([], 1)
    assert (len(words(back, "rail")), len(words(back, "thread-pane"))) == (1, 1)


def test_a_reply_comes_back_alone_and_takes_over(manager: User, sign_in: Callable[[User], Client]) -> None:
    conversation = make_conversation(handler=Handler.FLOW)
    add_message(conversation, "Hello")

    answer = sign_in(manager).post(
        reverse("desk:conversation_write", args=[conversation.public_id]),
        {"text": "Good afternoon", "mode": "reply", "after": "1", "event": "0"},
    )

    conversation.refresh_from_db()
    assert words(answer.content, "bubble") == ["Good afternoon"]
    assert [each.split(" · ")[0] for each in words(answer.content, "event")] == ["Mariam Manager took over"]
    assert json.loads(answer["HX-Trigger"]) == {"live:inbox": {}, "lead:refresh": {}}
    assert (conversation.handler, conversation.assignee) == (Handler.PERSON, manager)


def test_an_empty_reply_is_refused_in_words(manager: User, sign_in: Callable[[User], Client]) -> None:
    conversation = make_conversation()

    answer = sign_in(manager).post(
        reverse("desk:conversation_write", args=[conversation.public_id]), {"text": "  "}
    )

    assert (answer.status_code, answer["HX-Reswap"]) == (422, "none")
    assert json.loads(answer["HX-Trigger"]) == {"toast": {"text": "Write something first."}}
    assert Message.objects.count() == 0


def test_send_and_resolve_closes_the_conversation(manager: User, sign_in: Callable[[User], Client]) -> None:
    conversation = make_conversation()
    client = sign_in(manager)

    client.post(
        reverse("desk:conversation_write", args=[conversation.public_id]), {"text": "Done!", "resolve": "1"}
    )

    conversation.refresh_from_db()
    assert conversation.status == ConversationStatus.SOLVED
    events_happen_now()
    page = client.get(reverse("desk:conversation", args=[conversation.public_id])).content
    assert "Mariam Manager resolved the conversation · 13:00" in words(page, "event")
    assert words(page, "thread-actions") == ["Assigned to Nobody Mariam Manager Reopen"]


def test_spam_leaves_the_inbox_and_can_be_reopened(manager: User, sign_in: Callable[[User], Client]) -> None:
    conversation = make_conversation()
    client = sign_in(manager)

    page = client.post(reverse("desk:conversation_spam", args=[conversation.public_id])).content

    conversation.refresh_from_db()
    assert conversation.status == ConversationStatus.SPAM
    assert words(page, "thread-actions") == ["Assigned to Nobody Mariam Manager Reopen"]
    client.post(reverse("desk:conversation_reopen", args=[conversation.public_id]))
    conversation.refresh_from_db()
    assert conversation.status == ConversationStatus.OPEN


def test_who_gives_a_conversation_out_of_sight_goes_back_to_the_list(
    manager: User, agent: User, sign_in: Callable[[User], Client]
) -> None:
    conversation = make_conversation(assignee=agent)

    answer = sign_in(agent).post(
        reverse("desk:conversation_assign", args=[conversation.public_id]),
        {"assignee": str(manager.public_id)},
    )

    conversation.refresh_from_db()
    assert conversation.assignee == manager
    assert (answer.status_code, answer["HX-Redirect"]) == (204, reverse("desk:inbox"))


def test_anothers_lead_is_not_shown_beside_the_chat(
    manager: User, agent: User, pipeline: Pipeline, sign_in: Callable[[User], Client]
) -> None:
    lead = LeadFactory(stage=pipeline.stages.first(), owner=manager, title="Secret villa")
    conversation = make_conversation(lead=lead, assignee=agent)
    address = reverse("desk:conversation", args=[conversation.public_id])

    assert b"Secret villa" not in sign_in(agent).get(address).content
    assert b"Secret villa" in sign_in(manager).get(address).content
    lead.owner = agent
    lead.save()
    assert b"Secret villa" in sign_in(agent).get(address).content


def test_only_what_is_new_is_fetched(manager: User, sign_in: Callable[[User], Client]) -> None:
    conversation = make_conversation()
    add_message(conversation, "One", minutes_ago=3)
    sent = add_message(
        conversation,
        "Two",
        minutes_ago=2,
        direction=Direction.OUT,
        author_kind=AuthorKind.USER,
        author=manager,
        status=MessageStatus.READ,
    )
    add_message(conversation, "Three")

    address = reverse("desk:thread_fresh", args=[conversation.public_id])
    answer = sign_in(manager).get(address, {"after": "2", "event": "0"}).content

    assert words(answer, "bubble") == ["Three"]
    assert attributes(answer, "tick", "id") == [f"tick-{sent.public_id}"]
    assert words(answer, "tick") == ["Read"]


def test_the_handoff_card_is_complete_until_somebody_takes_it(
    manager: User, sign_in: Callable[[User], Client]
) -> None:
    conversation = make_conversation(
        handoff={
            "reason": "asked_for_person",
            "urgency": 1,
            "at": NOW.isoformat(),
            "fresh": True,
            "card": {
                "goal": "sales",
                "facts": [],
                "contact": [["phone", "+37491000000"]],
                "missing": ["contact.name"],
                "last_text": "Let me talk to a person",
                "next_step": "call",
            },
        }
    )
    address = reverse("desk:conversation_side", args=[conversation.public_id])
    client = sign_in(manager)

    complete = (
        "Asks for a person High Goal Price or new order Phone +374 91 000000 Not known Name "
        "Last words “Let me talk to a person” Call"
    )
    assert words(client.get(address).content, "handoff") == [complete]
    operations.take_over(conversation_id=conversation.pk, user=manager)
    assert words(client.get(address).content, "handoff") == []


def test_a_lead_is_made_from_a_conversation_once(
    manager: User, pipeline: Pipeline, sign_in: Callable[[User], Client]
) -> None:
    conversation = make_conversation(name="Olga")
    client = sign_in(manager)

    for _ in range(2):
        answer = client.post(reverse("desk:conversation_lead", args=[conversation.public_id]))
        assert answer.status_code == 200

    lead = Lead.objects.get()
    assert (lead.contact.name, lead.owner, lead.source, lead.stage.name) == (
        "Olga",
        manager,
        "webchat",
        "New",
    )
    assert list(lead.conversations.all()) == [conversation]


@pytest.mark.parametrize("open_one", [False, True])
def test_the_inbox_costs_the_same_with_ten_and_with_a_thousand_rows(
    manager: User, pipeline: Pipeline, sign_in: Callable[[User], Client], statements: Counting, open_one: bool
) -> None:
    account = make_web_chat()
    lead = LeadFactory(stage=pipeline.stages.first())
    first = make_conversation(account, lead=lead)
    client = sign_in(manager)
    address = reverse("desk:conversation", args=[first.public_id]) if open_one else reverse("desk:inbox")

    counts = []
    for size in (10, 1000):
        many = size - Conversation.objects.count()
        _fill(first, many)
        forget_all()
        cache.clear()
        with statements() as sent:
            client.get(address)
        counts.append(len(sent))

    assert counts[0] == counts[1], counts
    assert counts[0] <= 12


def _fill(like: Conversation, many: int) -> None:
    """Copies of a conversation, each in its own thread, with messages in the first one."""
    start = Conversation.objects.count()
    Conversation.objects.bulk_create(
        Conversation(
            account=like.account,
            identity=like.identity,
            contact=like.contact,
            thread_id=f"thread {start + number}",
            last_message_at=NOW - timedelta(minutes=start + number),
            assignee=like.assignee,
        )
        for number in range(many)
    )
    for number in range(10):
        add_message(like, f"Message {start + number}", minutes_ago=number)
