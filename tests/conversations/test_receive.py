from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from conversations import responder
from conversations.accounts.models import ChannelAccount
from conversations.channels.contracts import EventKind, InboundAttachment, InboundEvent
from conversations.inbound.operations import Received, TooEarly, receive
from conversations.threads.models import Attachment, Conversation, Message
from conversations.threads.operations import mark_spam, reply, resolve
from conversations.threads.queries import thread
from core.access.models import User
from core.events.actor import SYSTEM
from core.events.models import Event
from crm.contacts.models import Contact, ContactPoint
from crm.pipeline.models import Lead
from crm.pipeline.operations import create_lead
from tests.factories.conversations import at
from tests.support import work_off

pytestmark = pytest.mark.django_db
NOON = at("2025-03-03T12:00:00+04:00")


class Heard(responder.QueueResponder):
    def __init__(self) -> None:
        self.texts: list[str] = []

    def customer_wrote(self, *, message: Message, **_: Any) -> None:
        self.texts.append(message.text)


@pytest.fixture
def heard() -> Heard:
    listening = Heard()
    responder.replace(listening)
    return listening


def take(account: ChannelAccount, *, arrived: datetime = NOON, **fields: Any) -> Received:
    values: dict[str, Any] = {"sender_id": "u1", "external_id": fields.get("text", "x"), **fields}
    return receive(account=account, event=InboundEvent(**values), arrived_at=arrived)


def test_the_same_event_twice_is_stored_once(api_account: ChannelAccount, heard: Heard) -> None:
    first = take(api_account, text="Hello", external_id="m1")
    again = take(api_account, text="Hello", external_id="m1")
    assert (first.new_contact, first.new_conversation, first.duplicate) == (True, True, False)
    assert (again.message, again.duplicate) == (None, True)
    conversation = Conversation.objects.get()
    assert (conversation.last_sequence, conversation.unread) == (1, 1)
    assert heard.texts == ["Hello"]
    assert Event.objects.filter(name="message.received").count() == 1


def test_a_postback_and_its_message_are_one(api_account: ChannelAccount) -> None:
    take(api_account, kind=EventKind.POSTBACK, text="Yes", payload="yes", external_id="m1")
    assert take(api_account, text="Yes", external_id="m1").duplicate
    assert Message.objects.get().payload == "yes"


def test_without_an_id_what_was_said_tells_duplicates(api_account: ChannelAccount) -> None:
    said = {"text": "Hello", "external_id": "", "sent_at": NOON}
    take(api_account, **said)
    assert take(api_account, **said).duplicate
    assert not take(
        api_account, **{**said, "sent_at": NOON + timedelta(seconds=1)}, arrived=NOON + timedelta(minutes=1)
    ).duplicate


def test_a_late_message_takes_its_place_and_is_not_answered(
    api_account: ChannelAccount, heard: Heard
) -> None:
    take(api_account, text="one", sent_at=NOON - timedelta(minutes=5))
    take(api_account, text="three", sent_at=NOON - timedelta(minutes=3))
    late = take(api_account, text="two", sent_at=NOON - timedelta(minutes=4))
    assert late.message is not None
    assert (late.message.late, late.message.sequence) == (True, 3)
    conversation = Conversation.objects.get()
    assert [m.text for m in thread(conversation).rows] == ["one", "two", "three"]
    assert heard.texts == ["one", "three"]
    assert (conversation.last_text, conversation.unread) == ("three", 3)
    assert conversation.last_message_at == NOON - timedelta(minutes=3)


def test_a_provider_with_whole_seconds_is_not_late_after_our_answer(
    api_account: ChannelAccount, user: User, heard: Heard
) -> None:
    take(api_account, text="one", sent_at=NOON - timedelta(seconds=2))
    reply(conversation_id=Conversation.objects.get().pk, user=user, text="Yes?", now=NOON)
    said = NOON - timedelta(seconds=1)
    found = take(api_account, text="two", sent_at=said, arrived=NOON + timedelta(seconds=1))
    assert found.message is not None
    assert (found.message.late, found.message.sent_at) == (False, said)
    assert heard.texts == ["one", "two"]


def test_a_clock_that_runs_ahead_counts_as_arrival(api_account: ChannelAccount) -> None:
    found = take(api_account, text="one", sent_at=NOON + timedelta(days=1))
    assert found.message is not None
    assert found.message.sent_at == NOON


def test_an_answer_within_a_week_reopens_what_was_solved(api_account: ChannelAccount, user: User) -> None:
    take(api_account, text="one")
    solved = resolve(conversation_id=Conversation.objects.get().pk, user=user, now=NOON)
    assert (solved.status, solved.solved_at) == ("solved", NOON)
    back = take(api_account, text="two", arrived=NOON + timedelta(days=7))
    assert back.conversation is not None
    assert (back.new_conversation, back.conversation.pk) == (False, solved.pk)
    solved.refresh_from_db()
    assert (solved.status, solved.solved_at, solved.unread) == ("waiting_us", None, 1)
    event = Event.objects.filter(name="conversation.status_changed").latest("id")
    assert event.payload == {"from": "solved", "to": "waiting_us", "why": "customer wrote"}


def test_later_a_new_conversation_of_the_same_contact_begins(api_account: ChannelAccount, user: User) -> None:
    take(api_account, text="one")
    resolve(conversation_id=Conversation.objects.get().pk, user=user, now=NOON)
    assert take(api_account, text="one", arrived=NOON + timedelta(days=9)).duplicate
    assert Conversation.objects.count() == 1
    back = take(api_account, text="two", arrived=NOON + timedelta(days=8))
    assert (back.new_conversation, back.new_contact) == (True, False)
    assert Contact.objects.count() == 1
    assert Lead.objects.count() == 1


def test_spam_stays_spam_and_nothing_answers_it(
    api_account: ChannelAccount, user: User, heard: Heard
) -> None:
    take(api_account, text="Buy pills")
    mark_spam(conversation_id=Conversation.objects.get().pk, user=user, now=NOON)
    take(api_account, text="More pills", arrived=NOON + timedelta(minutes=1))
    conversation = Conversation.objects.get()
    assert (conversation.status, conversation.unread, conversation.last_sequence) == ("spam", 0, 2)
    assert heard.texts == ["Buy pills"]


def test_an_open_lead_goes_on_in_a_new_conversation(api_account: ChannelAccount, user: User) -> None:
    take(api_account, text="one")
    contact = Contact.objects.get()
    Lead.objects.all().delete()
    lead = create_lead(contact=contact, title="From the phone", source="call", actor=SYSTEM)
    resolve(conversation_id=Conversation.objects.get().pk, user=user, now=NOON)
    back = take(api_account, text="two", arrived=NOON + timedelta(days=30))
    assert back.conversation is not None
    assert back.conversation.lead == lead


def test_support_accounts_make_no_leads(api_account: ChannelAccount) -> None:
    api_account.purpose = "support"
    api_account.save()
    take(api_account, text="It is broken")
    assert Lead.objects.count() == 0
    assert Conversation.objects.get().lead is None


def test_without_a_pipeline_the_words_are_kept_all_the_same(api_account: ChannelAccount) -> None:
    from crm.pipeline.models import Pipeline

    Pipeline.objects.all().delete()
    take(api_account, text="Hello")
    assert Message.objects.get().text == "Hello"


def test_what_the_provider_tells_of_the_sender_is_kept(api_account: ChannelAccount) -> None:
    identities = (
        ("phone", "+374 99 123456"),
        ("email", "ANNA@example.com"),
        ("phone", "12"),
        ("user_id", "U"),
    )
    take(api_account, text="Hello", sender_name="  Anna\x00 Petrosyan ", identities=identities)
    contact = Contact.objects.get()
    assert contact.name == "Anna Petrosyan"
    points = ContactPoint.objects.order_by("kind").values_list("kind", "value")
    assert list(points) == [("email", "anna@example.com"), ("phone", "+37499123456")]


@pytest.mark.parametrize(
    ("said", "stored"),
    [
        ("a\x00b\x07c", "abc"),
        ("\ud83d", ""),
        ("👩‍👩‍👧‍👦 🏳️‍🌈", "👩‍👩‍👧‍👦 🏳️‍🌈"),
        ("שלום \u202eabc", "שלום \u202eabc"),
        ("barev dzez, inch arji?", "barev dzez, inch arji?"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("x" * 1_000_000, "x" * 1_000_000),
        ("\r\nline\r", "\nline\n"),
    ],
    ids=["nul", "surrogate", "emoji", "rtl", "latin-armenian", "html", "megabyte", "line-ends"],
)
def test_any_text_is_taken(api_account: ChannelAccount, said: str, stored: str) -> None:
    found = take(api_account, text=said, external_id="m", raw={"text": said, "n": float("nan")})
    assert found.message is not None
    found.message.refresh_from_db()
    assert found.message.text == stored
    assert len(Conversation.objects.get().last_text) <= 200


def test_an_unknown_kind_is_kept_and_shown_and_not_answered(
    api_account: ChannelAccount, heard: Heard
) -> None:
    take(api_account, kind=EventKind.OTHER, payload="poll_creation", external_id="m1")
    message = Message.objects.get()
    assert (message.raw_kind, message.text, message.payload) == ("poll_creation", "", "")
    assert Conversation.objects.get().unread == 1
    assert heard.texts == []


def test_files_that_are_announced_become_rows(api_account: ChannelAccount) -> None:
    files = (
        InboundAttachment(type="image", external_id="media-1", mime="image/jpeg", caption="The door"),
        InboundAttachment(type="hologram", url="https://cdn.example/x"),
    )
    take(api_account, text="", external_id="m1", attachments=files)
    rows = Attachment.objects.order_by("id").values_list("kind", "external_id", "caption")
    assert list(rows) == [("image", "media-1", "The door"), ("file", "https://cdn.example/x", "")]


def test_an_edit_keeps_the_old_words_in_the_event(api_account: ChannelAccount) -> None:
    take(api_account, text="100 pieces", external_id="m1")
    edit = {"kind": EventKind.EDIT, "reply_to": "m1", "text": "200 pieces", "external_id": "e1"}
    take(api_account, **edit)
    take(api_account, **edit)
    message = Message.objects.get()
    assert (message.text, message.edited_at) == ("200 pieces", NOON)
    assert Conversation.objects.get().last_text == "200 pieces"
    event = Event.objects.get(name="message.edited")
    assert event.payload == {
        "message": str(message.public_id),
        "sequence": 1,
        "before": "100 pieces",
        "after": "200 pieces",
    }


def test_a_deletion_takes_the_words_and_leaves_the_fact(api_account: ChannelAccount) -> None:
    take(api_account, text="my card is 4111", external_id="m1")
    take(api_account, kind=EventKind.DELETE, external_id="m1")
    message = Message.objects.get()
    assert (message.text, message.deleted_at) == ("", NOON)
    assert Event.objects.get(name="message.deleted").payload == {
        "message": str(message.public_id),
        "sequence": 1,
    }
    take(api_account, kind=EventKind.DELETE, external_id="never seen")


def test_a_reaction_is_a_quiet_line(api_account: ChannelAccount, heard: Heard) -> None:
    take(api_account, text="Hello", external_id="m1")
    for _ in range(2):
        take(api_account, kind=EventKind.REACTION, reply_to="m1", text="👍", external_id="", sent_at=NOON)
    line = Message.objects.get(raw_kind="reaction")
    assert (line.text, line.reply_to_external_id, line.sequence) == ("👍", "m1", 2)
    conversation = Conversation.objects.get()
    assert (conversation.unread, conversation.last_text) == (1, "Hello")
    assert heard.texts == ["Hello"]


def test_a_status_never_moves_backwards(api_account: ChannelAccount, user: User) -> None:
    take(api_account, text="Hello")
    sent = reply(conversation_id=Conversation.objects.get().pk, user=user, text="Good day", now=NOON)
    work_off()
    sent.refresh_from_db()
    assert (sent.status, sent.external_id) == ("sent", "out-1")
    for status in ("read", "delivered", "sent", "failed", "nonsense"):
        take(api_account, kind=EventKind.STATUS, status=status, external_id="out-1", sent_at=NOON)
    sent.refresh_from_db()
    assert (sent.status, sent.read_at, sent.delivered_at, sent.error) == ("read", NOON, NOON, "")
    assert Event.objects.filter(name__in=["message.read", "message.delivered"]).count() == 1


def test_a_watermark_speaks_for_everything_before_it(api_account: ChannelAccount, user: User) -> None:
    take(api_account, text="Hello")
    conversation = Conversation.objects.get()
    for minute in range(3):
        moment = NOON + timedelta(minutes=minute)
        reply(conversation_id=conversation.pk, user=user, text=f"answer {minute}", now=moment)
    Message.objects.filter(direction="out").exclude(text="answer 1").update(status="sent")
    mark = NOON + timedelta(minutes=1)
    take(
        api_account,
        kind=EventKind.STATUS,
        status="read",
        watermark=mark,
        external_id="",
        arrived=NOON + timedelta(hours=1),
    )
    statuses = Message.objects.filter(direction="out").order_by("sequence").values_list("status", flat=True)
    assert list(statuses) == ["read", "queued", "sent"]


def test_a_status_ahead_of_our_own_note_is_tried_again(api_account: ChannelAccount, user: User) -> None:
    take(api_account, text="Hello")
    reply(conversation_id=Conversation.objects.get().pk, user=user, text="Good day", now=NOON)
    with pytest.raises(TooEarly):
        take(api_account, kind=EventKind.STATUS, status="delivered", external_id="soon")
    take(
        api_account,
        kind=EventKind.STATUS,
        status="delivered",
        external_id="x",
        arrived=NOON + timedelta(hours=1),
    )


def test_our_own_message_that_comes_back_is_no_second_one(api_account: ChannelAccount, user: User) -> None:
    take(api_account, text="Hello")
    reply(conversation_id=Conversation.objects.get().pk, user=user, text="Good day", now=NOON)
    work_off()
    echo = {"direction": "out", "sender_id": "page", "recipient_id": "u1", "text": "Good day"}
    assert take(api_account, **echo, external_id="out-1").duplicate
    assert Message.objects.count() == 2


def test_what_the_company_wrote_elsewhere_silences_the_flow(
    api_account: ChannelAccount, heard: Heard
) -> None:
    take(api_account, text="Hello")
    Conversation.objects.update(handler="flow")
    echo = {"direction": "out", "sender_id": "page", "recipient_id": "u1", "text": "Call me"}
    found = take(api_account, **echo, external_id="e1")
    assert found.message is not None
    assert (found.message.direction, found.message.status, found.message.author_kind) == (
        "out",
        "sent",
        "user",
    )
    conversation = Conversation.objects.get()
    assert (conversation.handler, conversation.status, conversation.last_text) == (
        "person",
        "waiting_customer",
        "Call me",
    )
    assert heard.texts == ["Hello"]
