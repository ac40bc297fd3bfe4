"""The same trouble once more is a rule of its own; an answer to "did it work?" is none."""

from __future__ import annotations

import pytest

from automation.flows.document import loads
from automation.flows.effects import HandOff
from automation.flows.script import FlowDocument
from tests.automation.flows.builders import says
from tests.automation.flows.chat import Chat

FLOW = """\
flow: again
languages: [en, ru, hy, az]
hand_offs:
  complaint: {urgency: high}
  repeated: {urgency: high}
goals:
  fault: {label: T, intents: [fault, order_status], go: fix}
steps:
  - {id: goal, menu: Q, goals: [fault]}
  - {id: fix, troubleshoot: [{try: A}, {try: B}], next: done, otherwise: person}
  - {id: person, hand_off: no_help, open: T, closed: T}
  - {id: done, end: solved}
"""


def document() -> FlowDocument:
    texts = {"T": "words", "Q": "What is it?", "A": "first", "B": "second"}
    text = FLOW
    for sign, words in texts.items():
        four = "{" + ", ".join(f'{each}: "{words}"' for each in ("en", "ru", "hy", "az")) + "}"
        for key in ("label", "menu", "try", "open", "closed"):
            text = text.replace(f"{key}: {sign}", f"{key}: {four}")
    return loads(text)


def reasons(chat: Chat) -> list[str]:
    return [effect.reason for effect in chat.effects if isinstance(effect, HandOff)]


@pytest.mark.parametrize(
    "words",
    [
        "the drawer is stuck again",
        "опять не открывается",
        "նորից չի փակվում",
        "yenə açılmır",
        "noric chi pakvum",
    ],
)
def test_again_goes_to_a_person_at_once(words: str) -> None:
    assert reasons(Chat(document=document()).open(says(words, "fault"))) == ["repeated"]


@pytest.mark.parametrize(
    ("words", "intent"),
    [("the drawer is stuck", "fault"), ("may I ask about my order again", "order_status")],
)
def test_the_first_time_and_other_matters_do_not(words: str, intent: str) -> None:
    assert reasons(Chat(document=document()).open(says(words, intent))) == []


def test_still_the_same_is_the_answer_to_the_advice() -> None:
    chat = Chat(document=document()).open(says("the drawer is stuck", "fault"))
    chat.send(says("no, still the same", "complaint", "no"))
    assert reasons(chat) == []
    assert "second" in chat.said.text
    chat.send(says("no", "no"))
    assert reasons(chat) == ["no_help"]
