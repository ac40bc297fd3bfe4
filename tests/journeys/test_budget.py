"""A message costs at most 25 statements, flow, facts and score included (issue 2, Speed)."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from automation.meetings.queries import bookable, timetable
from bookings.services.models import Service
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
    assert_within_budget(chat, words)


FREE = ("hello, how much is a kitchen?", "+374 99 123456, me@example.am", "this week", "1.5 mln", "Gyumri")
FAR = "Tuesday at 15:00"
HELD = (*FREE, FAR)
NAMED = (*HELD, "Anna")
BOOKED = (*NAMED, "yes")
MEETING = {
    "three times": (FREE[:4], FREE[4]),
    "all at once": (
        (),
        "I'm Anna, I need a kitchen in Gyumri this week, budget 1.5 mln dram, +374 99 123456",
    ),
    "other times": (FREE, "other times"),
    "a wish": (FREE, "Friday after 4"),
    "a time": (FREE, FAR),
    "the name": (HELD, "Anna"),
    "another time instead": (NAMED, "other times"),
    "another wish instead": (NAMED, "Friday at 11:00"),
    "confirmed": (NAMED, "yes"),
    "what is booked": (BOOKED, "I want to book a visit"),
    "move": (BOOKED, "can we move it?"),
    "moved": ((*BOOKED, "can we move it?"), "Friday at 11:00"),
    "moved at once": (BOOKED, "can we move it to Friday at 11:00?"),
    "cancel": (BOOKED, "cancel my booking"),
    "cancelled": ((*BOOKED, "cancel my booking"), "yes"),
}


@pytest.mark.parametrize(("before", "words"), MEETING.values(), ids=list(MEETING))
def test_statements_of_a_message_about_a_meeting(
    chat: Chat, visits: Service, anna: User, before: tuple[str, ...], words: str
) -> None:
    Membership.objects.create(team=chat.account.team, user=anna)
    chat.say(*before)
    assert_within_budget(chat, words)


ASKED = ("hello, how much is a kitchen?", "+374 99 123456", "this week")
PRICES = {
    "a range": ((), ASKED[0]),
    "what the exact price needs": (ASKED[:2], ASKED[2]),
    "the exact price": (ASKED, "4 metres"),
    "a yes to the offer": ((*ASKED, "4 metres"), "yes"),
}


@pytest.mark.parametrize(("before", "words"), PRICES.values(), ids=list(PRICES))
def test_statements_of_a_message_about_a_price(
    chat: Chat, goods: None, anna: User, before: tuple[str, ...], words: str
) -> None:
    Membership.objects.create(team=chat.account.team, user=anna)
    chat.say(*before)
    assert_within_budget(chat, words)


def assert_within_budget(chat: Chat, words: str) -> None:
    Chat(chat.account, chat.clock).say("hello, how much is a kitchen?", "+374 99 123457")
    if (service := bookable(None)) is not None:
        timetable(service, now=timezone.now())  # as in a process that has just offered times to somebody else
    chat.visitor.say(words)
    with CaptureQueriesContext(connection) as captured:
        assert process_next()
    sent = [query["sql"] for query in captured if not query["sql"].startswith(TRANSACTION)]
    assert len(sent) <= MOST, "\n".join(sent)
