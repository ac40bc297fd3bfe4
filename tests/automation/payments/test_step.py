"""A flow asks for money and goes on once it is paid, with a till of the tests behind it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal

import pytest

from automation.flows.document import loads
from automation.flows.effects import Close, HandOff
from automation.flows.errors import FlowError
from automation.flows.events import HandBack, PaymentTold, Silence, Takeover
from automation.flows.linter import lint
from automation.flows.state import RunState
from automation.payments.values import PaymentStep, Slip, Standing
from tests.automation.flows.builders import others, says
from tests.automation.flows.chat import Chat

FLOW = """\
flow: deposits
languages: [en, ru]
goals:
  pay: {label: {en: Pay, ru: Оплата}, intents: [payment], go: deposit}
steps:
  - {id: hello, say: {en: Hello., ru: Здравствуйте.}}
  - {id: goal, menu: {en: "What is it?", ru: "Что Вам нужно?"}, goals: [pay]}
  - id: deposit
    request_payment: quote
    percent: 30
    purpose: {en: Deposit, ru: Предоплата}
    days: 2
    next: done
    otherwise: person
  - id: person
    hand_off: no_money
    open: {en: A colleague writes., ru: Коллега напишет.}
    closed: {en: Later., ru: Позже.}
  - {id: done, end: paid, text: {en: We begin., ru: Начинаем.}}
"""
LINK = "https://crm.example.com/pay/" + "x" * 90 + "/"


@dataclass
class Till:
    empty: bool = False
    standing: Standing = Standing.OPEN
    asked: list[tuple[PaymentStep, str]] = field(default_factory=list)

    def ask(self, step: PaymentStep, *, purpose: str) -> Slip | None:
        self.asked.append((step, purpose))
        return None if self.empty else self._slip()

    def look(self, payment: str) -> Slip | None:
        return self._slip() if payment == "p1" else None

    def _slip(self) -> Slip:
        return Slip("p1", "50,000 AMD", LINK, self.standing)


def begin(till: Till | None, *, text: str = FLOW) -> Chat:
    return Chat(document=loads(text), goal="pay", cashier=till).open(says("hello"))


def step(chat: Chat) -> str:
    assert chat.state is not None
    return chat.state.step


def test_the_step_is_sound_and_its_state_survives_json() -> None:
    assert [each for each in lint(loads(FLOW)) if each.place == "deposit"] == []
    chat = begin(Till())
    assert chat.state is not None
    assert RunState.from_json(chat.state.to_json()) == chat.state


def test_the_link_is_said_whole_and_asked_for_once() -> None:
    till = Till()
    chat = begin(till)
    assert chat.said.text == f"Hello.\n\nYou can pay 50,000 AMD here:\n\n{LINK}"
    ((asked, purpose),) = till.asked
    assert (asked.of, asked.percent, asked.days, purpose) == ("quote", Decimal(30), 2, "Deposit")
    assert (step(chat), chat.said.asks) == ("deposit", None)


def test_paid_goes_on_by_itself() -> None:
    till = Till()
    chat = begin(till)
    till.standing = Standing.PAID
    chat.send(PaymentTold("p1"))
    assert chat.said.text == "We begin."
    assert others(chat.effects) == [Close("paid")]


def test_another_payment_is_not_this_one() -> None:
    till = Till()
    chat = begin(till)
    till.standing = Standing.PAID
    chat.send(PaymentTold("p2"))
    assert chat.effects == ()
    assert step(chat) == "deposit"


def test_over_goes_the_other_way() -> None:
    chat = begin(Till())
    chat.send(PaymentTold("p1", over=True))
    assert [each.reason for each in chat.effects if isinstance(each, HandOff)] == ["no_money"]


@pytest.mark.parametrize("till", [None, Till(empty=True)])
def test_nothing_to_ask_for_goes_the_other_way(till: Till | None) -> None:
    chat = begin(till)
    assert [each.reason for each in chat.effects if isinstance(each, HandOff)] == ["no_money"]


def test_a_patient_word_gets_a_word_and_a_refusal_is_taken() -> None:
    till = Till()
    chat = begin(till)
    chat.send(says("thank you", "thanks"))
    assert LINK not in chat.said.text
    assert step(chat) == "deposit"
    chat.send(says("no", "no"))
    assert [each.reason for each in chat.effects if isinstance(each, HandOff)] == ["no_money"]
    assert len(till.asked) == 1


def test_silence_says_nothing() -> None:
    chat = begin(Till())
    chat.send(Silence(500))
    assert chat.silent


def test_a_person_in_between_is_not_talked_over_and_the_flow_goes_on_after() -> None:
    till = Till()
    chat = begin(till)
    chat.send(Takeover())
    till.standing = Standing.PAID
    chat.send(PaymentTold("p1"))
    assert chat.silent
    chat.send(HandBack())
    assert chat.said.text.endswith("We begin.")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("request_payment: money", "an amount like"),
        ('request_payment: "0 AMD"', "Ask for more than 0."),
        ('request_payment: "10.5 JPY"', "JPY has no decimals"),
        ('request_payment: "500 AMD"', "a percentage is of a quote or an order"),
    ],
)
def test_what_cannot_be_read_says_why(line: str, said: str) -> None:
    with pytest.raises(FlowError) as refused:
        loads(FLOW.replace("request_payment: quote", line))
    assert said in str(refused.value)


def test_a_fixed_amount() -> None:
    text = FLOW.replace("request_payment: quote", 'request_payment: "20000 AMD"').replace(
        "    percent: 30\n", ""
    )
    found = loads(text).steps["deposit"]
    assert isinstance(found, PaymentStep)
    assert (found.of, found.amount, found.currency) == (None, Decimal(20_000), "AMD")
    assert replace(found, otherwise=None) != found
