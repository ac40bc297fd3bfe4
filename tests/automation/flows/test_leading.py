"""What the company says about goals leads on: another flow, facts that must be known."""

from __future__ import annotations

from typing import Any

import pytest

from automation.flows.effects import HandOff, SetGoal
from automation.flows.events import CustomerMessage, Reading
from tests.automation.flows.builders import says
from tests.automation.flows.chat import Chat
from tests.automation.flows.service import DESK, HELP, SELL, desk_flow, installed

FLOWS = installed(DESK, HELP, SELL)


def led(**known: Any) -> Chat:
    return Chat(
        document=desk_flow(), flows=FLOWS.get, goal_flows={"warranty": "help", "price": "sell"}, **known
    )


def test_a_goal_leads_to_its_flow_with_its_name_and_one_reply() -> None:
    chat = led().open(says("is my oven still under warranty?", "warranty"))
    assert chat.state.flow == "help"
    assert chat.state.intent == "warranty"
    assert chat.said.text == "Hello! This is us.\n\nWhat is it about?"


def test_a_flow_without_a_menu_takes_the_goal_of_the_company() -> None:
    chat = Chat(document=desk_flow(), flows=FLOWS.get, goal_flows={"delivery": "sell"})
    chat.open(says("when do you deliver?", "delivery"))
    assert SetGoal("delivery") in chat.effects
    assert chat.said.asks == "interest"


def test_a_guess_leads_nowhere() -> None:
    chat = led().open(CustomerMessage("hm, the warranty thing", Reading("en", ("other",), (), ("warranty",))))
    assert chat.state.flow == "desk"


def test_a_wish_for_a_person_comes_first() -> None:
    chat = led().open(says("a person please, about the warranty", "warranty", "human"))
    assert chat.state.flow == "desk"
    assert any(isinstance(each, HandOff) for each in chat.effects)


def test_it_does_not_begin_again_in_its_own_flow() -> None:
    chat = led().open(says("how much is it?", "price"))
    assert chat.state.flow == "sell"
    chat.send(says("how much?", "price"))
    assert (chat.state.flow, chat.state.flows) == ("sell", 1)


def test_going_to_and_fro_is_bounded() -> None:
    chat = led().open(says("how much is it?", "price"))
    for count in range(30):
        intent = ("warranty", "price")[count % 2]
        if not any(isinstance(each, HandOff) for each in chat.effects):
            chat.send(says(f"and the {intent}?", intent))
    assert chat.state.flows <= FLOWS["desk"].limits.flows


@pytest.mark.parametrize("given", [True, False])
def test_facts_that_must_be_known_are_asked_before_a_person_has_it(given: bool) -> None:
    chat = Chat(
        document=FLOWS["sell"], required={"price": ("city", "unknown_key")}, consents={"follow_up": True}
    )
    chat.open(says("how much is a sofa?", "price")).send(says("+37499123456", "other", phone="+37499123456"))
    assert chat.said.asks == "city"
    assert [each.payload for each in chat.said.quick_replies] == ["skip:city"]
    chat.send(says("Gyumri" if given else "not sure", "other"))
    card = next(each for each in chat.effects if isinstance(each, HandOff)).summary
    assert card.intent == "price"
    assert ("city" in card.missing) is not given


def test_at_a_handoff_in_the_middle_they_stand_on_the_card_as_missing() -> None:
    chat = Chat(document=FLOWS["sell"], required={"price": ("city",)})
    chat.open(says("how much is a sofa?", "price")).send(says("a person please", "human"))
    card = next(each for each in chat.effects if isinstance(each, HandOff)).summary
    assert "city" in card.missing
