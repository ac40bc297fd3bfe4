"""Articles in a run (spec 11.3): by the way, as a step, known problems first, and whether it helped."""

from __future__ import annotations

from typing import Any

from automation.flows.document import loads
from automation.flows.effects import HandOff, ReadArticle, SetGoal
from automation.flows.events import Silence
from automation.flows.linter import lint
from automation.flows.state import RunState, RunStatus
from tests.automation.flows.builders import says
from tests.automation.flows.chat import Chat
from tests.automation.flows.library import Shelf

STEPS = """
flow: help
title: Help
languages: [en]
steps:
  - {id: detail, ask: note.detail, question: {en: "What happened?"}}
  - {id: read, article: by_words, next: done, otherwise: person}
  - {id: done, end: solved, text: {en: "All the best."}}
  - {id: person, hand_off: support, open: {en: "A colleague answers."}, closed: {en: "Tomorrow."}}
"""


def chat(**changes: Any) -> Chat:
    return Chat(library=Shelf(snow=changes.pop("snow", False)), **changes)


def read(found: Chat) -> list[tuple[str, str]]:
    return [(each.slug, each.outcome) for each in found.effects if isinstance(each, ReadArticle)]


def buttons(found: Chat) -> list[str]:
    return [each.payload for each in found.said.quick_replies]


def test_a_question_before_any_goal_is_answered_and_asked_about() -> None:
    talk = chat().open(says("how do i clean it?", "other"))
    assert talk.said.text == (
        "Hello! This is Aregak Interiors.\n\nWipe it with a dry cloth.\n\nDoes this help you?"
    )
    assert (talk.said.asks, buttons(talk)) == ("article.helped", ["helped:yes", "helped:no"])
    assert read(talk) == [("care", "shown")]
    talk.send(says("Yes, thank you", "yes", payload="helped:yes"))
    assert read(talk) == [("care", "helped")]
    assert talk.said.text == "Glad to hear it.\n\nWhat can we help you with?"
    talk.send(says("how much", "price"))
    assert SetGoal("sales") in talk.effects


def test_a_no_in_words_comes_to_a_person_where_nothing_else_is_alike() -> None:
    talk = chat().open(says("how do i clean it?", "other"))
    talk.send(says("no", "no"))
    (card,) = (each for each in talk.effects if isinstance(each, HandOff))
    assert card.reason == "article_not_enough"
    assert card.summary.unanswered is None
    assert read(talk) == [("care", "not_helped"), ("care", "handed_over")]


def test_a_no_offers_what_else_is_alike() -> None:
    talk = chat().open(says("how do i clean wood?", "other"))
    talk.send(says("No, not yet", payload="helped:no"))
    assert (talk.said.text, talk.said.asks) == ("Is it one of these?", "article.pick")
    assert buttons(talk) == ["article:parking", "person"]
    talk.send(says("Parking", payload="article:parking"))
    assert talk.said.text == "Parking is free in the yard.\n\nDoes this help you?"
    talk.send(says("no", payload="helped:no"))
    assert isinstance(talk.effects[-1], HandOff)


def test_what_may_be_meant_is_offered_and_chosen_in_any_way() -> None:
    for answer in (says("Parking"), says("2"), says("Парковка"), says("x", payload="article:parking")):
        talk = chat().open(says("something about wood", "other"))
        assert talk.said.text.endswith("Is it one of these?")
        assert buttons(talk) == ["article:care", "article:parking", "person"]
        assert "Parking is free" in talk.send(answer).said.text


def test_by_the_way_the_open_question_comes_again() -> None:
    talk = chat().open(says("how much", "price"))
    asked = talk.said.asks
    talk.send(says("where can i park?", "other"))
    assert talk.said.text.startswith("Parking is free in the yard.\n\n")
    assert talk.said.asks == asked == "interest"
    talk.send(says("a kitchen, and where do i park", "availability"))
    assert "Parking" not in talk.said.text, "what was told is not told again beside an answer"


def test_an_article_goes_before_the_general_words_of_the_flow() -> None:
    talk = chat().open(says("how much", "price"))
    talk.send(says("what warranty do you give, must i clean it?", "warranty"))
    assert talk.said.text.startswith("Wipe it with a dry cloth.")
    assert "two-year warranty" not in talk.said.text


def test_a_known_problem_answers_first_and_once() -> None:
    talk = chat(snow=True).open(says("when do you deliver?", "delivery"))
    assert "Snow: deliveries are two days late.\n\n" in talk.said.text
    assert "depends on the address" not in talk.said.text
    talk.send(says("and delivery?", "delivery"))
    assert "Snow" not in talk.said.text
    assert "depends on the address" in talk.said.text


def test_a_person_is_not_delayed_by_an_article() -> None:
    talk = chat().open(says("i want a person, not to clean", "human"))
    assert isinstance(talk.effects[-1], HandOff)
    assert read(talk) == []


def test_outside_hours_the_article_shortens_the_wait() -> None:
    talk = chat(is_open=False).open(says("a person please, how do i clean it", "human"))
    assert talk.said.text.index("closed right now") < talk.said.text.index(
        "Until then this may already help:"
    )
    assert "Wipe it with a dry cloth." in talk.said.text
    assert read(talk) == [("care", "away")]


def test_the_step_reads_out_and_goes_on_by_the_answer() -> None:
    flow = loads(STEPS)
    assert [each.code for each in lint(flow) if each.level == "error"] == []
    talk = chat(document=flow).open()
    assert talk.said.text == "What happened?"
    talk.send(says("i cannot clean the table", "other"))
    assert talk.said.text == "Wipe it with a dry cloth.\n\nDoes this help you?"
    assert talk.state is not None
    assert RunState.from_json(talk.state.to_json()) == talk.state
    helped = talk.send(says("yes", "yes"))
    assert helped.said.text == "Glad to hear it.\n\nAll the best."
    talk = chat(document=flow).open()
    talk.send(says("i cannot clean the table", "other")).send(says("no", "no"))
    assert talk.said.text.startswith("A colleague answers.")
    assert read(talk) == [("care", "not_helped"), ("care", "handed_over")]


def test_the_step_offers_two_or_goes_on_without() -> None:
    flow = loads(STEPS)
    talk = chat(document=flow).open().send(says("wood", "other"))
    assert buttons(talk) == ["article:care", "article:parking", "person"]
    talk.send(says("Parking", payload="article:parking")).send(says("yes", "yes"))
    assert talk.state is not None
    assert talk.state.status is RunStatus.DONE
    talk = chat(document=flow).open().send(says("the leg is broken", "other"))
    assert talk.said.text.startswith("A colleague answers.")
    without = Chat(document=flow).open().send(says("i cannot clean it", "other"))
    assert without.said.text.startswith("A colleague answers."), "no library, no step"


def test_two_answers_that_do_not_fit_leave_the_step() -> None:
    talk = chat(document=loads(STEPS)).open().send(says("i cannot clean it", "other"))
    talk.send(says("hm", "other")).send(says("hm hm", "other"))
    assert isinstance(talk.effects[-1], HandOff)


def test_a_named_article_and_one_that_is_gone() -> None:
    named = STEPS.replace("by_words", "parking")
    talk = chat(document=loads(named)).open().send(says("hello hello", "other"))
    assert talk.said.text.startswith("Parking is free in the yard.")
    gone = STEPS.replace("by_words", "not_there")
    assert (
        "A colleague answers." in chat(document=loads(gone)).open().send(says("it broke", "other")).said.text
    )


def test_silence_after_an_answer_is_no_reason_to_remind() -> None:
    talk = chat().open(says("how do i clean it?", "other"))
    talk.send(Silence(60))
    assert talk.silent
    assert talk.state is not None
    assert talk.state.reminded
