"""Stop and start, whoever answers the conversation (spec 1.3), over the wire of the web chat."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from conversations import responder
from conversations.accounts.models import ChannelAccount, ChannelIdentity
from conversations.outbox.models import OutboxItem
from conversations.outbox.operations import send_message
from conversations.sending.consent_texts import OPTED_IN, OPTED_OUT
from conversations.threads.models import AuthorKind, Conversation, Message
from conversations.threads.operations import mark_spam, resolve, take_over
from core.access.models import User
from core.events.models import Event
from crm.consent.models import ConsentRecord, Purpose
from crm.consent.operations import grant, withdraw
from crm.consent.queries import has_opted_out, may
from tests.factories.conversations import Visitor, make_web_chat
from tests.support import work_off

pytestmark = pytest.mark.django_db


def said_to(visitor: Visitor) -> list[str]:
    """What the visitor has read of us."""
    return [each["text"] for each in visitor.fetch()["messages"] if each["direction"] == "out"]


WORDS = {
    "en": ("Please stop writing to me", "start"),
    "ru": ("не пишите мне", "можете писать"),
    "hy": ("չգրեք այլևս", "կարող եք գրել"),
    "az": ("mənə yazmayın", "yenə yazın"),
}


@pytest.mark.parametrize("language", WORDS)
def test_stop_is_heeded_and_confirmed_once_where_no_flow_answers(visitor: Visitor, language: str) -> None:
    stop, start = WORDS[language]
    visitor.say(stop)
    work_off()
    conversation = Conversation.objects.get()
    assert has_opted_out(conversation.contact)
    assert said_to(visitor) == [OPTED_OUT[language]]
    visitor.say(stop)
    work_off()
    assert said_to(visitor) == [OPTED_OUT[language]]
    assert set(ConsentRecord.objects.values_list("purpose", "granted", "source", "text")) == {
        ("follow_up", False, "webchat", stop),
        ("marketing", False, "webchat", stop),
    }
    assert Event.objects.get(name="contact.opted_out").conversation_id == conversation.pk

    visitor.say(start)
    visitor.say(start)
    work_off()
    assert said_to(visitor) == [OPTED_OUT[language], OPTED_IN[language]]
    assert (may(conversation.contact, "follow_up"), may(conversation.contact, "marketing")) == (True, False)


def test_who_had_agreed_to_offers_gets_them_again_after_start(visitor: Visitor) -> None:
    visitor.say("Hello")
    work_off()
    contact = Conversation.objects.get().contact
    grant(contact=contact, source="form", purposes=[Purpose.MARKETING])
    visitor.say("stop")
    visitor.say("start")
    work_off()
    assert (may(contact, "follow_up"), may(contact, "marketing")) == (True, True)


def test_start_is_an_ordinary_word_for_who_never_said_stop(visitor: Visitor) -> None:
    visitor.say("start")
    work_off()
    assert said_to(visitor) == []
    assert ConsentRecord.objects.count() == 0


def test_stop_counts_while_a_person_speaks_and_the_person_may_still_answer(
    visitor: Visitor, user: User
) -> None:
    visitor.say("Hello")
    work_off()
    conversation = Conversation.objects.get()
    take_over(conversation_id=conversation.pk, user=user)
    visitor.say("stop sending me messages")
    work_off()
    assert said_to(visitor) == [OPTED_OUT["en"]]
    conversation.refresh_from_db()
    assert (conversation.handler, conversation.status, conversation.unread) == ("person", "waiting_us", 2)


def test_stop_after_everything_was_solved_is_heeded(visitor: Visitor, user: User) -> None:
    visitor.say("Hello")
    work_off()
    conversation = Conversation.objects.get()
    resolve(conversation_id=conversation.pk, user=user)
    visitor.say("stop")
    work_off()
    assert has_opted_out(conversation.contact)
    assert said_to(visitor) == [OPTED_OUT["en"]]


def test_spam_is_heeded_without_a_word(visitor: Visitor, user: User) -> None:
    visitor.say("Hello")
    work_off()
    conversation = Conversation.objects.get()
    mark_spam(conversation_id=conversation.pk, user=user)
    visitor.say("stop")
    work_off()
    assert has_opted_out(conversation.contact)
    assert said_to(visitor) == []
    assert Message.objects.filter(direction="out").count() == 0


class Own(responder.QueueResponder):
    """Confirms in words of its own, and keeps count of what it was asked."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def customer_wrote(self, *, message: Message, **rest: object) -> None:
        self.heard.append(message.text)

    def opted_out(self, *, message: Message, confirm: bool, **rest: object) -> bool:
        self.heard.append(f"{message.text} (opted out, confirm={confirm})")
        return True


def test_the_responder_ends_what_it_has_going_and_may_confirm_itself(visitor: Visitor) -> None:
    own = Own()
    responder.replace(own)
    for text in ("Hello", "stop", "STOP", "start", "Good day"):
        visitor.say(text)
    work_off()
    assert own.heard == [
        "Hello",
        "stop (opted out, confirm=True)",
        "STOP (opted out, confirm=False)",
        "Good day",
    ]
    assert said_to(visitor) == [OPTED_IN["en"]]


@pytest.fixture
def elsewhere(visitor: Visitor, account: ChannelAccount) -> Conversation:
    """Another conversation of the same contact, on another account."""
    visitor.say("Hello")
    work_off()
    contact = Conversation.objects.get().contact
    other = make_web_chat(name="Shop")
    identity = ChannelIdentity.objects.create(account=other, external_id="elsewhere", contact=contact)
    return Conversation.objects.create(account=other, identity=identity, contact=contact)


def test_stop_cancels_what_waits_to_follow_up_on_every_channel_and_bookings_go_on(
    visitor: Visitor, elsewhere: Conversation
) -> None:
    now = timezone.now()
    tomorrow = now + timedelta(days=1)
    following, reminding = (
        send_message(
            conversation=elsewhere,
            text=text,
            author_kind=AuthorKind.SYSTEM,
            now=now,
            purpose=purpose,
            not_before=tomorrow,
        )
        for text, purpose in (
            ("Still thinking of it?", Purpose.FOLLOW_UP),
            ("We measure tomorrow", Purpose.TRANSACTIONAL),
        )
    )
    visitor.say("unsubscribe")
    work_off()
    following.refresh_from_db()
    reminding.refresh_from_db()
    assert (following.status, following.error) == ("cancelled", "The customer asked not to be written to.")
    assert reminding.status == "scheduled"
    event = Event.objects.get(name="message.cancelled")
    assert (event.conversation_id, event.payload["why"]) == (elsewhere.pk, "no_consent")
    assert set(
        OutboxItem.objects.filter(message__conversation=elsewhere).values_list("status", flat=True)
    ) == {
        "cancelled",
        "pending",
    }


def test_a_colleague_who_notes_the_wish_ends_follow_ups_too(elsewhere: Conversation, user: User) -> None:
    now = timezone.now()
    message = send_message(
        conversation=elsewhere,
        text="Still thinking of it?",
        author_kind=AuthorKind.SYSTEM,
        now=now,
        purpose=Purpose.FOLLOW_UP,
        not_before=now + timedelta(days=1),
    )
    withdraw(contact=elsewhere.contact, source="desk", recorded_by=user)
    message.refresh_from_db()
    assert message.status == "cancelled"
