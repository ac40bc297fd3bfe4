"""Prices in a flow: a range at once, only the facts that are missing, the exact price, the offer (spec 8.1, 8.2)."""

from __future__ import annotations

from typing import Any

import pytest

from automation.flows.context import Criterion
from automation.flows.document import loads
from automation.flows.effects import Announce, Close, HandOff, MakeQuote, NotInterested, RecordAnswer
from automation.flows.errors import DocumentError
from automation.flows.events import CustomerMessage, Silence
from automation.flows.linter import lint
from automation.flows.state import RunState
from tests.automation.flows.builders import NOW, criteria, others, says
from tests.automation.flows.chat import Chat
from tests.automation.flows.shop import Kitchens

FLOW = """\
flow: prices
languages: [en, ru]
goals:
  sales: {label: {en: Buy, ru: Купить}, intents: [price], go: interest}
steps:
  - {id: hello, say: {en: Hello., ru: Здравствуйте.}}
  - {id: goal, menu: {en: "What is it?", ru: "Что Вам нужно?"}, goals: [sales]}
  - {id: interest, ask: interest}
  - {id: price, price_range: by_goal}
  - {id: quote, quote: by_goal, team: sales, next: done, specialist: expert, otherwise: person}
  - id: expert
    hand_off: custom_wish
    open: {en: An expert writes., ru: Напишет специалист.}
    closed: {en: Later., ru: Позже.}
  - id: person
    hand_off: qualified
    open: {en: A colleague writes., ru: Коллега напишет.}
    closed: {en: Later., ru: Позже.}
  - {id: done, end: quoted}
answers:
  price: {en: It depends on the size., ru: Зависит от размера.}
  delivery: {en: We deliver., ru: Доставляем.}
"""
METRES = Criterion("custom.metres", "number", {"en": "Length, metres", "ru": "Длина, метры"})
RANGE = "Kitchen costs from 600,000 AMD to 1,300,000 AMD. It depends on: Length, a hurry."
EXACT = "Kitchen: 880,000 AMD.\n\nKitchen: 4 × 200,000 AMD = 800,000 AMD"
SEND = "Shall I send you the offer with this price?"


def begin(words: str = "how much is a kitchen?", *, text: str = FLOW, shop: Any = None, **more: Any) -> Chat:
    known = {
        "criteria": (*criteria(), METRES),
        "shop": shop or Kitchens(),
        "contact": {"phone": "+37499123456"},
    }
    return Chat(document=loads(text), **{**known, **more}).open(says(words, "price"))


def priced(chat: Chat) -> Chat:
    return chat.send(says("4", "other")).send(says("7", "other"))


def labels(chat: Chat) -> list[str]:
    return [reply.label for reply in chat.said.quick_replies]


def test_the_steps_are_sound() -> None:
    assert lint(loads(FLOW), products=[]) == []
    named = FLOW.replace("price_range: by_goal", "price_range: KITCHEN")
    assert lint(loads(named), products=["KITCHEN"]) == []
    assert [each.code for each in lint(loads(named), products=[])] == ["no_product"]


@pytest.mark.parametrize(
    "step",
    [
        "{id: price, price_range: }",
        "{id: price, price_range: by_goal, draft: true}",
        "{id: price, quote: by_goal, next: nowhere}",
    ],
)
def test_a_step_that_cannot_be_is_refused(step: str) -> None:
    with pytest.raises(DocumentError):
        loads(FLOW.replace("{id: price, price_range: by_goal}", step))


def test_the_range_comes_at_once_and_the_first_missing_fact_is_asked() -> None:
    chat = begin()
    assert chat.said.text == (
        f"Hello.\n\n{RANGE}\n\nFor the exact price I need one thing more: Length, metres?"
    )
    assert (chat.said.asks, labels(chat)) == ("custom.metres", ["Not sure yet"])


def test_without_a_wish_the_general_answer_stands() -> None:
    chat = begin("how much is it?")
    assert "It depends on the size." in chat.said.text
    assert chat.said.asks == "interest"
    chat.send(says("a kitchen", "other"))
    assert chat.said.text.startswith(RANGE)


def test_what_is_known_is_not_asked() -> None:
    chat = begin(facts={"interest": "kitchen", "custom.metres": 4})
    assert chat.said.asks == "start"
    chat = begin(facts={"interest": "kitchen", "custom.metres": 4, "start": 7})
    assert chat.said.text == f"Hello.\n\n{EXACT}\n\n{SEND}"


def test_without_a_usual_size_the_range_needs_its_fact_first() -> None:
    chat = begin(shop=Kitchens(usual=False))
    assert "600,000" not in chat.said.text
    assert chat.said.asks == "custom.metres"
    chat.send(says("4", "other"))
    assert chat.said.text.startswith(RANGE)
    assert chat.said.asks == "start"


def test_the_exact_price_is_explained_and_the_offer_asked_for() -> None:
    chat = priced(begin())
    assert chat.said.text == f"{EXACT}\n\n{SEND}"
    assert (chat.said.asks, labels(chat)) == ("quote.send", ["Yes, send it", "Not now"])


@pytest.mark.parametrize("yes", ["button", "1", "yes", "Yes, send it"])
def test_a_yes_makes_the_quote_and_ends_the_flow(yes: str) -> None:
    chat = priced(begin())
    if yes == "button":
        chat.send(CustomerMessage("Yes, send it", payload="quote:send"))
    else:
        chat.send(says(yes, "yes" if yes == "yes" else "other"))
    assert chat.said.text == "I'm writing your offer, it will be here in a moment."
    made, announced, closed = others(chat.effects)
    assert made == MakeQuote(None, "880000 AMD", NOW.isoformat(), draft=False)
    assert isinstance(announced, Announce)
    assert (announced.reason, announced.team, announced.summary.next_step) == (
        "quoted",
        "sales",
        "follow_quote",
    )
    assert announced.summary.notes == (("price", "Kitchen: 880,000 AMD"),)
    assert closed == Close("quoted")


def test_a_quote_that_a_colleague_looks_at_first() -> None:
    chat = priced(begin(text=FLOW.replace("quote: by_goal,", "quote: by_goal, draft: true,")))
    chat.send(says("yes", "yes"))
    assert chat.said.text == "I'm writing your offer; a colleague looks it over and sends it here."
    assert next(each for each in chat.effects if isinstance(each, MakeQuote)).draft


@pytest.mark.parametrize("no", [says("no", "no"), CustomerMessage("Not now", payload="quote:later")])
def test_a_no_goes_on_without_the_quote(no: CustomerMessage) -> None:
    chat = priced(begin()).send(no)
    assert chat.said.text == "All right. If you want the offer later, just write.\n\nA colleague writes."
    assert [type(each) for each in others(chat.effects)] == [HandOff]


def test_not_interested_closes() -> None:
    chat = priced(begin()).send(says("not interested", "not_interested"))
    assert NotInterested() in chat.effects


def test_a_side_question_is_answered_and_the_offer_asked_for_again() -> None:
    chat = priced(begin()).send(says("do you deliver?", "delivery"))
    assert chat.said.text == f"We deliver.\n\nKitchen: 880,000 AMD.\n\n{SEND}"


def test_asked_for_the_price_again_the_price_is_said() -> None:
    chat = begin().send(says("how much?", "price"))
    assert chat.said.text.startswith(RANGE)
    assert "It depends on the size" not in chat.said.text
    assert chat.said.asks == "custom.metres"


def test_a_correction_changes_the_price() -> None:
    chat = priced(begin()).send(says("actually 5", "other", quantity=5))
    assert RecordAnswer("custom.metres", 5, 1.0, chat.effects[0].source, replaces=True) in chat.effects  # type: ignore[union-attr]
    assert "Kitchen: 1,100,000 AMD." in chat.said.text
    assert chat.said.asks == "quote.send"


def test_a_price_that_has_changed_is_told_before_it_is_sent() -> None:
    shop = Kitchens()
    chat = priced(begin(shop=shop))
    shop.extra = 100_000
    chat.send(says("yes", "yes"))
    assert "Kitchen: 990,000 AMD." in chat.said.text
    assert not any(isinstance(each, MakeQuote) for each in chat.effects)
    assert any(isinstance(each, MakeQuote) for each in chat.send(says("yes", "yes")).effects)


@pytest.mark.parametrize(
    "unknown",
    [CustomerMessage("Not sure yet", payload="skip:custom.metres"), says("don't know", "other")],
)
def test_whoever_does_not_know_goes_on_without_the_exact_price(unknown: CustomerMessage) -> None:
    chat = begin().send(unknown).send(says("7", "other"))
    (handed,) = others(chat.effects)[1:]
    assert isinstance(handed, HandOff)
    assert handed.reason == "qualified"
    assert "custom.metres" in handed.summary.missing
    assert handed.summary.notes == (("price", "Kitchen: 600,000 AMD – 1,300,000 AMD"),)


def test_what_nobody_can_be_asked_for_is_a_specialists_matter() -> None:
    chat = begin(criteria=criteria(), facts={"interest": "kitchen", "start": 7})
    (handed,) = others(chat.effects)[1:]
    assert isinstance(handed, HandOff)
    assert handed.reason == "custom_wish"


def test_a_complex_wish_goes_to_a_specialist_without_further_questions() -> None:
    chat = begin("how much is the whole home?")
    assert "Home costs about 4,000,000 AMD; a specialist gives the exact price." in chat.said.text
    assert "An expert writes." in chat.said.text
    assert any(isinstance(each, HandOff) and each.reason == "custom_wish" for each in chat.effects)


def test_what_is_not_sold_is_passed_over() -> None:
    chat = begin("how much is a sofa?")
    assert chat.said.text == "Hello.\n\nIt depends on the size.\n\nA colleague writes."
    chat = begin(shop=None, facts={"interest": "sofa"})
    assert "A colleague writes." in chat.said.text


def test_answers_that_do_not_fit_are_given_up_after_two() -> None:
    chat = begin().send(says("hm", "other"))
    assert chat.said.asks == "custom.metres"
    chat.send(says("hm hm", "other"))
    assert chat.said.text.startswith("No problem, we can clear that up later.")
    assert chat.said.asks == "start"


def test_silence_repeats_the_question_with_the_price() -> None:
    chat = priced(begin()).send(Silence(60))
    assert chat.said.text.endswith(f"Kitchen: 880,000 AMD.\n\n{SEND}")
    assert chat.said.asks == "quote.send"


def test_the_state_survives_storage() -> None:
    chat = priced(begin())
    assert chat.state is not None
    assert RunState.from_json(chat.state.to_json()) == chat.state
    assert chat.state.price["exact"] == "880000 AMD"
