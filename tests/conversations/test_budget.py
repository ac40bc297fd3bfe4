"""Statements of the hot path (architecture 8): at most 25 for a message with its flow; this is our share."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conversations.deliveries.operations import process_next
from conversations.outbox.operations import deliver_next
from conversations.threads.models import Conversation
from conversations.threads.operations import reply
from core.access.models import User
from tests.factories.conversations import Visitor

pytestmark = pytest.mark.django_db(transaction=True)
CONTROL = ("BEGIN", "COMMIT")


def statements(work: Callable[[], object]) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        assert work()
    return [query["sql"] for query in captured if query["sql"] not in CONTROL]


def test_a_message_of_a_new_sender(visitor: Visitor) -> None:
    warm(visitor)
    other = Visitor(visitor.account)
    other.say("Hello")
    found = statements(process_next)
    assert len(found) <= 16, found


def test_an_ordinary_message(visitor: Visitor) -> None:
    warm(visitor)
    visitor.say("And another")
    found = statements(process_next)
    assert len(found) <= 8, found


def test_sending_a_message(visitor: Visitor, user: User) -> None:
    warm(visitor)
    conversation = Conversation.objects.get()
    found = statements(lambda: reply(conversation_id=conversation.pk, user=user, text="Good day"))
    assert len(found) <= 7, found
    found = statements(deliver_next)
    assert len(found) <= 4, found


def test_the_widget(visitor: Visitor) -> None:
    warm(visitor)
    assert len(statements(visitor.fetch)) <= 3
    assert len(statements(visitor.open)) <= 5


def warm(visitor: Visitor) -> None:
    visitor.say("Hello")
    assert process_next(now=timezone.now())
