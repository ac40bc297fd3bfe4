from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from conversations.accounts.models import ChannelAccount
from conversations.accounts.operations import update_account
from conversations.channels import registry
from conversations.channels.contracts import SendError, SendResult
from conversations.outbox.models import OutboxItem
from conversations.outbox.operations import deliver_next, retry_message, send_all, send_message
from conversations.sending.drafts import Draft, QuickReply
from conversations.threads.models import AuthorKind, Conversation, Message
from conversations.threads.operations import mark_spam, reopen, reply
from core.access.models import User
from core.events.actor import Actor
from core.events.models import Event
from core.notifications.models import Notification
from crm.consent.models import Purpose
from crm.consent.operations import withdraw
from tests.conversations.stand_in import StandIn
from tests.factories.conversations import make_conversation

pytestmark = pytest.mark.django_db


@pytest.fixture
def conversation(api_account: ChannelAccount) -> Conversation:
    return make_conversation(api_account, sender="u1", handler="flow")


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def say(conversation: Conversation, text: str, now: datetime, **more: object) -> Message:
    return send_message(
        conversation=conversation,
        text=text,
        author_kind=AuthorKind.FLOW,
        now=now,
        **more,  # type: ignore[arg-type]
    )


def state(message: Message) -> tuple[str, str, str]:
    message.refresh_from_db()
    return message.status, message.external_id, message.error


def test_a_message_goes_out_once(conversation: Conversation, channel: StandIn, now: datetime) -> None:
    message = say(conversation, "Good day", now)
    assert state(message) == ("queued", "", "")
    assert deliver_next(now=now)
    assert not deliver_next(now=now)
    assert state(message) == ("sent", "out-1", "")
    (sent,) = channel.sent
    assert (sent.recipient_id, sent.text, sent.message_id) == ("u1", "Good day", message.public_id)
    names = (
        Event.objects.filter(conversation_id=conversation.pk).order_by("id").values_list("name", flat=True)
    )
    assert list(names) == ["message.queued", "message.sent"]


def test_what_a_flow_says_is_adapted_and_leaves_in_order(
    conversation: Conversation, channel: StandIn, now: datetime
) -> None:
    drafts = [
        Draft("This is a first sentence. And here is another sentence."),
        Draft(""),
        Draft("Shall I?", (QuickReply("Yes", "yes"), QuickReply("No", "no"))),
    ]
    sent = send_all(conversation=conversation, drafts=drafts, author_kind=AuthorKind.FLOW, now=now)
    assert [message.sequence for message in sent] == [1, 2, 3]
    while deliver_next(now=now):
        pass
    assert [(each.text, each.quick_replies) for each in channel.sent] == [
        ("This is a first sentence.", ()),
        ("And here is another sentence.", ()),
        ("Shall I?\n\n1. Yes\n2. No", ()),
    ]
    sent[2].refresh_from_db()
    assert sent[2].quick_replies == [{"label": "Yes", "payload": "yes"}, {"label": "No", "payload": "no"}]
    conversation.refresh_from_db()
    assert (conversation.status, conversation.last_sequence) == ("waiting_customer", 3)
    assert (conversation.first_response_at, conversation.first_person_response_at) == (now, None)


def test_a_fault_is_tried_again_with_growing_pauses_and_holds_the_order(
    conversation: Conversation, channel: StandIn, now: datetime
) -> None:
    first, second = say(conversation, "one", now), say(conversation, "two", now)
    channel.outcomes = [SendError("busy"), SendError("slow down", retry_after=60), SendResult("a")]
    assert deliver_next(now=now)
    assert not deliver_next(now=now + timedelta(seconds=1))
    item = OutboxItem.objects.get(message=first)
    assert (item.attempts, item.next_attempt_at, item.error) == (1, now + timedelta(seconds=2), "busy")
    assert deliver_next(now=now + timedelta(seconds=2))
    assert not deliver_next(now=now + timedelta(seconds=61))
    assert deliver_next(now=now + timedelta(seconds=62))
    assert deliver_next(now=now + timedelta(seconds=62))
    assert state(first) == ("sent", "a", "")
    assert state(second) == ("sent", "out-4", "")
    assert [each.text for each in channel.sent] == ["one", "one", "one", "two"]


def test_what_can_never_be_sent_fails_visibly_and_lets_the_next_one_go(
    conversation: Conversation, channel: StandIn, user: User, now: datetime
) -> None:
    words = "The customer has blocked us."
    channel.outcomes = [SendError(words, permanent=True, code="403")]
    message = reply(conversation_id=conversation.pk, user=user, text="one", now=now)
    other = reply(conversation_id=conversation.pk, user=user, text="two", now=now)
    assert deliver_next(now=now)
    assert deliver_next(now=now)
    assert state(message) == ("failed", "", words)
    assert state(other)[0] == "sent"
    event = Event.objects.get(name="message.failed")
    assert event.payload == {"message": str(message.public_id), "sequence": 1, "error": words, "code": "403"}
    notification = Notification.objects.get(kind="message.failed")
    assert (notification.user, notification.url) == (user, f"/inbox/{conversation.public_id}/")
    assert notification.params == {"number": conversation.pk, "error": words}


def test_a_person_sends_a_failed_message_again(
    conversation: Conversation, channel: StandIn, user: User, now: datetime
) -> None:
    channel.outcomes = [SendError("blocked", permanent=True)]
    message = reply(conversation_id=conversation.pk, user=user, text="one", now=now)
    deliver_next(now=now)
    assert retry_message(message_id=message.pk, actor=Actor.of(user), now=now)
    assert not retry_message(message_id=message.pk, actor=Actor.of(user), now=now)
    assert deliver_next(now=now)
    assert state(message) == ("sent", "out-2", "")


def test_a_message_sent_again_is_the_newest_and_passes_the_same_policy(
    conversation: Conversation, channel: StandIn, user: User, now: datetime
) -> None:
    channel.outcomes = [SendError("blocked", permanent=True)]
    first = reply(conversation_id=conversation.pk, user=user, text="one", now=now)
    reply(conversation_id=conversation.pk, user=user, text="two", now=now)
    while deliver_next(now=now):
        pass
    later = now + timedelta(hours=1)
    mark_spam(conversation_id=conversation.pk, user=user)
    assert not retry_message(message_id=first.pk, actor=Actor.of(user), now=later)
    assert state(first) == ("failed", "", "This conversation is marked as spam. Reopen it to answer.")
    reopen(conversation_id=conversation.pk, user=user)
    assert retry_message(message_id=first.pk, actor=Actor.of(user), now=later)
    first.refresh_from_db()
    conversation.refresh_from_db()
    assert (first.sequence, first.sent_at) == (3, later)
    assert (conversation.last_sequence, conversation.last_text) == (3, "one")


def test_after_eight_tries_it_is_given_up(
    conversation: Conversation, channel: StandIn, now: datetime
) -> None:
    message = say(conversation, "one", now)
    channel.outcomes = [SendError("busy") for _ in range(10)]
    moment = now
    while deliver_next(now=moment) or OutboxItem.objects.filter(status="pending").exists():
        moment += timedelta(seconds=5)
    assert len(channel.sent) == 8
    assert state(message) == ("failed", "", "busy")


def test_a_fault_in_an_adapter_stops_nobody_else(
    conversation: Conversation, channel: StandIn, now: datetime
) -> None:
    message = say(conversation, "one", now)
    channel.outcomes = [KeyError("token")]
    assert deliver_next(now=now)
    item = OutboxItem.objects.get()
    assert (item.status, item.error) == ("pending", "Something went wrong on our side.")
    assert deliver_next(now=now + timedelta(seconds=2))
    assert state(message)[0] == "sent"


def test_a_worker_that_died_is_replaced_when_its_lease_is_over(
    conversation: Conversation, channel: StandIn, now: datetime
) -> None:
    message = say(conversation, "one", now)
    OutboxItem.objects.update(attempts=1, claimed_until=now + timedelta(seconds=30))
    assert not deliver_next(now=now + timedelta(seconds=30))
    assert deliver_next(now=now + timedelta(seconds=31))
    assert state(message)[0] == "sent"


def test_a_message_that_kills_its_worker_fails_in_the_end(
    conversation: Conversation, channel: StandIn, now: datetime
) -> None:
    message = say(conversation, "one", now)
    OutboxItem.objects.update(attempts=8)
    assert deliver_next(now=now)
    assert channel.sent == []
    assert state(message) == ("failed", "", "Something went wrong on our side.")


def test_a_channel_that_is_gone_holds_nobody_up(
    conversation: Conversation, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    say(conversation, "one", now)
    monkeypatch.delitem(registry._ADAPTERS, "api")
    assert deliver_next(now=now)
    item = OutboxItem.objects.get()
    assert (item.status, item.attempts, item.claimed_until) == ("pending", 1, None)


def test_a_claim_lasts_as_long_as_the_channel_may_take(
    conversation: Conversation, channel: StandIn, now: datetime
) -> None:
    say(conversation, "one", now)
    claimed: list[datetime | None] = []

    def look(*_: object) -> SendResult:
        claimed.append(OutboxItem.objects.get().claimed_until)
        return SendResult()

    channel.send = look  # type: ignore[method-assign]
    deliver_next(now=now)
    assert claimed == [now + timedelta(seconds=30)]


@pytest.mark.parametrize("what", ["spam", "off", "consent"])
def test_what_may_not_leave_is_kept_as_failed_with_its_reason(
    conversation: Conversation, user: User, now: datetime, what: str
) -> None:
    purpose = Purpose.REPLY
    if what == "spam":
        mark_spam(conversation_id=conversation.pk, user=user)
    elif what == "off":
        update_account(account_id=conversation.account_id, active=False)
    else:
        withdraw(contact=conversation.contact, source="test", text="stop")
        purpose = Purpose.FOLLOW_UP
    conversation.refresh_from_db()
    before = conversation.status
    message = send_message(
        conversation=conversation, text="Hello?", author_kind=AuthorKind.FLOW, now=now, purpose=purpose
    )
    assert {
        "spam": "This conversation is marked as spam. Reopen it to answer.",
        "off": "This channel is switched off. Switch it on in the settings, then send again.",
        "consent": "The customer asked not to be written to.",
    }[what] == message.error
    assert (message.status, OutboxItem.objects.count()) == ("failed", 0)
    conversation.refresh_from_db()
    assert (conversation.status, conversation.last_sequence) == (before, 1)


def test_an_answer_to_the_customers_own_words_needs_no_consent(
    conversation: Conversation, now: datetime
) -> None:
    withdraw(contact=conversation.contact, source="test", text="stop")
    assert say(conversation, "Your order is on its way", now).status == "queued"


def test_an_automatic_word_does_not_end_the_wait_for_a_person(
    conversation: Conversation, now: datetime
) -> None:
    conversation.handler, conversation.status, conversation.waiting_since = "queue", "waiting_us", now
    conversation.save()
    say(conversation, "A colleague will answer soon", now + timedelta(seconds=1))
    conversation.refresh_from_db()
    assert (conversation.status, conversation.waiting_since) == ("waiting_us", now)
