"""Messages that do not leave at once: quiet hours, a time that was chosen, the seconds to undo (spec 3.4, 10.1, 15.2)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from conversations.accounts.models import ChannelAccount
from conversations.accounts.operations import update_account
from conversations.channels.contracts import Abilities, EventKind, InboundEvent, SendError
from conversations.inbound.operations import receive
from conversations.outbox.errors import OnItsWay
from conversations.outbox.models import OutboxItem
from conversations.outbox.operations import (
    cancel_message,
    deliver_next,
    reschedule,
    retry_message,
    send_message,
    send_now,
    take_back,
)
from conversations.threads.models import Attachment, AuthorKind, Conversation, Message
from conversations.threads.operations import hand_back, mark_spam, reply, resolve
from core.access.models import User
from core.company.models import CompanyProfile
from core.errors import Refused
from core.events.actor import Actor
from core.events.models import Event
from core.notifications.models import Notification
from crm.consent.models import Purpose
from crm.consent.operations import withdraw
from tests.conversations.stand_in import StandIn
from tests.factories.conversations import at, make_conversation, make_user

pytestmark = pytest.mark.django_db

NOON = at("2026-03-02T12:00:00+04:00")
NIGHT = at("2026-03-02T22:00:00+04:00")
MORNING = at("2026-03-03T09:00:00+04:00")
TEN = timedelta(seconds=10)


@pytest.fixture
def conversation(api_account: ChannelAccount) -> Conversation:
    CompanyProfile.objects.create(name="Ararat Interiors", timezone="Asia/Yerevan")
    return make_conversation(api_account, sender="u1", last_message_at=NOON - timedelta(hours=1))


def say(conversation: Conversation, text: str, now: datetime, **more: Any) -> Message:
    kind = AuthorKind.USER if more.get("author") else AuthorKind.SYSTEM
    return send_message(conversation=conversation, text=text, author_kind=kind, now=now, **more)


def customer_writes(conversation: Conversation, text: str, now: datetime) -> None:
    event = InboundEvent(
        kind=EventKind.MESSAGE, external_id=f"in-{text}", sender_id="u1", text=text, sent_at=now
    )
    receive(account=conversation.account, event=event, arrived_at=now)
    conversation.refresh_from_db()


def state(message: Message) -> tuple[str, str]:
    message.refresh_from_db()
    return message.status, message.error


def deliver_all(now: datetime) -> None:
    while deliver_next(now=now):
        pass


# Quiet hours


@pytest.mark.parametrize(
    ("purpose", "more", "waits"),
    [
        (Purpose.FOLLOW_UP, {}, True),
        (Purpose.TRANSACTIONAL, {"can_wait": True}, True),
        (Purpose.TRANSACTIONAL, {}, False),
        (Purpose.REPLY, {}, False),
        (Purpose.REPLY, {"can_wait": True}, False),
    ],
)
def test_quiet_hours_put_off_what_nobody_waits_for(
    conversation: Conversation, channel: StandIn, purpose: Purpose, more: dict[str, bool], waits: bool
) -> None:
    message = say(conversation, "Good evening", NIGHT, purpose=purpose, **more)
    deliver_all(NIGHT)
    assert [each.text for each in channel.sent] == ([] if waits else ["Good evening"])
    item = OutboxItem.objects.get()
    if waits:
        assert (item.wait, item.next_attempt_at, item.purpose) == ("quiet", MORNING, purpose)
        assert state(message) == ("scheduled", "")
        assert message.sent_at == MORNING
        assert Event.objects.get(name="message.scheduled").payload["at"] == "2026-03-03T05:00:00+00:00"
        deliver_all(MORNING - timedelta(seconds=1))
        assert channel.sent == []
        deliver_all(MORNING)
    assert [each.text for each in channel.sent] == ["Good evening"]
    assert state(message) == ("sent", "")


def test_the_customers_own_clock_counts(conversation: Conversation, channel: StandIn) -> None:
    conversation.contact.timezone = "America/New_York"
    conversation.contact.save()
    say(conversation, "Still interested?", NOON, purpose=Purpose.FOLLOW_UP)
    assert OutboxItem.objects.get().next_attempt_at == at("2026-03-02T09:00:00-05:00")


def test_what_waits_holds_up_no_answer_and_becomes_the_newest_when_it_leaves(
    conversation: Conversation, channel: StandIn
) -> None:
    waiting = say(conversation, "We measure on Friday", NIGHT, purpose=Purpose.TRANSACTIONAL, can_wait=True)
    conversation.refresh_from_db()
    assert conversation.last_text == ""
    customer_writes(conversation, "hello", NIGHT + timedelta(minutes=1))
    say(conversation, "Good evening", NIGHT + timedelta(minutes=2))
    deliver_all(NIGHT + timedelta(minutes=2))
    assert [each.text for each in channel.sent] == ["Good evening"]
    deliver_all(MORNING)
    assert [each.text for each in channel.sent] == ["Good evening", "We measure on Friday"]
    waiting.refresh_from_db()
    conversation.refresh_from_db()
    assert (waiting.sequence, waiting.sent_at) == (4, MORNING)
    assert (conversation.last_sequence, conversation.last_text) == (4, "We measure on Friday")


def test_a_try_that_fell_into_the_night_goes_on_in_the_morning(
    conversation: Conversation, channel: StandIn
) -> None:
    evening = at("2026-03-02T20:59:59+04:00")
    message = say(conversation, "Still interested?", evening, purpose=Purpose.FOLLOW_UP)
    channel.outcomes = [SendError("busy")]
    deliver_all(evening)
    deliver_all(evening + timedelta(seconds=2))
    assert len(channel.sent) == 1
    assert state(message)[0] == "scheduled"
    deliver_all(MORNING)
    assert state(message)[0] == "sent"


@pytest.mark.parametrize(
    ("what", "status", "error"),
    [
        ("consent", "cancelled", "The customer asked not to be written to."),
        ("spam", "failed", "This conversation is marked as spam. Reopen it to answer."),
        ("off", "failed", "This channel is switched off. Switch it on in the settings, then send again."),
        ("closed", "cancelled", "The conversation was closed before it was due."),
        ("answered", "cancelled", "The customer has written since."),
    ],
)
def test_what_has_changed_since_is_seen_when_the_time_has_come(
    conversation: Conversation, channel: StandIn, user: User, what: str, status: str, error: str
) -> None:
    message = say(conversation, "Still interested?", NIGHT, purpose=Purpose.FOLLOW_UP)
    if what == "consent":
        withdraw(contact=conversation.contact, source="api", channel="api", purposes=[Purpose.FOLLOW_UP])
    elif what == "spam":
        mark_spam(conversation_id=conversation.pk, user=user)
    elif what == "off":
        update_account(account_id=conversation.account_id, active=False)
    elif what == "closed":
        resolve(conversation_id=conversation.pk, user=user)
    else:
        customer_writes(conversation, "I am here", NIGHT + timedelta(minutes=5))
    assert state(message) == ("scheduled", "")
    deliver_all(MORNING)
    assert channel.sent == []
    assert state(message) == (status, error)
    name = "message.cancelled" if status == "cancelled" else "message.failed"
    assert Event.objects.filter(name=name).count() == 1


def test_consent_withdrawn_between_two_tries_stops_the_second(
    conversation: Conversation, channel: StandIn
) -> None:
    message = say(conversation, "Still interested?", NOON, purpose=Purpose.FOLLOW_UP)
    channel.outcomes = [SendError("busy")]
    deliver_all(NOON)
    withdraw(contact=conversation.contact, source="api", text="stop")
    deliver_all(NOON + timedelta(minutes=1))
    assert len(channel.sent) == 1
    assert state(message) == ("cancelled", "The customer asked not to be written to.")


def test_a_failed_follow_up_is_not_sent_again_against_the_customers_word(
    conversation: Conversation, channel: StandIn, user: User
) -> None:
    message = say(conversation, "Still interested?", NOON, purpose=Purpose.FOLLOW_UP)
    channel.outcomes = [SendError("blocked", permanent=True)]
    deliver_all(NOON)
    withdraw(contact=conversation.contact, source="api", text="stop")
    assert not retry_message(message_id=message.pk, actor=Actor.of(user), now=NOON)
    assert state(message) == ("failed", "The customer asked not to be written to.")


# A time that a person chose


def test_a_scheduled_message_leaves_at_its_time_in_parts_that_the_channel_takes(
    conversation: Conversation, channel: StandIn, user: User
) -> None:
    customer_writes(conversation, "hello", NOON)
    text = "This is a first sentence. And here is another sentence."
    message = reply(conversation_id=conversation.pk, user=user, text=text, now=NOON, not_before=MORNING)
    conversation.refresh_from_db()
    assert (conversation.scheduled, conversation.status, conversation.handler) == (1, "waiting_us", "person")
    assert (state(message), message.sent_at) == (("scheduled", ""), MORNING)
    deliver_all(MORNING - timedelta(seconds=1))
    assert channel.sent == []
    deliver_all(MORNING)
    assert [each.text for each in channel.sent] == [
        "This is a first sentence.",
        "And here is another sentence.",
    ]
    conversation.refresh_from_db()
    assert (conversation.scheduled, conversation.status) == (0, "waiting_customer")
    assert conversation.first_person_response_at == MORNING


def test_files_of_a_scheduled_message_leave_as_the_channel_takes_them(
    conversation: Conversation, channel: StandIn, user: User
) -> None:
    channel.abilities = Abilities(text_limit=40, files_at_once=1, caption_limit=10)
    files = [
        Attachment.objects.create(account=conversation.account, name=name) for name in ("a.png", "b.png")
    ]
    reply(
        conversation_id=conversation.pk,
        user=user,
        text="Both plans at once",
        attachments=[file.public_id for file in files],
        now=NOON,
        not_before=MORNING,
    )
    deliver_all(MORNING)
    assert [([file.name for file in each.attachments], each.text) for each in channel.sent] == [
        (["a.png"], ""),
        (["b.png"], ""),
        ([], "Both plans at once"),
    ]


def test_a_scheduled_message_can_be_changed_moved_and_sent_at_once(
    conversation: Conversation, channel: StandIn, user: User
) -> None:
    message = reply(conversation_id=conversation.pk, user=user, text="Good day", now=NOON, not_before=MORNING)
    later = MORNING + timedelta(hours=2)
    reschedule(message_id=message.pk, user=user, at=later, text="Good morning", now=NOON)
    deliver_all(MORNING)
    assert channel.sent == []
    for wrong in ({"at": NOON}, {"at": later, "text": " "}):
        with pytest.raises(Refused):
            reschedule(message_id=message.pk, user=user, now=NOON, **wrong)  # type: ignore[arg-type]
    send_now(message_id=message.pk, user=user, now=MORNING)
    deliver_all(MORNING)
    assert [each.text for each in channel.sent] == ["Good morning"]
    conversation.refresh_from_db()
    assert conversation.scheduled == 0
    for act in (send_now, reschedule):
        more = {"at": later} if act is reschedule else {}
        with pytest.raises(OnItsWay):
            act(message_id=message.pk, user=user, now=MORNING, **more)  # type: ignore[operator]


def test_a_cancelled_message_never_leaves(conversation: Conversation, channel: StandIn, user: User) -> None:
    message = reply(conversation_id=conversation.pk, user=user, text="Good day", now=NOON, not_before=MORNING)
    cancel_message(message_id=message.pk, user=make_user("Boss", role="manager"))
    deliver_all(MORNING)
    assert (channel.sent, state(message)) == ([], ("cancelled", ""))
    conversation.refresh_from_db()
    assert conversation.scheduled == 0
    with pytest.raises(OnItsWay):
        cancel_message(message_id=message.pk, user=user)


def test_nobody_touches_messages_of_a_conversation_out_of_sight(
    conversation: Conversation, user: User
) -> None:
    message = reply(conversation_id=conversation.pk, user=user, text="Good day", now=NOON, not_before=MORNING)
    outsider = make_user("Outsider")
    for act, more in (
        (take_back, {}),
        (cancel_message, {}),
        (send_now, {"now": NOON}),
        (reschedule, {"now": NOON, "at": MORNING}),
    ):
        with pytest.raises(Conversation.DoesNotExist):
            act(message_id=message.pk, user=outsider, **more)  # type: ignore[operator]
    assert state(message) == ("scheduled", "")


def test_when_the_customer_writes_first_the_message_waits_for_its_writers_word(
    conversation: Conversation, channel: StandIn, user: User
) -> None:
    message = reply(
        conversation_id=conversation.pk, user=user, text="Any news?", now=NOON, not_before=MORNING
    )
    customer_writes(conversation, "I have decided", NIGHT)
    assert OutboxItem.objects.get().status == "held"
    told = Notification.objects.get()
    assert (told.user, told.kind, told.url) == (user, "message.held", f"/inbox/{conversation.public_id}/")
    assert Event.objects.filter(name="message.held").count() == 1
    deliver_all(MORNING)
    assert (channel.sent, state(message)[0]) == ([], "scheduled")
    send_now(message_id=message.pk, user=user, now=MORNING)
    deliver_all(MORNING)
    assert [each.text for each in channel.sent] == ["Any news?"]


def test_a_held_message_can_be_given_a_new_time(
    conversation: Conversation, channel: StandIn, user: User
) -> None:
    message = reply(
        conversation_id=conversation.pk, user=user, text="Any news?", now=NOON, not_before=MORNING
    )
    customer_writes(conversation, "Soon", NIGHT)
    reschedule(message_id=message.pk, user=user, at=MORNING, now=NIGHT)
    deliver_all(MORNING)
    assert [each.text for each in channel.sent] == ["Any news?"]


def test_a_message_scheduled_for_a_solved_conversation_leaves_unless_the_customer_talks_elsewhere(
    conversation: Conversation, channel: StandIn, user: User
) -> None:
    reply(conversation_id=conversation.pk, user=user, text="All well?", now=NOON, not_before=MORNING)
    again = reply(
        conversation_id=conversation.pk, user=user, text="And now?", now=NOON, not_before=MORNING + TEN
    )
    resolve(conversation_id=conversation.pk, user=user)
    deliver_all(MORNING)
    assert [each.text for each in channel.sent] == ["All well?"]
    resolve(conversation_id=conversation.pk, user=user)
    make_conversation_again(conversation)
    deliver_all(MORNING + TEN)
    assert len(channel.sent) == 1
    assert OutboxItem.objects.get(message=again).status == "held"


def make_conversation_again(conversation: Conversation) -> None:
    """The customer came back after the days in which that reopens."""
    Conversation.objects.create(
        account=conversation.account, identity=conversation.identity, contact=conversation.contact
    )


# The seconds to undo


def test_a_reply_can_be_taken_back_until_it_leaves(
    conversation: Conversation, channel: StandIn, user: User
) -> None:
    customer_writes(conversation, "hello", NOON)
    before = snapshot(conversation)
    message = reply(conversation_id=conversation.pk, user=user, text="Good day", now=NOON + TEN, undo=TEN)
    conversation.refresh_from_db()
    assert (conversation.status, conversation.last_text) == ("waiting_customer", "Good day")
    deliver_all(NOON + TEN)
    assert channel.sent == []
    assert take_back(message_id=message.pk, user=user).text == "Good day"
    deliver_all(NOON + 3 * TEN)
    assert (channel.sent, state(message)) == ([], ("cancelled", ""))
    conversation.refresh_from_db()
    assert snapshot(conversation) == before
    assert conversation.handler == "person"


def snapshot(conversation: Conversation) -> dict[str, Any]:
    names = (
        *("status", "waiting_since", "unread", "first_response_at", "first_person_response_at", "solved_at"),
        *("last_text", "last_direction", "last_message_at"),
    )
    return {name: getattr(conversation, name) for name in names}


def test_after_its_seconds_a_reply_leaves_and_undo_is_refused(
    conversation: Conversation, channel: StandIn, user: User
) -> None:
    message = reply(conversation_id=conversation.pk, user=user, text="Good day", now=NOON, undo=TEN)
    deliver_all(NOON + TEN)
    assert state(message)[0] == "sent"
    with pytest.raises(OnItsWay, match="Too late"):
        take_back(message_id=message.pk, user=user)
    assert [each.text for each in channel.sent] == ["Good day"]


def test_only_the_writer_undoes(conversation: Conversation, user: User) -> None:
    message = reply(conversation_id=conversation.pk, user=user, text="Good day", now=NOON, undo=TEN)
    with pytest.raises(OnItsWay):
        take_back(message_id=message.pk, user=make_user("Boss", role="manager"))
    assert state(message) == ("queued", "")


def test_undo_of_send_and_resolve_opens_the_conversation_again(
    conversation: Conversation, user: User
) -> None:
    customer_writes(conversation, "hello", NOON)
    message = reply(
        conversation_id=conversation.pk, user=user, text="Bye", now=NOON + TEN, undo=TEN, resolve=True
    )
    take_back(message_id=message.pk, user=user)
    conversation.refresh_from_db()
    assert (conversation.status, conversation.solved_at, conversation.waiting_since) == (
        "waiting_us",
        None,
        NOON,
    )


def test_what_the_customer_said_meanwhile_counts_after_an_undo(
    conversation: Conversation, user: User
) -> None:
    customer_writes(conversation, "hello", NOON)
    message = reply(conversation_id=conversation.pk, user=user, text="Good day", now=NOON + TEN, undo=TEN)
    customer_writes(conversation, "anybody?", NOON + TEN + TEN / 2)
    take_back(message_id=message.pk, user=user)
    conversation.refresh_from_db()
    assert (conversation.unread, conversation.waiting_since, conversation.last_text) == (2, NOON, "anybody?")
    assert conversation.status == "waiting_us"


def test_a_reply_that_the_customer_overtook_stands_behind_it(
    conversation: Conversation, channel: StandIn, user: User
) -> None:
    message = reply(conversation_id=conversation.pk, user=user, text="Good day", now=NOON, undo=TEN)
    customer_writes(conversation, "anybody?", NOON + TEN / 2)
    deliver_all(NOON + TEN)
    message.refresh_from_db()
    conversation.refresh_from_db()
    assert (message.sequence, message.sent_at) == (3, NOON + TEN)
    assert (conversation.last_text, conversation.status, conversation.unread) == ("Good day", "waiting_us", 1)


def test_two_replies_leave_in_their_order(conversation: Conversation, channel: StandIn, user: User) -> None:
    for number in range(3):
        moment = NOON + timedelta(seconds=number)
        reply(conversation_id=conversation.pk, user=user, text=f"{number}", now=moment, undo=TEN)
    deliver_all(NOON + 3 * TEN)
    assert [each.text for each in channel.sent] == ["0", "1", "2"]


def test_who_hands_back_at_once_lets_the_reply_go_first(
    conversation: Conversation, channel: StandIn, user: User
) -> None:
    reply(conversation_id=conversation.pk, user=user, text="Over to you", now=NOON, undo=TEN)
    hand_back(conversation_id=conversation.pk, user=user, now=NOON + timedelta(seconds=1))
    conversation.refresh_from_db()
    say(conversation, "Let us go on", NOON + timedelta(seconds=1))
    deliver_all(NOON + timedelta(seconds=1))
    assert [each.text for each in channel.sent] == ["Over to you", "Let us go on"]
