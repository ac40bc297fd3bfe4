"""An upset customer is offered a person early; what the company says about goals goes before the flow (spec 4.1, 4.5)."""

from __future__ import annotations

from dataclasses import replace

from automation.flows.effects import HandOff, Urgency
from tests.automation.flows.builders import says
from tests.automation.flows.chat import Chat

OFFER = "phrases.offer_person"


def hand_offs(chat: Chat) -> list[HandOff]:
    return [effect for effect in chat.effects if isinstance(effect, HandOff)]


def test_an_upset_customer_is_offered_a_person_once() -> None:
    chat = Chat().open(replace(says("how much, damn", "price"), upset=True))
    assert OFFER in chat.said.text_ids
    chat.send(replace(says("sofa, damn"), upset=True))
    assert OFFER not in chat.said.text_ids


def test_a_calm_one_is_not() -> None:
    chat = Chat().open(says("how much", "price"))
    assert OFFER not in chat.said.text_ids


def test_a_threat_goes_to_a_person_at_once() -> None:
    chat = Chat().open(says("how much", "price"))
    chat.send(replace(says("see you in court"), upset=True, threat=True))
    (found,) = hand_offs(chat)
    assert (found.reason, found.urgency) == ("threat", Urgency.URGENT)


def test_the_company_answers_in_place_of_the_flow() -> None:
    flow = Chat().flow.with_goals({"spare_parts": {"en": "Parts come in a week."}}, ["partnership_x"])
    chat = Chat(document=flow).open(says("how much", "price"))
    chat.send(says("do you have hinges", "spare_parts"))
    assert "Parts come in a week." in chat.said.text
    chat.send(says("let us trade", "partnership_x"))
    (found,) = hand_offs(chat)
    assert (found.reason, found.urgency) == ("partnership_x", Urgency.HIGH)
