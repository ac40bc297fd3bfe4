"""A message costs at most 25 statements, flow, facts and score included (issue 2, Speed)."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conversations.deliveries.operations import process_next
from core.access.models import Membership, User
from tests.journeys.chat import Chat

pytestmark = pytest.mark.django_db

MOST = 25
TRANSACTION = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
STORY = ("hello, how much is it?", "a kitchen", "+374 99 123456", "this week", "1.5 mln", "Gyumri", "Anna")
BEGINNINGS = {
    "the first words": ((), STORY[0]),
    **{f"answer {number}": (STORY[:number], STORY[number]) for number in range(1, len(STORY))},
    "everything at once": (
        (),
        "I'm Anna, I need a kitchen in Gyumri this week, budget 1.5 mln dram, +374 99 123456",
    ),
    "half of it in the middle": (STORY[:1], "a kitchen this week, 1.5 mln, Gyumri, +374 99 123456"),
    "a correction": (STORY[:5], "actually a sofa for 700k"),
    "a wish for a person": (STORY[:2], "I want to talk to a person"),
    "not interested": (STORY[:5], "not interested, thanks"),
    "stop": (STORY[:3], "stop, don't write to me"),
    "after the handover": (STORY, "my email is anna@example.am, make it 2 mln"),
}


@pytest.mark.parametrize(("before", "words"), BEGINNINGS.values(), ids=list(BEGINNINGS))
def test_statements_of_a_message(chat: Chat, anna: User, before: tuple[str, ...], words: str) -> None:
    Membership.objects.create(team=chat.account.team, user=anna)
    chat.say(*before)
    Chat(chat.account, chat.clock).say("hello, how much is a kitchen?", "+374 99 123457")
    chat.visitor.say(words)
    with CaptureQueriesContext(connection) as captured:
        assert process_next()
    sent = [query["sql"] for query in captured if not query["sql"].startswith(TRANSACTION)]
    assert len(sent) <= MOST, "\n".join(sent)
