"""What can go wrong with a meeting: taken, run out, too late, somebody else's, a person speaking, stop (spec 9.3, 9.4)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bookings.appointments.models import Booking
from bookings.services.models import Service
from conversations.threads.operations import take_over
from core.access.models import User
from tests.factories.bookings import make_booking
from tests.factories.crm import ContactFactory
from tests.journeys.booking import QUALIFIED, booked, labels, local, payload
from tests.journeys.chat import Chat
from tests.support import work_off

pytestmark = pytest.mark.django_db

TAKEN = "Sorry, that time has just been taken.\n\nWhich time suits you (Yerevan time)?"


def press(chat: Chat, label: str, carried: str) -> str:
    """Tap a button that stands further up in the thread, or a forged one."""
    before = max(chat.messages.values_list("pk", flat=True))
    chat.clock.shift(timedelta(seconds=20))
    chat.visitor.choose(label, carried)
    work_off()
    said = chat.messages.filter(direction="out", pk__gt=before).values_list("text", flat=True)
    return "\n---\n".join(said)


def test_a_time_taken_a_moment_ago(chat: Chat, visits: Service) -> None:
    chat.say(*QUALIFIED)
    first = labels(chat)[0]
    at = next(
        moment
        for moment in (local(f"03-02 {hour}:{minute}") for hour in range(13, 18) for minute in ("00", "30"))
        if f"{moment:%Y%m%dT%H%MZ}" in payload(chat, first)
    )
    make_booking(visits, at, now=local("03-02 12:00"))
    assert chat.tap(first) == TAKEN
    assert first not in labels(chat)
    assert len(labels(chat)) == 4
    assert Booking.objects.filter(contact=chat.contact).count() == 0


def test_a_hold_that_ran_out_is_taken_again(chat: Chat, visits: Service) -> None:
    chat.say(*QUALIFIED, "Thursday at 15:00", "Anna")
    chat.wait(minutes=20)
    assert Booking.objects.get().status == "expired"
    assert chat.say("yes").startswith(
        "Thank you, Anna!\n\nYou are booked: Showroom visit, Thu 5 March, 15:00"
    )
    assert list(Booking.objects.order_by("pk").values_list("status", flat=True)) == ["expired", "confirmed"]


def test_a_hold_that_ran_out_and_was_taken(chat: Chat, visits: Service) -> None:
    chat.say(*QUALIFIED, "Thursday at 15:00", "Anna")
    chat.wait(minutes=20)
    make_booking(visits, local("03-05 15:00"), now=local("03-02 12:40"))
    assert chat.say("yes") == TAKEN
    assert chat.say("yes", "Friday at 15:00").startswith("Showroom visit: Fri 6 March, 15:00")


def test_other_times_and_a_wish(chat: Chat, visits: Service) -> None:
    chat.say(*QUALIFIED)
    seen = labels(chat)[:3]
    assert chat.tap("Other times").startswith("Here are some others.")
    assert not set(seen) & set(labels(chat)[:3])
    assert chat.say("Friday after 4").startswith("Good, this is free then.")
    assert labels(chat)[:3] == ["Fri 6 March, 16:00", "Fri 6 March, 17:00", "Fri 6 March, 17:30"] or all(
        label.startswith("Fri 6 March") for label in labels(chat)[:3]
    )
    assert chat.lead.answers["start"] == 7
    assert chat.say("Sunday morning").startswith("There is nothing free then, these are the nearest times.")


def test_out_of_order_the_meeting_first(chat: Chat, visits: Service) -> None:
    assert "Thu 5 March, 15:00" in chat.say("I need a kitchen, can I book a visit on Thursday at 15:00?")
    assert chat.say("Anna, +374 99 123456, and do you deliver?").startswith("We deliver")
    assert (chat.contact.name, chat.pending) == ("Anna", "meeting.confirm")


def test_silence_in_the_middle_of_an_offer_is_reminded_of_once(chat: Chat, visits: Service) -> None:
    chat.say(*QUALIFIED)
    reminded = chat.wait(minutes=45)
    assert reminded.startswith("Just checking in, one short answer and we can go on.")
    assert reminded.endswith("Which time suits you (Yerevan time)?")
    assert len(labels(chat)) == 4
    assert chat.wait(hours=3) == ""


def test_who_wants_no_meeting_is_handed_over(chat: Chat, visits: Service) -> None:
    chat.say(*QUALIFIED)
    assert chat.say("don't know").endswith("How should we address you?")
    assert chat.say("Anna").startswith("Thank you, Anna! A colleague from sales")
    assert (chat.conversation.handler, chat.conversation.handoff["reason"]) == ("queue", "qualified")


def test_stop_does_not_stop_the_messages_of_a_booking(chat: Chat, visits: Service) -> None:
    booking = booked(chat)
    assert chat.say("stop, don't write to me").startswith("Understood")
    chat.clock.move_to(local("03-04 15:00"))
    assert chat.wait(minutes=1).startswith("A short reminder: Showroom visit")
    assert chat.tap("I'm coming") == "Thank you, see you Thu 5 March, 15:00."
    booking.refresh_from_db()
    assert booking.acknowledged_at is not None


@pytest.mark.parametrize("act", ["coming", "other", "cancel", "drop", "keep"])
def test_somebody_elses_booking_is_out_of_reach(chat: Chat, visits: Service, act: str) -> None:
    theirs = make_booking(visits, local("03-05 15:00"), now=local("03-02 12:00"), contact=ContactFactory())
    booked(chat, "Thursday at 16:00")
    answer = press(chat, "x", f"booking:{act}:{theirs.public_id}")
    theirs.refresh_from_db()
    assert (theirs.status, theirs.acknowledged_at, theirs.revision) == ("confirmed", None, 0)
    assert "15:00" not in answer


def test_rubbish_in_a_payload_does_nothing(chat: Chat, visits: Service) -> None:
    booking = booked(chat)
    for carried in ("booking:", "booking:drop:", "booking:drop:nothing", "booking:sing:1", "time:x"):
        press(chat, "x", carried)
    booking.refresh_from_db()
    assert booking.status == "confirmed"


def test_cancelling_is_asked_once_and_can_be_taken_back(chat: Chat, visits: Service) -> None:
    booking = booked(chat)
    assert chat.tap("Cancel") == "Showroom visit, Thu 5 March, 15:00. Shall I cancel it?"
    assert labels(chat) == ["Yes, cancel", "Other times", "Keep it"]
    assert chat.say("no, keep it") == "All right, it stays: Thu 5 March, 15:00."
    assert chat.say("cancel my booking") == "Showroom visit, Thu 5 March, 15:00. Shall I cancel it?"
    assert chat.say("yes").startswith("Your meeting is cancelled: Showroom visit, Thu 5 March, 15:00")
    booking.refresh_from_db()
    assert booking.status == "cancelled"
    assert press(chat, "I'm coming", f"booking:coming:{booking.public_id}").startswith("That meeting is over")


def test_no_to_a_reminder_offers_another_time_or_a_cancellation(chat: Chat, visits: Service) -> None:
    booking = booked(chat)
    chat.clock.move_to(local("03-04 15:00"))
    chat.wait(minutes=1)
    assert chat.say("no") == "Shall I find another time or cancel?"
    assert chat.say("another time").startswith("You are booked for Thu 5 March, 15:00. Which new time")
    assert chat.say("Friday at 11").startswith(
        "Your meeting has a new time: Showroom visit, Fri 6 March, 11:00"
    )
    booking.refresh_from_db()
    assert booking.starts_at == local("03-06 11:00")


@pytest.mark.parametrize("words", ["yes", "I'll be there", "coming"])
def test_yes_to_a_reminder_in_words(chat: Chat, visits: Service, words: str) -> None:
    booking = booked(chat)
    chat.clock.move_to(local("03-04 15:00"))
    chat.wait(minutes=1)
    assert chat.say(words) == "Thank you, see you Thu 5 March, 15:00."
    booking.refresh_from_db()
    assert booking.acknowledged_at is not None


def test_shortly_before_a_person_helps(chat: Chat, visits: Service) -> None:
    booking = booked(chat)
    chat.clock.move_to(local("03-05 14:20"))
    assert chat.say("can we move it to Friday?").startswith("It's too close to the start to change it here.")
    assert (chat.conversation.handler, chat.conversation.handoff["reason"]) == ("queue", "reschedule")
    booking.refresh_from_db()
    assert booking.starts_at == local("03-05 15:00")


def test_a_new_time_that_was_taken_meanwhile(chat: Chat, visits: Service) -> None:
    booked(chat)
    assert chat.tap("Another time").startswith("You are booked for Thu 5 March, 15:00.")
    chosen = labels(chat)[0]
    day, hour = chosen.split()[1], chosen[-5:]
    make_booking(visits, local(f"03-0{day} {hour}"), now=local("03-02 12:00"))
    assert chat.tap(chosen) == TAKEN
    assert Booking.objects.get(contact=chat.contact).starts_at == local("03-05 15:00")


def test_while_a_person_speaks_buttons_act_and_words_are_left_to_them(
    chat: Chat, visits: Service, anna: User
) -> None:
    booking = booked(chat)
    take_over(conversation_id=chat.conversation.pk, user=anna)
    assert chat.say("can we move it to Friday?") == ""
    press(chat, "Another time", f"booking:other:{booking.public_id}")
    assert chat.tap(labels(chat)[0]).startswith("Your meeting has a new time")
    assert chat.conversation.handler == "person"


def test_words_are_answered_at_once_while_the_queue_is_long(chat: Chat, visits: Service) -> None:
    booking = booked(chat)
    chat.say("is there a parking lot?")
    assert chat.conversation.handler == "queue"
    assert chat.say("I need to reschedule").startswith("You are booked for Thu 5 March, 15:00.")
    assert chat.conversation.status == "waiting_us"
    chat.tap(labels(chat)[1])
    booking.refresh_from_db()
    assert booking.revision == 1


def test_a_wish_for_a_meeting_after_the_handover(chat: Chat, visits: Service) -> None:
    chat.say("hello, how much is a kitchen?", "a person please")
    assert chat.say("I would like to book a visit").startswith("Let's set a time: Showroom visit.")
    assert chat.tap(labels(chat)[0]).startswith("You are booked: Showroom visit")
    assert chat.say("I want to book a visit").startswith("You are booked: Showroom visit")
    assert Booking.objects.count() == 1
