"""Answers out of order, several at once, changed, typed instead of tapped; and what is no answer."""

from __future__ import annotations

import pytest

from automation.flows.context import Criterion
from automation.flows.document import loads
from automation.flows.effects import Note, RecordAnswer, SetContactField, SetGoal, Source
from tests.automation.flows.builders import amount, criteria, others, place, says
from tests.automation.flows.chat import Chat


def selling(**changes: object) -> Chat:
    """A chat in which the first question, what to make, is open."""
    return Chat(**changes).open(says("how much", "price", language="en"))


def asking(target: str, **changes: object) -> Chat:
    """A chat in which everything before a question is known."""
    values = {"interest": "sofa", "start": 7, "budget": amount(1), "city": place("Gyumri")}
    order = ["interest", "contact.reach", "start", "budget", "city", "contact.name"]
    before = order[: order.index(target)]
    contact = {"phone": "+37499000000"} if "contact.reach" in before else {}
    facts = {key: values[key] for key in before if key in values}
    chat = selling(facts=facts, contact=contact, **changes)
    assert chat.said.asks == target
    return chat


def test_all_at_once() -> None:
    chat = selling().send(
        says(
            "a sofa, 700k, within 2 weeks, Gyumri, +37499123456, I am Anna",
            "other",
            budget=amount(700_000),
            timeline_days=14,
            place=place("Gyumri"),
            phone="+37499123456",
            name="Anna",
        )
    )
    assert others(chat.effects)[:6] == [
        RecordAnswer("interest", "sofa", 0.9, Source.FLOW),
        RecordAnswer("budget", amount(700_000), 1.0, Source.FREE_TEXT),
        RecordAnswer("start", 14, 1.0, Source.FREE_TEXT),
        RecordAnswer("city", place("Gyumri"), 1.0, Source.FREE_TEXT),
        SetContactField("phone", "+37499123456"),
        SetContactField("name", "Anna"),
    ]
    assert chat.said.asks is None
    assert chat.said.text_ids == ("to_sales.open",)


def test_a_later_answer_is_not_asked_again() -> None:
    chat = selling().send(says("about 700k", "other", budget=amount(700_000)))
    assert others(chat.effects) == [RecordAnswer("budget", amount(700_000), 1.0, Source.FREE_TEXT)]
    assert (chat.said.asks, chat.said.text) == ("interest", "What would you like to have made?")
    chat.send(says("sofa")).send(says("+37499123456")).send(says("7", timeline_days=7))
    assert chat.said.asks == "city"


def test_a_choice_named_early_brings_the_goal() -> None:
    chat = Chat().open(says("I want a wardrobe", "other", language="en"))
    assert others(chat.effects) == [
        RecordAnswer("interest", "wardrobe", 0.9, Source.FREE_TEXT),
        SetGoal("sales"),
    ]
    assert chat.said.asks == "contact.reach"


def test_a_correction_replaces_and_is_confirmed() -> None:
    chat = asking("city").send(says("actually budget is 700k", "other", budget=amount(700_000)))
    assert others(chat.effects) == [
        RecordAnswer("budget", amount(700_000), 1.0, Source.FREE_TEXT, replaces=True)
    ]
    assert chat.said.text == "Noted, I've changed that.\n\nWhich city are you in?"


@pytest.mark.parametrize(
    "text", ["actually a kitchen", "вернее кухню", "ավելի ճիշտ խոհանոց", "daha doğrusu mətbəx"]
)
def test_a_choice_is_replaced_only_by_a_correction(text: str) -> None:
    kept = asking("city").send(says("and the kitchen later", "other"))
    assert kept.context.facts["interest"] == "sofa"
    changed = asking("city").send(says(text, "other"))
    assert others(changed.effects) == [
        RecordAnswer("interest", "kitchen", 0.9, Source.FREE_TEXT, replaces=True)
    ]


def test_a_side_question_does_not_change_what_is_known() -> None:
    chat = asking("contact.name").send(
        says("do you deliver to Vanadzor?", "delivery", place=place("Vanadzor"))
    )
    assert others(chat.effects) == []
    assert chat.said.text_ids == ("answers.delivery", "name.question")


def test_a_side_question_still_fills_what_is_not_known() -> None:
    chat = selling().send(says("do you deliver to Vanadzor?", "delivery", place=place("Vanadzor")))
    assert others(chat.effects) == [RecordAnswer("city", place("Vanadzor"), 1.0, Source.FREE_TEXT)]
    assert (chat.said.asks, chat.said.text_ids) == ("interest", ("answers.delivery", "criteria.interest"))


def test_figures_that_are_something_else_are_no_budget() -> None:
    chat = asking("budget").send(says("in 3 weeks", "other", timeline_days=21))
    assert others(chat.effects) == [RecordAnswer("start", 21, 1.0, Source.FREE_TEXT, replaces=True)]
    assert chat.said.asks == "budget"


def test_a_tapped_answer_is_not_read_as_text() -> None:
    chat = asking("budget").send(says("Not sure yet", "human", payload="skip:budget"))
    assert (chat.said.text_ids, chat.said.asks) == (("phrases.moved_on", "criteria.city"), "city")


def test_an_old_button_corrects() -> None:
    chat = asking("city").send(says("Kitchen", payload="answer:interest:kitchen"))
    assert others(chat.effects) == [RecordAnswer("interest", "kitchen", 1.0, Source.FLOW, replaces=True)]
    assert chat.said.asks == "city"


@pytest.mark.parametrize(
    "payload", ["answer:interest:castle", "answer:gone:1", "goal:gone", "skip:gone", "x", "a:b:c:d", ":"]
)
def test_a_foreign_payload_counts_for_its_text(payload: str) -> None:
    chat = selling().send(says("sofa", payload=payload))
    assert others(chat.effects) == [RecordAnswer("interest", "sofa", 0.9, Source.FLOW)]


@pytest.mark.parametrize("text", ["Шкаф", "wardrobe", "ՊԱՀԱՐԱՆ", " 2 ", "2."])
def test_a_typed_option_is_as_good_as_a_tapped_one(text: str) -> None:
    chat = selling().send(says(text))
    assert others(chat.effects) == [RecordAnswer("interest", "wardrobe", 1.0, Source.FLOW)]


def test_a_number_is_an_option_of_other_kinds_only_where_options_are_numbered() -> None:
    plain = asking("start").send(says("2"))
    assert others(plain.effects) == [RecordAnswer("start", 2, 1.0, Source.FLOW)]
    numbered = asking("start", numbered_options=True).send(says("2"))
    assert others(numbered.effects) == [RecordAnswer("start", 30, 1.0, Source.FLOW)]


@pytest.mark.parametrize("text", ["I don't know", "пока не знаю", "դեռ չգիտեմ", "bilmirem hele"])
def test_not_knowing_moves_on(text: str) -> None:
    chat = asking("budget").send(says(text, "other"))
    assert others(chat.effects) == []
    assert (chat.said.asks, chat.said.text_ids[0]) == ("city", "phrases.moved_on")
    assert chat.state is not None
    assert chat.state.declined == ("budget",)


def test_a_plain_no_declines_the_phone() -> None:
    chat = asking("contact.reach").send(says("no", "no"))
    assert chat.said.asks == "start"


def test_what_was_given_up_can_still_be_told() -> None:
    chat = asking("budget").send(says("don't know", "other"))
    chat.send(says("ok let it be 700k", "other", budget=amount(700_000)))
    assert others(chat.effects) == [RecordAnswer("budget", amount(700_000), 1.0, Source.FREE_TEXT)]


@pytest.mark.parametrize("intents", [("greeting",), ("price",), ("thanks",), ("yes",)])
def test_a_name_is_not_just_any_word(intents: tuple[str, ...]) -> None:
    chat = asking("contact.name").send(says("hello there", *intents))
    assert "name" not in chat.context.contact
    assert chat.said.asks == "contact.name"


def test_the_second_number_of_a_customer_counts() -> None:
    chat = asking("city").send(says("better +37499222222", "other", phone="+37499222222"))
    assert others(chat.effects) == [SetContactField("phone", "+37499222222")]
    assert chat.said.asks == "city"


def test_a_first_name_is_kept() -> None:
    chat = asking("city", language="en")
    chat.send(says("my name is Anna", "other", name="Anna"))
    chat.send(says("my wife is Mariam", "other", name="Mariam"))
    assert chat.context.contact["name"] == "Anna"


def test_uncertain_values_are_left() -> None:
    chat = selling(criteria=criteria()[:3]).send(says("Paris of course", "other", place=place("Paris")))
    assert all(not isinstance(effect, RecordAnswer) for effect in chat.effects)


def test_a_deleted_criterion_is_passed_over() -> None:
    chat = Chat(criteria=()).open(says("how much", "price", language="en"))
    assert chat.said.asks == "contact.reach"


YES_NO = """\
flow: small
languages: [en]
steps:
  - {id: wood, ask: wood}
  - id: person
    hand_off: done
    open: {en: A colleague comes.}
    closed: {en: A colleague comes.}
"""


@pytest.mark.parametrize(
    ("message", "value"),
    [
        (says("yes"), True),
        (says("нет"), False),
        (says("sure thing", "yes"), True),
        (says("nah", "no"), False),
        (says("x", payload="answer:wood:no"), False),
    ],
)
def test_yes_and_no_are_answers_where_they_are_asked_for(message: object, value: bool) -> None:
    wood = Criterion("wood", "yes_no", {"en": "Do you like wood?"})
    chat = Chat(document=loads(YES_NO), criteria=(wood,)).open()
    assert [each.label for each in chat.said.quick_replies] == ["Yes", "No"]
    chat.send(message)
    assert chat.context.facts == {"wood": value}


def test_an_order_number_is_noted() -> None:
    chat = selling().send(says("order B-2207", "other", order_number="B-2207"))
    assert Note("order_number", "B-2207") in chat.effects
