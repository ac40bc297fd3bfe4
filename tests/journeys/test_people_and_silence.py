"""A colleague takes over and hands back, the customer falls silent, comes back days later (spec 5.3, 5.5, 6.11)."""

from __future__ import annotations

from datetime import time

import pytest
from django.core.cache import cache

from conversations.threads.models import Conversation
from conversations.threads.operations import hand_back, reply, resolve, take_over
from core.access.models import User
from core.company.models import CompanyProfile
from core.due.models import DueRow, DueStatus
from core.events.actor import Actor
from crm.consent.operations import withdraw
from crm.pipeline.models import Lead, Stage
from crm.pipeline.operations import move_lead
from tests.factories.conversations import at
from tests.journeys.chat import Chat
from tests.support import work_off

pytestmark = pytest.mark.django_db

REMINDER = "Just checking in, one short answer and we can go on."


def test_a_person_takes_over_and_hands_back(chat: Chat, anna: User) -> None:
    chat.say("hello, how much is a kitchen?")
    pk = chat.conversation.pk
    take_over(conversation_id=pk, user=anna)
    assert chat.say("my phone is +374 99 123456, budget 700k") == ""
    reply(conversation_id=pk, user=anna, text="Good day, which handles do you like?")
    assert chat.say("the wooden ones, and when? this week") == ""
    assert chat.points == {"phone": "+37499123456"}
    assert chat.lead.answers == {
        "interest": "kitchen",
        "budget": {"amount": "700000.0000", "currency": "AMD"},
        "start": 7,
    }
    assert chat.judged == (9, "A", "qualified")
    assert (chat.conversation.handler, chat.conversation.assignee) == ("person", anna)

    said = len(chat.said)
    hand_back(conversation_id=pk, user=anna)
    work_off()
    assert [message.text for message in chat.said[said:]] == [
        "Thank you for waiting, let's go on.\n\nIt tells us how soon we can come to measure. Which city are you in?"
    ]
    assert chat.say("Gyumri").endswith("How should we address you?")
    assert chat.say("Anna") == "Thank you, Anna! A colleague from sales will answer you here."
    assert chat.run.state["asked"] == {"contact.reach": 1, "city": 1, "contact.name": 1}


def test_a_reply_is_a_take_over(chat: Chat, anna: User) -> None:
    chat.say("hello, how much is it?")
    reply(conversation_id=chat.conversation.pk, user=anna, text="Good day!")
    assert chat.say("a kitchen") == ""
    assert chat.lead.answers == {"interest": "kitchen"}
    assert chat.wait(hours=2) == ""


def test_silence_is_reminded_of_once(chat: Chat) -> None:
    chat.say("hello, how much is it?", "a kitchen")
    due = DueRow.objects.get(kind="flow.silence", status=DueStatus.PENDING)
    assert (due.conversation_id, due.lead_id) == (chat.conversation.pk, chat.lead.pk)
    assert chat.wait(minutes=44) == ""
    assert chat.wait(minutes=1) == f"{REMINDER}\n\nWhat phone number or email can we answer to?"
    assert chat.wait(hours=5) == ""
    assert not DueRow.objects.filter(status=DueStatus.PENDING, kind="flow.silence").exists()

    assert chat.say("+374 99 123456").endswith("When would you like to start?")
    assert chat.wait(minutes=45) == f"{REMINDER}\n\nWhen would you like to start?"
    assert chat.lead.answers == {"interest": "kitchen"}


def test_an_answer_moves_the_reminder(chat: Chat) -> None:
    chat.say("hello, how much is it?")
    assert chat.wait(minutes=40) == ""
    chat.say("a kitchen")
    assert chat.wait(minutes=40) == ""
    assert chat.wait(minutes=5).startswith(REMINDER)


def test_in_the_evening_the_reminder_waits_for_the_morning(chat: Chat) -> None:
    chat.clock.move_to("2026-03-02T20:30:00+04:00")
    chat.say("hello, how much is it?")
    due = DueRow.objects.get(kind="flow.silence", status=DueStatus.PENDING)
    assert due.due_at == at("2026-03-03T09:00:00+04:00")
    assert chat.wait(hours=12) == ""
    assert chat.wait(minutes=30).startswith(REMINDER)


def test_a_reminder_that_quiet_hours_overtook_is_put_off(chat: Chat) -> None:
    chat.clock.move_to("2026-03-02T20:00:00+04:00")
    chat.say("hello, how much is it?")
    CompanyProfile.objects.update(quiet_from=time(20, 30))
    cache.clear()
    assert chat.wait(minutes=45) == ""
    due = DueRow.objects.get(kind="flow.silence", status=DueStatus.PENDING)
    assert due.due_at == at("2026-03-03T09:00:00+04:00")


def test_nobody_is_reminded_who_wants_no_more(chat: Chat, anna: User) -> None:
    chat.say("hello, how much is it?")
    withdraw(contact=chat.contact, source="desk", recorded_by=anna)
    assert not DueRow.objects.filter(status=DueStatus.PENDING, kind="flow.silence").exists()
    assert chat.say("a kitchen") != ""
    assert chat.wait(hours=2) == ""


def test_nobody_is_reminded_whom_a_person_answers(chat: Chat, anna: User) -> None:
    chat.say("hello, how much is it?")
    take_over(conversation_id=chat.conversation.pk, user=anna)
    assert chat.wait(hours=2) == ""


def test_nobody_is_reminded_of_what_is_solved_or_decided(chat: Chat, anna: User) -> None:
    chat.say("hello, how much is it?")
    resolve(conversation_id=chat.conversation.pk, user=anna)
    assert chat.wait(hours=2) == ""
    assert chat.conversation.status == "solved"

    chat.say("a kitchen")
    won = Stage.objects.get(kind="won")
    move_lead(lead_id=chat.lead.pk, to_stage_id=won.pk, actor=Actor.of(anna))
    assert chat.wait(hours=2) == ""


def test_back_within_days_reopens(chat: Chat, anna: User) -> None:
    chat.say("hello, how much is a kitchen?", "a person please")
    first = chat.conversation
    reply(conversation_id=first.pk, user=anna, text="We will call you.", resolve=True)
    work_off()
    assert chat.conversation.status == "solved"
    chat.wait(days=2)
    assert chat.say("nobody called, +374 99 123456") == ""
    again = chat.conversation
    assert (again.pk, again.status, again.solved_at, again.unread) == (first.pk, "waiting_us", None, 1)
    assert chat.points == {"phone": "+37499123456"}


def test_back_after_weeks_begins_anew_and_asks_nothing_again(chat: Chat, anna: User) -> None:
    chat.say("hello, how much is a kitchen?", "+374 99 123456", "this week")
    resolve(conversation_id=chat.conversation.pk, user=anna)
    chat.wait(days=20)
    answer = chat.say("hello, what is the price?")
    assert answer.endswith("What budget do you have in mind?")
    assert (Conversation.objects.count(), Lead.objects.count()) == (2, 1)
    assert chat.lead.answers == {"interest": "kitchen", "start": 7}


def test_outside_hours_the_words_are_honest(chat: Chat) -> None:
    chat.clock.move_to("2026-03-02T22:00:00+04:00")
    chat.say("hello, how much is a kitchen? +374 99 123456", "this week", "700k", "Gyumri")
    assert chat.say("Anna") == (
        "Thank you, Anna! We're closed right now; a colleague from sales will write to you as soon as we open "
        "(tomorrow, 10:00)."
    )
    assert chat.card["next_step"] == "call"
