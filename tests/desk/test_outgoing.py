"""Messages that a person can still take back, change or stop, as the inbox shows them (spec 3.4, 15.2)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from conversations.channels.contracts import EventKind, InboundEvent
from conversations.inbound.operations import receive
from conversations.outbox.models import OutboxItem
from conversations.outbox.operations import deliver_next, send_message
from conversations.threads.models import AuthorKind, Conversation, Message
from core.access.models import User
from core.company.models import CompanyProfile
from core.events.models import Event
from crm.consent.models import Purpose
from crm.consent.operations import withdraw
from crm.memory import forget_all
from desk.outgoing.times import Later, chosen
from tests.desk.conftest import Counting
from tests.desk.reading import attributes, words
from tests.factories.conversations import at, make_conversation, make_pipeline
from tests.factories.core import CompanyFactory, ManagerFactory, TeamFactory

pytestmark = pytest.mark.django_db

NOW = at("2026-03-02T13:00:00+04:00")
MORNING = at("2026-03-03T09:00:00+04:00")
SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def conversation(db: None) -> Conversation:
    CompanyFactory()
    make_pipeline()
    return make_conversation(name="Olga", sender="olga")


def write(client: Client, conversation: Conversation, text: str = "Good day", **more: str) -> Any:
    address = reverse("desk:conversation_write", args=[conversation.public_id])
    return client.post(address, {"text": text, "mode": "reply", "after": "0", "event": "0", **more})


def act(client: Client, name: str, message: Message, **more: str) -> Any:
    parts = [message.conversation.public_id, message.public_id]
    return client.post(reverse(f"desk:message_{name}", args=parts), {"after": "0", "event": "0", **more})


def thread(client: Client, conversation: Conversation) -> bytes:
    return client.get(reverse("desk:conversation", args=[conversation.public_id])).content


def shouts(answer: Any) -> dict[str, Any]:
    events: dict[str, Any] = json.loads(answer.headers.get("HX-Trigger", "{}"))
    return events


def test_a_reply_can_be_undone_by_its_writer_and_its_words_come_back(
    conversation: Conversation, manager: User, sign_in: SignIn
) -> None:
    client = sign_in(manager)
    answer = write(client, conversation)
    assert words(answer.content, "tick") == ["· Sending… Undo"]
    assert OutboxItem.objects.get().next_attempt_at == at("2026-03-02T13:00:10+04:00")
    other = sign_in(ManagerFactory(name="Boss", language="en"))
    assert words(thread(other, conversation), "tick") == ["· Sending…"]

    message = Message.objects.get()
    refused = act(other, "undo", message)
    assert (refused.status_code, shouts(refused)["toast"]["text"]) == (
        422,
        "Too late: the message is on its way already.",
    )
    answer = act(client, "undo", message)
    assert shouts(answer)["composer:fill"] == {"text": "Good day"}
    assert (
        attributes(answer.content, "is-withdrawn", "id") == []
    )  # the screen that is sent anew has it no more
    assert words(thread(client, conversation), "bubble") == []
    fresh = reverse("desk:thread_fresh", args=[conversation.public_id])
    seen = client.get(fresh, {"after": "1", "event": "0"}).content
    assert attributes(seen, "is-withdrawn", "id") == [f"tick-{message.public_id}"]


def test_undo_comes_too_late_once_the_message_has_left(
    conversation: Conversation, manager: User, sign_in: SignIn, clock: Any
) -> None:
    client = sign_in(manager)
    write(client, conversation)
    clock.shift(10)
    assert deliver_next()
    answer = act(client, "undo", Message.objects.get())
    assert (answer.status_code, answer["HX-Reswap"]) == (422, "none")
    assert words(thread(client, conversation), "tick") == ["Sent"]


def test_a_company_that_wants_no_undo_sends_at_once(
    conversation: Conversation, manager: User, sign_in: SignIn
) -> None:
    CompanyProfile.objects.update(undo_seconds=0)
    answer = write(sign_in(manager), conversation)
    assert words(answer.content, "tick") == ["Waiting to be sent"]
    assert deliver_next()


@pytest.mark.parametrize(
    ("asked", "leaves"),
    [
        ({"later": "hour"}, at("2026-03-02T14:00:00+04:00")),
        ({"later": "tomorrow"}, MORNING),
        ({"later": "at", "at": "2026-03-06T15:30"}, at("2026-03-06T15:30:00+04:00")),
    ],
)
def test_a_reply_is_scheduled_by_the_customers_clock(
    conversation: Conversation, manager: User, sign_in: SignIn, asked: dict[str, str], leaves: datetime
) -> None:
    client = sign_in(manager)
    write(client, conversation, **asked)
    item = OutboxItem.objects.get()
    assert (item.wait, item.next_attempt_at) == ("scheduled", leaves)
    assert words(client.get(reverse("desk:inbox")).content, "row-end") == ["A message is scheduled MM"]


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        ({"later": "at", "at": ""}, "Choose a day and a time."),
        ({"later": "at", "at": "soon"}, "Choose a day and a time."),
        ({"later": "at", "at": "2026-03-02T12:59"}, "Choose a time that is still to come."),
        ({"later": "at", "at": "2028-03-02T12:59"}, "Choose a time within a year."),
        ({"later": "someday"}, "Choose a time that is still to come."),
    ],
)
def test_a_time_that_cannot_be_is_refused_and_nothing_is_sent(
    conversation: Conversation, manager: User, sign_in: SignIn, asked: dict[str, str], refusal: str
) -> None:
    answer = write(sign_in(manager), conversation, **asked)
    assert (answer.status_code, shouts(answer)) == (422, {"toast": {"text": refusal}})
    assert Message.objects.count() == 0


def test_the_thread_shows_what_waits_with_its_time_and_what_can_be_done(
    conversation: Conversation, manager: User, sign_in: SignIn
) -> None:
    client = sign_in(manager)
    write(client, conversation, later="tomorrow")
    send_message(
        conversation=Conversation.objects.get(),
        text="Still thinking of it?",
        author_kind=AuthorKind.SYSTEM,
        now=at("2026-03-02T21:30:00+04:00"),
        purpose=Purpose.FOLLOW_UP,
    )
    Event.objects.update(created_at=NOW)
    page = thread(client, conversation)
    assert words(page, "day") == ["Today", "Tomorrow"]
    assert words(page, "tick") == [
        "Will be sent tomorrow at 09:00 Send now Edit Do not send",
        "Quiet hours: will be sent tomorrow at 09:00 Do not send",
    ]


def test_a_scheduled_message_is_changed_in_a_dialog(
    conversation: Conversation, manager: User, sign_in: SignIn
) -> None:
    client = sign_in(manager)
    write(client, conversation, later="tomorrow")
    message = Message.objects.get()
    address = reverse("desk:message_scheduled", args=[conversation.public_id, message.public_id])
    page = client.get(address).content
    assert (words(page, "#id_text"), attributes(page, "#id_at", "value")) == (
        ["Good day"],
        ["2026-03-03T09:00"],
    )

    wrong = client.post(address, {"text": "Good morning", "at": "2026-03-01T10:00"})
    assert wrong.status_code == 422
    assert words(wrong.content, "#id_at_error") == ["Choose a time that is still to come."]
    answer = client.post(address, {"text": "Good morning", "at": "2026-03-04T10:00"})
    assert answer.status_code == 204
    assert {"modal:close", "thread:refresh", "toast"} == set(shouts(answer))
    message.refresh_from_db()
    assert (message.text, message.sent_at) == ("Good morning", at("2026-03-04T10:00:00+04:00"))

    assert act(client, "cancel", message).status_code == 200
    gone = client.post(address, {"text": "Good evening", "at": "2026-03-05T10:00"})
    assert words(gone.content, "alert") == ["Too late: the message is on its way already."]


def test_send_now_and_do_not_send(conversation: Conversation, manager: User, sign_in: SignIn) -> None:
    client = sign_in(manager)
    write(client, conversation, "One", later="hour")
    write(client, conversation, "Two", later="hour")
    one, two = Message.objects.order_by("pk")
    assert act(client, "send_now", one).status_code == 200
    assert act(client, "cancel", two).status_code == 200
    assert deliver_next()
    assert not deliver_next()
    assert words(thread(client, conversation), "bubble") == ["One"]
    assert act(client, "cancel", one).status_code == 422


def test_a_customer_who_writes_first_makes_the_message_ask(
    conversation: Conversation, manager: User, sign_in: SignIn
) -> None:
    client = sign_in(manager)
    write(client, conversation, later="tomorrow")
    event = InboundEvent(kind=EventKind.MESSAGE, external_id="1", sender_id="olga", text="I have decided")
    receive(account=conversation.account, event=event, arrived_at=NOW)
    assert words(thread(client, conversation), "tick") == [
        "The customer has written since. Does it still go? Send now Change Do not send"
    ]
    assert (
        words(client.get("/notifications/").content, "notification")
        == [
            "Olga wrote before your scheduled message left. It waits for your word (#1)".replace(
                "#1", f"#{conversation.pk}"
            )
        ]
        or b"wrote before your scheduled message left" in client.get("/notifications/").content
    )


def test_what_consent_stopped_stays_in_the_thread_with_its_reason(
    conversation: Conversation, manager: User, sign_in: SignIn
) -> None:
    send_message(
        conversation=conversation,
        text="Still thinking of it?",
        author_kind=AuthorKind.SYSTEM,
        now=at("2026-03-02T21:30:00+04:00"),
        purpose=Purpose.FOLLOW_UP,
    )
    withdraw(contact=conversation.contact, source="desk", recorded_by=manager)
    page = thread(sign_in(manager), conversation)
    assert words(page, "bubble") == ["Still thinking of it?"]
    assert words(page, "tick") == ["Not sent Not sent: The customer asked not to be written to."]


def test_the_composer_offers_times_of_the_customers_day(
    conversation: Conversation, manager: User, sign_in: SignIn
) -> None:
    conversation.contact.timezone = "Europe/Berlin"
    conversation.contact.save()
    page = sign_in(manager).get(reverse("desk:conversation_later", args=[conversation.public_id])).content
    assert b"by the customer's clock (Europe/Berlin)" in page
    assert [b"11:00" in page, b"09:00" in page, b'min="2026-03-02T10:00"' in page] == [True, True, True]


def test_outside_the_thread_a_line_says_what_becomes_of_the_reply(
    conversation: Conversation, manager: User, sign_in: SignIn
) -> None:
    client = sign_in(manager)
    alone = {"HX-Request": "true", "HX-Target": "composer-form"}
    address = reverse("desk:conversation_write", args=[conversation.public_id])
    sent = client.post(address, {"text": "Good day"}, headers=alone)
    later = client.post(address, {"text": "Good day", "later": "tomorrow"}, headers=alone)
    first, second = Message.objects.order_by("pk")
    assert shouts(sent)["toast"] == {
        "text": "Sent",
        "undo": reverse("desk:message_undo", args=[conversation.public_id, first.public_id]),
    }
    assert shouts(later)["toast"] == {
        "text": "Will be sent: 3 Mar 2026, 09:00",
        "undo": reverse("desk:message_cancel", args=[conversation.public_id, second.public_id]),
    }


def test_an_outsider_touches_nothing(
    conversation: Conversation, manager: User, agent: User, sign_in: SignIn
) -> None:
    write(sign_in(manager), conversation, later="tomorrow")
    Conversation.objects.update(team=TeamFactory())
    client, message = sign_in(agent), Message.objects.select_related("conversation").get()
    form = {"text": "Mine", "at": "2026-03-04T10:00"}
    codes = [act(client, name, message).status_code for name in ("undo", "cancel", "send_now")]
    codes.append(act(client, "scheduled", message, **form).status_code)
    assert codes == [404, 404, 404, 404]
    other = make_conversation(name="Aram")
    crossed = reverse("desk:message_cancel", args=[other.public_id, message.public_id])
    assert sign_in(manager).post(crossed).status_code == 404
    message.refresh_from_db()
    assert (message.status, message.text) == ("scheduled", "Good day")


def test_a_thread_costs_the_same_whatever_waits_in_it(
    conversation: Conversation, manager: User, sign_in: SignIn, statements: Counting
) -> None:
    client = sign_in(manager)
    costs = []
    for many in (2, 12):
        for number in range(many):
            write(client, conversation, f"Message {number}", later="tomorrow" if number % 2 else "")
        cost = []
        for name in ("conversation", "thread_fresh"):
            forget_all()
            cache.clear()
            with statements() as sent:
                client.get(reverse(f"desk:{name}", args=[conversation.public_id]), {"after": 1})
            cost.append(len(sent))
        costs.append(cost)
    assert costs[0] == costs[1], costs
    assert costs[0][0] <= 12


def test_times_are_reckoned_in_the_customers_zone() -> None:
    now = at("2026-03-28T23:30:00+01:00")
    later = Later.of(zone="Europe/Berlin", reader="Asia/Yerevan", now=now)
    assert (later.zone, later.hour.isoformat(), later.tomorrow.isoformat()) == (
        "Europe/Berlin",
        "2026-03-29T00:30:00+01:00",
        "2026-03-29T09:00:00+02:00",
    )
    assert Later.of(zone="Asia/Tbilisi", reader="Asia/Yerevan", now=now).zone == ""
    skipped = chosen({"later": "at", "at": "2026-03-29T02:30"}, zone="Europe/Berlin", now=now)
    assert skipped == at("2026-03-29T03:00:00+02:00")
