"""A merge while the customer writes: no message, lead or conversation is lost or left with the one who is no more."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from conversations.accounts.models import ChannelIdentity
from conversations.deliveries.models import DeliveryStatus, RawDelivery
from conversations.deliveries.operations import process_next
from conversations.threads.models import Conversation, ConversationStatus, Message
from conversations.threads.queries import locked_conversation
from core.events.actor import SYSTEM
from crm.contacts.models import Contact
from crm.duplicates.errors import AlreadyMerged
from crm.duplicates.operations import merge_contacts, undo_merge
from crm.pipeline.models import Lead
from tests.factories.conversations import Visitor, make_pipeline, make_web_chat
from tests.factories.crm import ContactFactory, LeadFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def visitor(transactional_db: None) -> Visitor:
    make_pipeline()
    return Visitor(make_web_chat())


def work_off() -> None:
    idle = 0
    while idle < 3:
        idle = 0 if process_next() else idle + 1


def at_once(*tasks: Callable[[], Any]) -> list[Any]:
    ready = threading.Barrier(len(tasks))

    def run(task: Callable[[], Any]) -> Any:
        try:
            ready.wait(timeout=10)
            return task()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks))


def waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        # A transaction keeps its first view of the activity otherwise.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        return bool(cursor.fetchone()[0])


def behind(holding: Callable[[], Any], task: Callable[[], Any]) -> Any:
    """Run `task` in a connection of its own while this one holds what `holding` locks; both end well."""

    def run() -> Any:
        try:
            return task()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            holding()
            other = pool.submit(run)
            until = time.monotonic() + 10
            while not waits_for_a_lock() and not other.done() and time.monotonic() < until:
                threading.Event().wait(0.02)
            assert not other.done()
        return other.result(timeout=30)


def merge(winner: Contact, loser: Contact) -> Any:
    return merge_contacts(winner=winner, loser=loser, actor=SYSTEM, by=None, now=timezone.now())


def owners() -> set[int]:
    return {
        *Conversation.objects.values_list("contact", flat=True),
        *ChannelIdentity.objects.values_list("contact", flat=True),
        *Lead.objects.values_list("contact", flat=True),
    }


def test_messages_that_come_during_the_merge_are_all_there(visitor: Visitor) -> None:
    visitor.say("first")
    work_off()
    loser, winner = Contact.objects.get(), ContactFactory(name="Anna")
    for number in range(12):
        visitor.say(f"message {number}")

    at_once(lambda: merge(winner, loser), work_off, work_off)
    work_off()

    assert set(RawDelivery.objects.values_list("status", flat=True)) == {DeliveryStatus.DONE}
    assert Message.objects.count() == 13
    conversation = Conversation.objects.get()
    assert (conversation.last_sequence, conversation.unread) == (13, 13)
    assert owners() == {winner.pk}
    assert Contact.objects.count() == 2


def test_a_message_that_waits_for_the_merge_reaches_the_winner(visitor: Visitor) -> None:
    visitor.say("first")
    work_off()
    loser, winner = Contact.objects.get(), ContactFactory(name="Anna")
    visitor.say("second")

    behind(lambda: merge(winner, loser), work_off)

    assert list(Message.objects.order_by("sequence").values_list("text", flat=True)) == ["first", "second"]
    assert owners() == {winner.pk}


def test_a_new_conversation_during_the_merge_is_the_winners(visitor: Visitor) -> None:
    """Nothing is open that could be locked: the row of the sender's identity is what both wait for."""
    visitor.say("first")
    work_off()
    Conversation.objects.update(status=ConversationStatus.SOLVED, solved_at="2020-01-01T00:00Z")
    Lead.objects.all().delete()
    loser, winner = Contact.objects.get(), ContactFactory(name="Anna")
    visitor.say("again")

    behind(lambda: merge(winner, loser), work_off)

    assert Conversation.objects.count() == 2
    assert set(RawDelivery.objects.values_list("status", flat=True)) == {DeliveryStatus.DONE}
    assert owners() == {winner.pk}


def test_what_is_added_to_the_loser_meanwhile_goes_to_the_winner(visitor: Visitor) -> None:
    make_stage = LeadFactory(contact=ContactFactory()).stage
    loser, winner = ContactFactory(), ContactFactory()

    behind(lambda: merge(winner, loser), lambda: LeadFactory(contact=loser, stage=make_stage))

    assert Lead.objects.filter(contact=winner).count() == 1
    assert not Lead.objects.filter(contact=loser).exists()


def test_a_lead_added_just_before_the_merge_goes_over_with_it(visitor: Visitor) -> None:
    make_stage = LeadFactory(contact=ContactFactory()).stage
    loser, winner = ContactFactory(), ContactFactory()

    behind(lambda: LeadFactory(contact=loser, stage=make_stage), lambda: merge(winner, loser))

    assert Lead.objects.filter(contact=winner).count() == 1


def test_whoever_waits_for_the_conversation_finds_it_with_the_winner(visitor: Visitor) -> None:
    visitor.say("first")
    work_off()
    loser, winner = Contact.objects.get(), ContactFactory(name="Anna")
    pk = Conversation.objects.get().pk

    def write() -> str:
        with transaction.atomic():
            return str(locked_conversation(pk).contact)

    assert behind(lambda: merge(winner, loser), write) == "Anna"


def test_two_merges_of_the_same_two_make_one(visitor: Visitor) -> None:
    one, other = ContactFactory(), ContactFactory()

    def attempt(winner: Contact, loser: Contact) -> Callable[[], bool]:
        def run() -> bool:
            try:
                return bool(merge(winner, loser))
            except AlreadyMerged:
                return False

        return run

    assert sorted(at_once(attempt(one, other), attempt(other, one))) == [False, True]
    assert Contact.objects.filter(merged_into__isnull=False).count() == 1


def test_messages_that_come_during_the_undo_are_all_there(visitor: Visitor) -> None:
    visitor.say("first")
    work_off()
    loser, winner = Contact.objects.get(), ContactFactory(name="Anna")
    done = merge(winner, loser)
    for number in range(8):
        visitor.say(f"message {number}")

    at_once(lambda: undo_merge(merge_id=done.pk, actor=SYSTEM, by=None, now=timezone.now()), work_off)
    work_off()

    assert Message.objects.count() == 9
    assert owners() == {loser.pk}
