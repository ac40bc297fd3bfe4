import pytest

from conversations.deliveries.models import DeliveryStatus, RawDelivery
from conversations.threads.models import Conversation, Handler, Message
from conversations.threads.operations import add_note, reply
from core.access.models import User
from core.events.models import Event
from crm.contacts.models import Contact
from crm.pipeline.models import Lead
from tests.factories.conversations import Visitor
from tests.support import work_off

pytestmark = pytest.mark.django_db


def test_the_first_words_make_a_contact_a_conversation_and_a_lead(visitor: Visitor) -> None:
    client_id = visitor.say("barev, inch arji?", referral={"campaign": "spring", "url": "https://shop.am/"})
    assert Message.objects.count() == 0
    work_off()
    contact = Contact.objects.get()
    conversation = Conversation.objects.get()
    message = Message.objects.get()
    lead = Lead.objects.get()
    assert (contact.language, contact.last_message_at) == ("hy", message.sent_at)
    assert (message.text, message.external_id, message.sequence) == ("barev, inch arji?", client_id, 1)
    assert (conversation.last_sequence, conversation.unread, conversation.last_text) == (1, 1, message.text)
    assert (conversation.status, conversation.handler) == ("waiting_us", Handler.QUEUE)
    assert conversation.waiting_since == message.sent_at
    assert conversation.referral == {"campaign": "spring", "url": "https://shop.am/"}
    assert (lead.contact, lead.source, lead.campaign) == (contact, "webchat", "spring")
    assert conversation.lead == lead
    assert RawDelivery.objects.get().status == DeliveryStatus.DONE
    events = Event.objects.filter(contact_id=contact.pk).order_by("id")
    names = list(events.values_list("name", flat=True))
    assert names == ["contact.created", "lead.created", "conversation.started", "message.received"]


def test_a_conversation_goes_back_and_forth(visitor: Visitor, user: User) -> None:
    visitor.say("Hello")
    work_off()
    conversation = Conversation.objects.get()
    first = visitor.fetch()
    assert [(m["direction"], m["text"]) for m in first["messages"]] == [("in", "Hello")]
    assert first["handler"] == "queue"

    answer = reply(conversation_id=conversation.pk, user=user, text="Good day, how can I help?")
    assert visitor.fetch(first["cursor"])["messages"] == []
    work_off()
    answer.refresh_from_db()
    assert answer.status == "sent"
    second = visitor.fetch(first["cursor"])
    assert [(m["direction"], m["text"], m["author"]) for m in second["messages"]] == [
        ("out", "Good day, how can I help?", {"kind": "user", "name": "Anna"})
    ]
    assert second["handler"] == "person"
    assert visitor.fetch(second["cursor"]) == {
        "messages": [],
        "cursor": second["cursor"],
        "handler": "person",
    }
    answer.refresh_from_db()
    assert answer.status == "delivered"

    conversation.refresh_from_db()
    assert (conversation.status, conversation.unread, conversation.waiting_since) == (
        "waiting_customer",
        0,
        None,
    )
    assert (conversation.handler, conversation.assignee) == ("person", user)
    assert conversation.first_response_at == conversation.first_person_response_at == answer.sent_at


def test_the_chat_is_there_again_after_a_reload(visitor: Visitor, user: User) -> None:
    assert visitor.open()["resumed"] is False
    visitor.say("Hello")
    work_off()
    reply(conversation_id=Conversation.objects.get().pk, user=user, text="Good day")
    work_off()
    opened = visitor.open()
    assert opened["resumed"] is True
    assert [m["text"] for m in opened["messages"]] == ["Hello", "Good day"]
    assert visitor.fetch(opened["cursor"])["messages"] == []


def test_nobody_sees_another_visitors_chat(visitor: Visitor) -> None:
    visitor.say("Hello")
    other = Visitor(visitor.account)
    other.open()
    work_off()
    assert other.fetch()["messages"] == []


def test_a_message_on_its_way_is_not_missed_when_the_visitor_speaks_meanwhile(
    visitor: Visitor, user: User
) -> None:
    visitor.say("one")
    work_off()
    cursor = visitor.fetch()["cursor"]
    reply(conversation_id=Conversation.objects.get().pk, user=user, text="two")
    visitor.say("three")
    work_off(["deliveries"])
    seen = visitor.fetch(cursor)
    assert [m["text"] for m in seen["messages"]] == ["three"]
    assert seen["cursor"] == cursor
    work_off()
    assert [m["text"] for m in visitor.fetch(cursor)["messages"]] == ["two", "three"]


def test_notes_stay_inside(visitor: Visitor, user: User) -> None:
    visitor.say("Hello")
    work_off()
    add_note(conversation_id=Conversation.objects.get().pk, user=user, text="An important one")
    work_off()
    assert [m["text"] for m in visitor.fetch()["messages"]] == ["Hello"]
