"""A run that goes on in another flow: everything known comes along, one reply, no circles."""

from __future__ import annotations

from automation.flows.effects import Close, HandOff, RecordAnswer, SetGoal
from automation.flows.events import HandBack, Takeover
from automation.flows.state import RunStatus
from tests.automation.flows.builders import says
from tests.automation.flows.chat import Chat
from tests.automation.flows.service import CIRCLE, HELP, SELL, desk_flow, installed


def chat_at_the_desk(*others: str, **known: object) -> Chat:
    return Chat(document=desk_flow(), flows=installed(*others).get, **known)


def test_one_reply_greets_once_and_asks_the_other_flows_question() -> None:
    chat = chat_at_the_desk(SELL, HELP).open(says("my lamp is broken", "fault"))
    assert chat.said.text == "Hello! This is us.\n\nPull the plug for a minute.\n\nDid it work?"
    assert (chat.state.flow, chat.state.goal) == ("help", "support")
    assert [(each.flow, each.step, each.status) for each in chat.left] == [
        ("desk", "to_help", RunStatus.DONE)
    ]


def test_what_the_first_message_said_is_known_there() -> None:
    chat = chat_at_the_desk(SELL).open(says("how much is a sofa?", "price"))
    assert SetGoal("sales") in chat.effects
    answers = [each for each in chat.effects if isinstance(each, RecordAnswer)]
    assert [(each.key, each.value) for each in answers] == [("interest", "sofa")]
    assert chat.said.asks == "contact.reach"


def test_a_button_leads_there_too_and_notes_come_along() -> None:
    chat = chat_at_the_desk(SELL, HELP).open()
    assert chat.said.asks == "goal"
    chat.send(says("Help", payload="goal:support"))
    assert chat.said.asks == "note.detail"
    assert chat.said.text == "What is wrong?"
    chat.send(says("It is dark", "other"))
    assert chat.state.notes["detail"] == "It is dark"


def test_where_it_is_not_installed_it_goes_on_at_otherwise() -> None:
    chat = chat_at_the_desk(HELP).open(says("how much is a sofa?", "price"))
    assert chat.state.flow == "desk"
    assert [each.reason for each in chat.effects if isinstance(each, HandOff)] == ["qualified"]
    assert chat.left == ()


def test_a_person_may_take_over_and_hand_back_in_the_other_flow() -> None:
    chat = chat_at_the_desk(SELL).open(says("how much is a sofa?", "price"))
    chat.send(Takeover()).send(HandBack())
    assert chat.state.flow == "sell"
    assert chat.said.asks == "contact.reach"


def test_flows_that_lead_into_each_other_end_at_a_person() -> None:
    flows = installed(CIRCLE.format(name="one", other="two"), CIRCLE.format(name="two", other="one"))
    chat = Chat(document=flows["one"], flows=flows.get).open(says("hello", "greeting"))
    assert [each.reason for each in chat.effects if isinstance(each, HandOff)] == ["loop"]
    assert chat.state.status is RunStatus.HANDED_OFF
    assert len(chat.left) == flows["one"].limits.flows


def test_a_greeting_is_left_out_where_we_have_spoken_before() -> None:
    chat = chat_at_the_desk(greeted=True).open()
    assert chat.said.text == "What can we do?"


def test_the_language_of_a_flow_that_does_not_speak_it_changes() -> None:
    quiet = 'flow: sell\nlanguages: [en]\nsteps:\n  - {id: bye, end: over, text: {en: "Bye."}}\n'
    chat = chat_at_the_desk(quiet).open(says("сколько стоит диван", "price", language="ru"))
    assert chat.said.text == "Здравствуйте! Это мы.\n\nBye."
    assert chat.state.language == "en"
    assert Close("over") in chat.effects
