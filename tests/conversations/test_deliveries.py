from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from conversations import responder
from conversations.accounts.models import ChannelAccount
from conversations.accounts.queries import health
from conversations.channels import registry
from conversations.deliveries.models import DeliveryStatus, RawDelivery
from conversations.deliveries.operations import process_next, replay, store_delivery
from conversations.outbox.operations import send_message
from conversations.threads.models import AuthorKind, Conversation, Handler, Message
from core.events.models import Event
from core.tidy.operations import tidy
from crm.contacts.models import Contact
from tests.conversations.stand_in import StandIn
from tests.factories.conversations import Visitor
from tests.support import work_off

pytestmark = pytest.mark.django_db


class Stumbling(responder.QueueResponder):
    """Answers, then breaks down so many times, as a killed worker does after its writes."""

    def __init__(self, times: int) -> None:
        self.times = times
        self.calls = 0

    def customer_wrote(self, *, conversation: Conversation, now: datetime, **_: Any) -> None:
        self.calls += 1
        send_message(conversation=conversation, text="Good day", author_kind=AuthorKind.FLOW, now=now)
        if self.calls <= self.times:
            raise RuntimeError("lost my way")


def process_until_quiet(start: datetime, *, minutes: int = 30) -> None:
    for second in range(0, minutes * 60, 5):
        while process_next(now=start + timedelta(seconds=second)):
            pass


def test_a_worker_lost_in_the_middle_leaves_nothing_behind_and_doubles_nothing(visitor: Visitor) -> None:
    stumbling = Stumbling(times=1)
    responder.replace(stumbling)
    visitor.say("Hello")
    start = timezone.now()
    assert process_next(now=start)
    assert (Message.objects.count(), Contact.objects.count()) == (0, 0)
    assert Event.objects.filter(name="message.received").count() == 0
    delivery = RawDelivery.objects.get()
    assert (delivery.status, delivery.attempts) == ("pending", 1)
    assert delivery.error == "RuntimeError: lost my way"
    assert delivery.next_attempt_at == start + timedelta(seconds=2)

    assert not process_next(now=start + timedelta(seconds=1))
    assert process_next(now=start + timedelta(seconds=2))
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts, delivery.error) == ("done", 2, "")
    assert [m.text for m in Message.objects.order_by("sequence")] == ["Hello", "Good day"]
    assert Event.objects.filter(name="message.received").count() == 1


def test_words_are_shown_to_people_when_the_flow_breaks_down_again_and_again(visitor: Visitor) -> None:
    responder.replace(Stumbling(times=100))
    visitor.account.flow_key = "greeting"
    visitor.account.save()
    visitor.say("Hello")
    process_until_quiet(timezone.now())
    delivery = RawDelivery.objects.get()
    assert (delivery.status, delivery.attempts) == ("parked", 4)
    assert delivery.error == "RuntimeError: lost my way"
    assert [m.text for m in Message.objects.all()] == ["Hello"]
    assert Conversation.objects.get().handler == Handler.QUEUE


def test_a_delivery_that_can_never_be_stored_is_parked_with_its_error(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor.say("Hello")
    RawDelivery.objects.update(headers={})
    assert process_next()
    delivery = RawDelivery.objects.get()
    assert (delivery.status, delivery.attempts) == ("parked", 1)
    assert delivery.error == "The session cannot be read."
    account = ChannelAccount.objects.get()
    assert (account.malformed_count, account.last_error) == (1, "The session cannot be read.")
    (state,) = health()
    assert (state.pending, state.parked, state.healthy) == (0, 1, False)


def test_a_fault_of_ours_is_tried_eight_times_and_then_parked(
    api_account: ChannelAccount,
) -> None:
    # A time without its zone breaks a promise of the adapter.
    deliver(api_account, [{"sender_id": "u1", "text": "Hello", "sent_at": "2025-03-03T12:00:00"}])
    process_until_quiet(timezone.now())
    delivery = RawDelivery.objects.get()
    assert (delivery.status, delivery.attempts) == ("parked", 8)
    assert delivery.error != ""
    api_account.refresh_from_db()
    assert api_account.last_error == delivery.error


def test_a_delivery_that_kills_its_worker_is_parked_in_the_end(visitor: Visitor) -> None:
    visitor.say("Hello")
    RawDelivery.objects.update(attempts=8)

    assert process_next()

    delivery = RawDelivery.objects.get()
    assert (delivery.status, delivery.attempts) == ("parked", 9)
    assert delivery.error == "The worker died with this delivery each time."
    assert ChannelAccount.objects.get().last_error == delivery.error
    assert not Message.objects.exists()


def test_a_fault_in_an_adapter_is_tried_again_and_stops_nobody_else(
    api_account: ChannelAccount, channel: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(api_account, [{"sender_id": "u1", "text": "Hello"}])
    monkeypatch.delitem(registry._ADAPTERS, "api")
    assert process_next()
    delivery = RawDelivery.objects.get()
    assert (delivery.status, delivery.attempts) == ("pending", 1)
    assert delivery.error == "UnknownChannelError: api"

    monkeypatch.setitem(registry._ADAPTERS, "api", channel)
    assert process_next(now=delivery.next_attempt_at)
    assert Message.objects.get().text == "Hello"


def test_a_parked_delivery_is_processed_again_on_request(visitor: Visitor) -> None:
    responder.replace(Stumbling(times=3))
    visitor.say("Hello")
    process_until_quiet(timezone.now())
    delivery = RawDelivery.objects.get()
    assert delivery.status == DeliveryStatus.PARKED
    replay(delivery=delivery)
    work_off()
    delivery.refresh_from_db()
    assert (delivery.status, delivery.error) == ("done", "")
    assert Message.objects.filter(direction="in").count() == 1


def test_replay_from_the_command_line(visitor: Visitor, capsys: pytest.CaptureFixture[str]) -> None:
    visitor.say("Hello")
    work_off()
    delivery = RawDelivery.objects.get()
    call_command("replay", str(delivery.public_id))
    assert capsys.readouterr().out == "1 deliveries will be processed again.\n"
    delivery.refresh_from_db()
    assert delivery.status == "pending"
    work_off()
    assert Message.objects.count() == 1
    call_command("replay", "--parked")
    call_command("replay", "--since", "2020-01-01T00:00")
    assert capsys.readouterr().out.splitlines() == [
        "0 deliveries will be processed again.",
        "1 deliveries will be processed again.",
    ]
    with pytest.raises(CommandError, match="Say which"):
        call_command("replay")
    with pytest.raises(CommandError, match="There is no delivery"):
        call_command("replay", "0197c2a4-0000-7000-8000-000000000000")


def test_what_was_processed_a_month_ago_goes_and_its_messages_stay(visitor: Visitor) -> None:
    responder.replace(Stumbling(times=0))
    visitor.say("Hello")
    work_off()
    RawDelivery.objects.create(account=visitor.account, body=b"", status=DeliveryStatus.PARKED)

    assert tidy(now=timezone.now() + timedelta(days=29)) == {}
    assert tidy(now=timezone.now() + timedelta(days=31)) == {"deliveries": 1, "outbox items": 1}

    assert [delivery.status for delivery in RawDelivery.objects.all()] == ["parked"]
    assert [m.text for m in Message.objects.order_by("sequence")] == ["Hello", "Good day"]


def test_a_lane_waits_for_its_first_delivery_and_others_go_on(visitor: Visitor) -> None:
    other = Visitor(visitor.account)
    visitor.say("one")
    visitor.say("two")
    other.say("elsewhere")
    later = timezone.now() + timedelta(minutes=5)
    first = RawDelivery.objects.order_by("id").first()
    assert first is not None
    RawDelivery.objects.filter(pk=first.pk).update(next_attempt_at=later)
    now = timezone.now()
    assert process_next(now=now)
    assert not process_next(now=now)
    assert [m.text for m in Message.objects.all()] == ["elsewhere"]
    assert process_next(now=later)
    assert process_next(now=later)
    texts = Message.objects.order_by("conversation_id", "sequence").values_list("text", flat=True)
    assert list(texts) == ["elsewhere", "one", "two"]


def test_one_bad_event_does_not_hold_up_the_others_of_a_batch(api_account: ChannelAccount) -> None:
    events = [
        {"external_id": "1", "sender_id": "u1", "text": "first"},
        {"external_id": "2", "sender_id": "u2", "text": "bad", "sent_at": "2025-03-03T12:00:00"},
        {"external_id": "3", "sender_id": "u3", "text": "third"},
        {"external_id": "4", "sender_id": "u1", "text": "fourth"},
    ]
    deliver(api_account, events)
    assert process_next()
    assert sorted(m.text for m in Message.objects.all()) == ["first", "fourth", "third"]
    delivery = RawDelivery.objects.get()
    assert (delivery.status, delivery.attempts) == ("pending", 1)
    process_until_quiet(timezone.now())
    delivery.refresh_from_db()
    assert delivery.status == "parked"
    assert Message.objects.count() == 3


def test_an_empty_delivery_is_done(api_account: ChannelAccount) -> None:
    deliver(api_account, [])
    assert process_next()
    assert RawDelivery.objects.get().status == "done"


def test_a_very_long_lane_still_keeps_its_order(api_account: ChannelAccount) -> None:
    for text in ("one", "two"):
        deliver(api_account, [{"external_id": text, "sender_id": "u" * 190, "text": text}], lane="u" * 400)
    lanes = set(RawDelivery.objects.values_list("lane", flat=True))
    assert len(lanes) == 1
    assert len(lanes.pop()) <= 220


def deliver(account: ChannelAccount, events: list[dict[str, Any]], *, lane: str = "") -> None:
    store_delivery(account=account, lane=lane, headers={}, body=json.dumps(events).encode())
