"""Offering times: chosen by button, number or words, kept, confirmed, taken meanwhile, run out, declined (spec 9.2)."""

from __future__ import annotations

from typing import Any

import pytest

from automation.flows.document import loads
from automation.flows.effects import Announce, Close, HandOff, Note, SetContactField
from automation.flows.events import CustomerMessage, HandBack, Silence, Takeover
from automation.flows.linter import lint
from automation.flows.state import RunState
from automation.meetings.values import code
from tests.automation.flows.builders import others, says
from tests.automation.flows.calendar import NOW, ZONE, Calendar, at, weekdays
from tests.automation.flows.chat import Chat

FLOW = """\
flow: visits
languages: [en, ru]
goals:
  booking: {label: {en: Visit, ru: Визит}, intents: [booking], go: times}
steps:
  - {id: hello, say: {en: Hello., ru: Здравствуйте.}}
  - {id: goal, menu: {en: "What is it?", ru: "Что Вам нужно?"}, goals: [booking]}
  - {id: times, offer: visit, team: sales, next: done, otherwise: person}
  - {id: person, hand_off: no_time, open: {en: A colleague writes., ru: Коллега напишет.}, closed: {en: Later., ru: Позже.}}
  - {id: done, end: booked}
answers:
  delivery: {en: We deliver., ru: Доставляем.}
"""
KNOWN = {"contact": {"name": "Anna", "phone": "+37499123456"}}
FIRST = [at(3, 10), at(4, 12), at(5, 17)]


def offered(chat: Chat) -> list[str]:
    return [reply.label for reply in chat.said.quick_replies]


def begin(calendar: Calendar | None = None, *, text: str = FLOW, words: str = "book", **more: Any) -> Chat:
    given = {"goal": "booking", "desk": calendar or Calendar(), "timezone": ZONE, "now": NOW, **KNOWN, **more}
    return Chat(document=loads(text), **given).open(says(words, "booking"))


def tap(chat: Chat, index: int) -> Chat:
    reply = chat.said.quick_replies[index]
    return chat.send(CustomerMessage(reply.label, payload=reply.payload))


def test_the_step_is_sound() -> None:
    assert lint(loads(FLOW), services=["visit"]) == []
    assert [each.code for each in lint(loads(FLOW), services=[])] == ["no_service"]


def test_three_times_and_others() -> None:
    chat = begin()
    assert chat.said.text == "Hello.\n\nLet's set a time: Visit. Which of these suits you (Yerevan time)?"
    assert offered(chat)[-1] == "Other times"
    assert len(offered(chat)) == 4
    assert chat.said.asks == "meeting.time"


def test_chosen_confirmed_and_announced() -> None:
    calendar = Calendar()
    chat = begin(calendar)
    chosen = offered(chat)[1]
    tap(chat, 1)
    assert chat.said.text == f"Visit: {chosen}, Yerevan time, Abovyan 1. Shall I book it?"
    assert (offered(chat), chat.said.asks) == (["Yes, book it", "Other times"], "meeting.confirm")
    tap(chat, 0)
    assert chat.said.text == "Thank you, Anna!\n\nDetails."
    assert [reply.payload for reply in chat.said.quick_replies] == ["booking:other:1"]
    announced, closed = others(chat.effects)
    assert isinstance(announced, Announce)
    assert (announced.reason, announced.team) == ("booked", "sales")
    assert announced.summary.notes == (("meeting", f"Visit, {chosen} (Yerevan time)"),)
    assert closed == Close("booked")
    assert len(calendar.confirmed) == 1


def test_what_is_not_known_is_asked_between_choice_and_confirmation() -> None:
    chat = begin(contact={})
    chosen = offered(chat)[0]
    tap(chat, 0)
    assert chat.said.text == f"I'm keeping {chosen} for you. What name shall I put it under?"
    chat.send(says("Anna"))
    assert others(chat.effects) == [SetContactField("name", "Anna")]
    assert chat.said.asks == "contact.reach"
    chat.send(says("+37499123456"))
    assert chat.said.asks == "meeting.confirm"
    chat.send(says("yes", "yes"))
    assert chat.said.text == "Thank you, Anna!\n\nDetails."


def test_a_name_that_is_not_given_does_not_stop_the_booking() -> None:
    chat = tap(begin(contact={"phone": "+37499123456"}), 0)
    chat.send(says("12345 678"))
    chat.send(says("999 000 111"))
    assert chat.said.text.startswith("No problem, we can clear that up later.")
    assert chat.said.asks == "meeting.confirm"


def test_the_purpose_is_asked_where_the_step_wants_it() -> None:
    chat = tap(begin(text=FLOW.replace("offer: visit,", "offer: visit, purpose: true,")), 0)
    assert chat.said.asks == "note.purpose"
    chat.send(says("The kitchen plan", "other"))
    assert Note("purpose", "The kitchen plan") in chat.effects
    assert chat.said.asks == "meeting.confirm"


@pytest.mark.parametrize("words", ["2", "second"])
def test_a_number_is_a_choice(words: str) -> None:
    chat = begin()
    chosen = offered(chat)[1]
    chat.send(says("2", "other"))
    assert chosen in chat.said.text
    assert chat.said.asks == "meeting.confirm"


def test_a_typed_label_is_a_choice_in_any_language() -> None:
    chat = begin(language="ru")
    chat.send(says(offered(chat)[2].replace(",", " "), "other"))
    assert chat.said.asks == "meeting.confirm"


def test_a_wish_in_words_narrows_the_offer() -> None:
    chat = begin()
    chat.send(says("friday after 15", "other", timeline_days=7))
    assert chat.said.text == "Good, this is free then.\n\nWhich time suits you (Yerevan time)?"
    assert offered(chat)[:3] == ["Fri 6 March, 15:00", "Fri 6 March, 16:00", "Fri 6 March, 17:00"] or all(
        label.startswith("Fri 6 March") for label in offered(chat)[:2]
    )
    assert [effect for effect in chat.effects if not hasattr(effect, "text_ids")] == []


def test_the_very_time_that_was_wished_for_is_kept_at_once() -> None:
    calendar = Calendar()
    chat = begin(calendar).send(says("friday at 16", "other"))
    assert "Fri 6 March, 16:00" in chat.said.text
    assert chat.said.asks == "meeting.confirm"
    assert list(calendar.held.values()) == [at(6, 16)]


def test_the_wish_may_come_with_the_first_words() -> None:
    chat = begin(words="I want to come friday at 16")
    assert "Fri 6 March, 16:00" in chat.said.text


def test_a_wish_that_is_not_free_brings_the_nearest() -> None:
    chat = begin().send(says("friday at 20", "other"))
    assert chat.said.text.startswith("There is nothing free then, these are the nearest times.")
    assert chat.said.asks == "meeting.time"


def test_other_times_are_others_and_come_to_an_end() -> None:
    calendar = Calendar(free=weekdays(4)[:7])
    chat = begin(calendar)
    seen = set(offered(chat)[:3])
    tap(chat, 3)
    assert chat.said.text.startswith("Here are some others.")
    assert offered(chat)[-2:] == ["Other times", "Not now"]
    fresh = set(offered(chat)[:-2])
    assert fresh
    assert not fresh & seen
    chat.send(says("none of these", "other"))
    chat.send(says("another time", "reschedule"))
    assert chat.said.text.startswith(
        "There are no other free times just now, so here are the first ones again."
    )
    assert set(offered(chat)[:3]) == seen


def test_a_button_further_up_still_counts() -> None:
    chat = begin()
    first = chat.said.quick_replies[0]
    tap(chat, 3)
    chat.send(CustomerMessage(first.label, payload=first.payload))
    assert first.label in chat.said.text


def test_a_time_that_was_never_offered_is_not_taken_from_a_button() -> None:
    calendar = Calendar()
    chat = begin(calendar).send(CustomerMessage("", payload=f"time:{code(at(13, 17))}"))
    assert calendar.held == {}
    assert chat.said.asks == "meeting.time"


def test_taken_a_moment_ago() -> None:
    calendar = Calendar()
    chat = begin(calendar)
    wanted = chat.said.quick_replies[0]
    assert chat.state is not None
    calendar.take(min(each for each in calendar.free if f"time:{code(each)}" == wanted.payload))
    tap(chat, 0)
    assert chat.said.text == "Sorry, that time has just been taken.\n\nWhich time suits you (Yerevan time)?"
    assert wanted.label not in offered(chat)
    assert len(offered(chat)) == 4


def test_a_hold_that_ran_out_is_taken_again_when_the_time_is_still_free() -> None:
    calendar = Calendar()
    chat = tap(begin(calendar), 0)
    calendar.let_holds_expire()
    tap(chat, 0)
    assert chat.said.text.startswith("Thank you, Anna!")
    assert len(calendar.confirmed) == 1


def test_a_hold_that_ran_out_and_was_taken_brings_fresh_times() -> None:
    calendar = Calendar()
    chat = tap(begin(calendar), 0)
    calendar.let_holds_expire(taken=True)
    tap(chat, 0)
    assert chat.said.text.startswith("Sorry, that time has just been taken.")
    assert chat.said.asks == "meeting.time"
    tap(tap(chat, 0), 0)
    assert len(calendar.confirmed) == 1


@pytest.mark.parametrize(
    ("words", "intents"),
    [("no", ("no",)), ("other times", ("other",)), ("можно другое время", ("reschedule",))],
)
def test_another_time_instead_of_a_yes(words: str, intents: tuple[str, ...]) -> None:
    calendar = Calendar()
    chat = tap(begin(calendar), 0)
    chat.send(says(words, *intents))
    assert chat.said.text.startswith("Here are some others.")
    assert calendar.held == {}


def test_no_twice_moves_on_to_a_person() -> None:
    chat = begin().send(says("no", "no"))
    assert chat.said.asks == "meeting.time"
    chat.send(says("no", "no"))
    assert chat.said.text == "No problem, we can clear that up later.\n\nA colleague writes."
    assert isinstance(others(chat.effects)[0], HandOff)


def test_no_idea_moves_on() -> None:
    chat = begin().send(says("don't know", "other"))
    assert isinstance(others(chat.effects)[0], HandOff)


def test_words_that_say_nothing_are_asked_again_then_passed_on() -> None:
    chat = begin().send(says("qwerty asdf", "other"))
    assert chat.said.text.startswith("Sorry, I didn't quite catch that.")
    chat.send(says("zxcv qwer", "other"))
    assert any(isinstance(effect, HandOff) for effect in chat.effects)


def test_a_side_question_is_answered_and_the_same_times_come_again() -> None:
    chat = begin()
    labels = offered(chat)
    chat.send(says("do you deliver?", "delivery"))
    assert chat.said.text == "We deliver.\n\nWhich time suits you (Yerevan time)?"
    assert offered(chat) == labels


def test_nothing_to_book_or_nothing_free_goes_on_as_without_it() -> None:
    for calendar in (Calendar(meeting=None), Calendar(free=[])):
        chat = begin(calendar)
        assert chat.said.text == "Hello.\n\nA colleague writes."
    assert begin(desk=None).said.text == "Hello.\n\nA colleague writes."


def test_a_person_at_once_in_the_middle() -> None:
    chat = tap(begin(), 0).send(says("a person please", "human"))
    handed = others(chat.effects)[0]
    assert isinstance(handed, HandOff)
    assert handed.summary.unanswered == "meeting.confirm"


def test_after_a_silence_free_times_are_looked_up_anew() -> None:
    calendar = Calendar()
    chat = begin(calendar)
    gone = offered(chat)[0]
    calendar.take(
        min(each for each in calendar.free if f"time:{code(each)}" == chat.said.quick_replies[0].payload)
    )
    chat.send(Silence(45))
    assert chat.said.text.startswith("Just checking in, one short answer and we can go on.")
    assert gone not in offered(chat)
    assert chat.send(Silence(45)).silent


def test_take_over_and_hand_back_in_the_middle() -> None:
    chat = begin()
    chat.send(Takeover())
    assert chat.send(says("friday at 16", "other")).silent
    chat.send(HandBack())
    assert chat.said.text.startswith("Thank you for waiting, let's go on.")
    assert chat.said.asks == "meeting.time"


def test_a_state_of_an_earlier_release_is_read() -> None:
    chat = begin()
    assert chat.state is not None
    old = {key: value for key, value in chat.state.to_json().items() if key != "offer"}
    assert RunState.from_json(old).offer == {}
    assert RunState.from_json(chat.state.to_json()) == chat.state
