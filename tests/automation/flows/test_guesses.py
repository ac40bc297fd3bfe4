"""What understanding is not sure of counts only where the message says nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from automation.flows.effects import HandOff, RecordAnswer, RequestScore, SetGoal, SetLanguage, Source
from automation.flows.events import CustomerMessage, HandBack, Takeover
from automation.flows.reading import reading
from automation.flows.state import RunStatus
from conversations.understanding.types import Intent, IntentName, Understanding
from tests.automation.flows.builders import amount, others, place, says
from tests.automation.flows.chat import Chat

PHONE = {"contact": {"phone": "+37499000000"}}


def guessing(text: str, *guesses: str, intents: tuple[str, ...] = ("other",)) -> CustomerMessage:
    message = says(text, *intents)
    return replace(message, reading=replace(message.reading, guesses=guesses))


def selling(**changes: object) -> Chat:
    return Chat(**changes).open(says("how much", "price", language="en"))


def test_a_doubtful_intent_is_a_guess() -> None:
    intents = (Intent(IntentName.PRICE, 0.7), Intent(IntentName.DELIVERY, 0.55))
    read = reading(Understanding("en", intents), text="some words", currency="AMD")
    assert (read.intents, read.guesses) == (("price",), ("delivery",))
    read = reading(Understanding("en", intents[1:]), text="some words", currency="AMD")
    assert (read.intents, read.guesses) == (("other",), ("delivery",))
    read = reading(Understanding("en", (Intent(IntentName.OTHER, 0.5),)), text="words", currency="AMD")
    assert (read.intents, read.guesses) == (("other",), ())


def test_an_answer_is_stronger_than_any_guess() -> None:
    chat = selling(**PHONE).send(guessing("sofa", "damaged"))
    assert others(chat.effects) == [RecordAnswer("interest", "sofa", 1.0, Source.FLOW)]
    assert chat.said.asks == "start"


def test_a_guess_opens_a_goal() -> None:
    chat = Chat().open(guessing("what would it come to", "price"))
    assert others(chat.effects) == [SetGoal("sales")]
    assert chat.said.text_ids == ("greet.text", "answers.price", "criteria.interest")


def test_a_guess_finds_a_side_answer() -> None:
    chat = selling().send(guessing("do you bring it up", "delivery"))
    assert chat.said.text_ids == ("answers.delivery", "criteria.interest")


@pytest.mark.parametrize(
    "guess", ["order_status", "damaged", "payment", "human", "not_interested", "opt_out", "showroom"]
)
def test_a_guess_changes_no_goal_closes_nothing_and_passes_nobody_on(guess: str) -> None:
    chat = selling().send(guessing("hmm well then", guess))
    assert chat.said.text_ids == ("phrases.retry", "criteria.interest")
    assert chat.state is not None
    assert (chat.state.status, chat.state.goal) == (RunStatus.WAITING, "sales")


def test_trouble_without_a_goal_says_nothing_about_what_to_sell() -> None:
    chat = Chat().open(says("my sofa arrived broken", "damaged", language="en"))
    assert [type(effect) for effect in others(chat.effects)] == [HandOff]


def test_a_correction_is_no_answer_to_a_free_question() -> None:
    facts = {"interest": "sofa", "start": 7, "budget": amount(1)}
    chat = Chat(facts=facts, **PHONE).open(says("how much", "price", language="en"))
    assert chat.said.asks == "city"
    chat.send(says("actually 2 mln", "other", budget=amount(2_000_000)))
    assert others(chat.effects) == [
        RecordAnswer("budget", amount(2_000_000), 1.0, Source.FREE_TEXT, replaces=True)
    ]
    assert (chat.said.text_ids, chat.said.asks) == (("phrases.corrected", "criteria.city"), "city")
    assert others(chat.send(says("Gyumri", "other", place=place("Gyumri"))).effects) == [
        RecordAnswer("city", place("Gyumri"), 1.0, Source.FLOW),
        RequestScore(),
    ]


def test_what_a_person_learned_is_not_thanked_for_after_the_hand_back() -> None:
    chat = selling().send(says("sofa")).send(Takeover())
    chat.send(says("+37499123456", phone="+37499123456")).send(HandBack())
    assert (chat.said.text_ids, chat.said.asks) == (("phrases.resume", "criteria.start"), "start")


@pytest.mark.parametrize(
    ("text", "language", "adopted"),
    [
        ("budget 1.5 mln", "az", False),
        ("ok super", "en", False),
        ("нужна кухня", "ru", True),
        ("bu həftə", "az", True),
        ("na etoy nedele", "ru", True),
    ],
)
def test_two_words_in_latin_letters_leave_doubt(text: str, language: str, adopted: bool) -> None:
    chat = selling(language="hy").send(says(text, "other", language=language))
    assert (SetLanguage(language) in chat.effects) is adopted
