"""How it is said hurries and offers a person early, in every language (spec 4.5)."""

from __future__ import annotations

import pytest

from automation.flows.engine.questions import PERSON
from tests.journeys.chat import Chat

pytestmark = pytest.mark.django_db

OPENINGS = {
    "en": "hello, how much is it?",
    "ru": "здравствуйте, сколько стоит?",
    "hy": "բարև ձեզ, ի՞նչ արժե",
    "az": "salam, qiymət neçədir?",
}
LOUD = {
    "en": "I NEED AN ANSWER ABOUT THE PRICE NOW",
    "ru": "МНЕ НУЖЕН ОТВЕТ ПРО ЦЕНУ СЕЙЧАС",
    "hy": "ԻՆՁ ՊԵՏՔ Է ԳԻՆԸ ՀԻՄԱ ԱՍԵՔ",
    "az": "MƏNƏ QİYMƏT BARƏDƏ CAVAB LAZIMDIR",
}
THREATS = {
    "en": "I will sue you, see you in court",
    "ru": "я подам на вас в суд",
    "hy": "դատի կտամ ձեզ",
    "az": "sizi məhkəməyə verəcəyəm",
}


def offered(chat: Chat) -> bool:
    return PERSON in [each["payload"] for each in chat.said[-1].quick_replies]


@pytest.mark.parametrize("language", LOUD)
def test_capital_letters_hurry_and_offer_a_person_once(chat: Chat, language: str) -> None:
    chat.say(OPENINGS[language])
    assert chat.conversation.urgency == 0
    chat.say(LOUD[language])
    assert (chat.conversation.urgency, chat.conversation.handler, offered(chat)) == (1, "flow", True)


@pytest.mark.parametrize("language", OPENINGS)
def test_a_calm_customer_is_not_hurried(chat: Chat, language: str) -> None:
    chat.say(OPENINGS[language])
    assert (chat.conversation.urgency, offered(chat)) == (0, False)


@pytest.mark.parametrize("language", THREATS)
def test_a_threat_with_the_law_goes_to_a_person_at_once(chat: Chat, language: str) -> None:
    chat.say(OPENINGS[language], THREATS[language])
    conversation = chat.conversation
    assert (conversation.urgency, conversation.handler) == (2, "queue")
    assert conversation.handoff["reason"] in ("threat", "complaint")


def test_the_same_once_more_before_an_answer_hurries(chat: Chat) -> None:
    chat.say("hello, how much is a kitchen?", "I want to talk to a person")
    before = chat.conversation.urgency
    chat.say("are you there? nobody answers my question")
    chat.say("are you there? nobody answers my question")
    assert chat.conversation.urgency >= max(1, before)
    assert chat.conversation.handler == "queue"
