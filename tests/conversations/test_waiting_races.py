"""Who comes first wins and the other one is told: undo, opt-out and several workers at the same instant."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from conversations.accounts.models import ChannelAccount
from conversations.outbox.errors import OnItsWay
from conversations.outbox.operations import deliver_next, send_message, take_back
from conversations.threads.models import AuthorKind, Conversation, Message
from conversations.threads.operations import reply
from core.access.models import User
from core.company.models import CompanyProfile
from crm.consent.models import Purpose
from crm.consent.operations import withdraw
from tests.conversations.stand_in import StandIn
from tests.factories.conversations import make_conversation

pytestmark = pytest.mark.django_db(transaction=True)

TEN = timedelta(seconds=10)
ROUNDS = 12


@pytest.fixture
def conversation(api_account: ChannelAccount) -> Conversation:
    CompanyProfile.objects.create(name="Ararat Interiors", quiet_from=None, quiet_until=None)
    return make_conversation(api_account, sender="u1")


def at_once(*works: Callable[[], None]) -> None:
    """Each in a thread of its own with a connection of its own, let go together."""
    gate = threading.Barrier(len(works))

    def run(work: Callable[[], None]) -> None:
        try:
            gate.wait(timeout=10)
            work()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)


def test_undo_or_the_workers_win_never_both(conversation: Conversation, channel: StandIn, user: User) -> None:
    now = timezone.now()
    undone = 0
    for number in range(ROUNDS):
        before = len(channel.sent)
        message = reply(conversation_id=conversation.pk, user=user, text=f"{number}", now=now, undo=TEN)
        outcomes: list[str] = []

        def undo(message_id: int = message.pk, outcomes: list[str] = outcomes) -> None:
            try:
                take_back(message_id=message_id, user=user)
                outcomes.append("undone")
            except OnItsWay as refusal:
                outcomes.append(str(refusal))

        def deliver() -> None:
            deliver_next(now=now + TEN)

        at_once(deliver, undo, deliver)
        while deliver_next(now=now + TEN):
            pass
        message.refresh_from_db()
        sent = len(channel.sent) - before
        if outcomes == ["undone"]:
            undone += 1
            assert (sent, message.status) == (0, "cancelled")
        else:
            assert outcomes == ["Too late: the message is on its way already."]
            assert (sent, message.status) == (1, "sent")
    assert Message.objects.filter(status="cancelled").count() == undone


def test_several_workers_send_what_was_due_once(
    conversation: Conversation, channel: StandIn, user: User
) -> None:
    now = timezone.now()
    for number in range(ROUNDS):
        reply(conversation_id=conversation.pk, user=user, text=f"{number}", now=now, undo=TEN)

    def deliver() -> None:
        idle = 0
        while idle < 5:
            idle = 0 if deliver_next(now=now + TEN) else idle + 1

    at_once(deliver, deliver, deliver, deliver)
    assert [each.text for each in channel.sent] == [f"{number}" for number in range(ROUNDS)]


def test_an_opt_out_at_the_same_instant_stops_the_follow_up_or_comes_after_it(
    conversation: Conversation, channel: StandIn
) -> None:
    now = timezone.now()
    message = send_message(
        conversation=conversation,
        text="Still interested?",
        author_kind=AuthorKind.SYSTEM,
        now=now,
        purpose=Purpose.FOLLOW_UP,
    )
    at_once(
        lambda: withdraw(contact=conversation.contact, source="test") and None,
        lambda: deliver_next(now=now) and None,
    )
    deliver_next(now=now)
    message.refresh_from_db()
    assert (message.status, len(channel.sent)) in {("cancelled", 0), ("sent", 1)}
