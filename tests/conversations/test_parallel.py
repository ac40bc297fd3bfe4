"""Twenty at once for one new sender: one contact, one conversation, each once, in order."""

from __future__ import annotations

import json
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from conversations.accounts.models import ChannelIdentity
from conversations.deliveries.models import DeliveryStatus, RawDelivery
from conversations.deliveries.operations import process_next
from conversations.threads.models import Conversation, Message
from core.events.actor import SYSTEM
from core.events.models import Event
from crm.contacts.models import Contact
from crm.contacts.operations import update_contact
from crm.pipeline.models import Lead
from crm.pipeline.queries import locked_lead
from tests.factories.conversations import Visitor

pytestmark = pytest.mark.django_db(transaction=True)
WORKERS = 6


def process_all(workers: int = WORKERS) -> None:
    """Work as several workers do, until nothing is left."""

    def worker() -> None:
        try:
            idle = 0
            while idle < 3:
                idle = 0 if process_next() else idle + 1
        finally:
            connection.close()

    threads = [threading.Thread(target=worker) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)


def post_all(visitor: Visitor, bodies: list[str]) -> list[int]:
    def post(body: str) -> int:
        try:
            visitor_copy = Visitor(visitor.account, session=visitor.session)
            return int(visitor_copy.post(body).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=8) as pool:
        return list(pool.map(post, bodies))


def test_twenty_first_messages_at_once(visitor: Visitor) -> None:
    visitor.open()
    messages = [
        {"version": 1, "type": "message", "client_id": str(uuid.uuid4()), "text": f"message {n}"}
        for n in range(20)
    ]
    # Each comes twice, as an impatient client sends them.
    codes = post_all(visitor, [json.dumps(message) for message in messages for _ in range(2)])
    assert set(codes) == {200}
    process_all()
    assert set(RawDelivery.objects.values_list("status", flat=True)) == {DeliveryStatus.DONE}
    assert Contact.objects.count() == ChannelIdentity.objects.count() == Conversation.objects.count() == 1
    assert Lead.objects.count() == 1
    stored = list(Message.objects.order_by("sequence"))
    assert [message.sequence for message in stored] == list(range(1, 21))
    assert {message.text for message in stored} == {f"message {n}" for n in range(20)}
    assert [message.sent_at for message in stored] == sorted(message.sent_at for message in stored)
    assert not any(message.late for message in stored)
    assert Event.objects.filter(name="message.received").count() == 20
    assert Conversation.objects.get().last_sequence == 20


def test_first_messages_without_a_lane_make_one_conversation_all_the_same(visitor: Visitor) -> None:
    visitor.open()
    for number in range(20):
        visitor.say(f"message {number}")
    RawDelivery.objects.update(lane="")
    process_all()
    # What lost a race for the row is tried again a moment later.
    RawDelivery.objects.filter(status=DeliveryStatus.PENDING).update(next_attempt_at="2026-01-01T00:00Z")
    process_all()
    assert set(RawDelivery.objects.values_list("status", flat=True)) == {DeliveryStatus.DONE}
    assert (Contact.objects.count(), Conversation.objects.count(), Message.objects.count()) == (1, 1, 20)


def test_many_senders_at_once_do_not_get_into_each_others_way(visitor: Visitor) -> None:
    visitors = [Visitor(visitor.account) for _ in range(10)]
    for each in visitors:
        for number in range(3):
            each.say(f"message {number}")
    process_all()
    assert set(RawDelivery.objects.values_list("status", flat=True)) == {DeliveryStatus.DONE}
    assert Conversation.objects.count() == 10
    for conversation in Conversation.objects.all():
        texts = list(conversation.messages.order_by("sequence").values_list("text", flat=True))
        assert texts == ["message 0", "message 1", "message 2"]


def test_a_message_waits_for_a_lead_without_holding_its_contact(visitor: Visitor) -> None:
    """Lead before contact: somebody who has the lead in hand can still write the contact, and nobody is ended."""
    visitor.say("Hello")
    process_all()
    visitor.say("I am Anna")
    with ThreadPoolExecutor(max_workers=1) as pool:
        with transaction.atomic():
            lead = locked_lead(Lead.objects.get().pk)
            worker = pool.submit(process_all, 1)
            wait_until_somebody_waits()
            update_contact(contact=lead.contact, actor=SYSTEM, timezone="Asia/Yerevan")
        worker.result(timeout=60)

    assert list(RawDelivery.objects.values_list("status", "attempts")) == [("done", 1), ("done", 1)]
    assert Contact.objects.get().timezone == "Asia/Yerevan"


def wait_until_somebody_waits() -> None:
    with connection.cursor() as cursor:
        for _ in range(1000):
            cursor.execute("SELECT pg_sleep(0.01), count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[1]:
                return
    raise AssertionError("Nobody waits for a lock.")
