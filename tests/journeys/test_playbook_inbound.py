"""Playbook "inbound", alone and with "qualify" beside it: from the first word to the right place (spec 5.6 a)."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from django.utils import timezone

from automation.playbooks.operations import install, switch_on
from automation.playbooks.queries.kpis import KPIS
from conversations.accounts.models import ChannelAccount
from conversations.threads.models import Handler
from crm.consent.models import Purpose
from crm.consent.queries import may
from tests.journeys.chat import Chat

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = "+374 99 123456"


class Words(NamedTuple):
    hello: str
    greeted: str
    goal: str
    asked: str
    when: str
    whether: str
    yes: str
    named: str
    name: str
    passed_on: str
    all_at_once: str
    ready: str
    wish: str
    kind: str
    means: str
    decides: str
    fits: str


WORDS = {
    "en": Words(
        hello="Hi there",
        greeted="Hello! This is Aregak Interiors, good to hear from you.\n\nWhat brings you to us today?",
        goal="Price or new order",
        asked="If the chat closes, our answer won't be lost. What phone number or email can we answer to?",
        when="When would you like to start?",
        whether="May we",
        yes="Yes",
        named="How should we address you?",
        name="Anna",
        passed_on="Thank you, Anna!",
        all_at_once="Hello, how much is a kitchen? We have about 2 million drams and want to start this week",
        ready="Let's get going!",
        wish="What would you like to have made?",
        kind="a kitchen",
        means="about 2 mln",
        decides="I do",
        fits="Thank you, Anna, that fits well!",
    ),
    "ru": Words(
        hello="Здравствуйте",
        greeted="Здравствуйте! Это Aregak Interiors, рады, что написали.\n\nС чем Вам помочь сегодня?",
        goal="Цена или заказ",
        asked="Если чат закроется, наш ответ не потеряется. На какой телефон или email Вам ответить?",
        when="Когда хотели бы начать?",
        whether="Можно",
        yes="Да",
        named="Как к Вам обращаться?",
        name="Анна",
        passed_on="Спасибо, Анна!",
        all_at_once="Добрый день, сколько стоит кухня? Бюджет около 2 миллионов драмов, начать хотим на этой неделе",
        ready="Давайте начинать!",
        wish="Что Вы хотели бы заказать?",
        kind="кухню",
        means="около 2 млн",
        decides="Я сам(а)",
        fits="Спасибо, Анна, всё подходит!",
    ),
}


@pytest.fixture(params=WORDS)
def words(request: pytest.FixtureRequest) -> Words:
    return WORDS[request.param]


@pytest.fixture
def site(shop: ChannelAccount) -> ChannelAccount:
    """The furniture maker's web chat with the playbook on it."""
    install(key="inbound", user=None, now=timezone.now())
    switch_on(key="inbound", account_id=shop.pk, user=None, now=timezone.now())
    return shop


def arrive(chat: Chat, words: Words) -> None:
    """To the end of what the first playbook asks: goal, contact, time to start, consent."""
    assert chat.say(words.hello) == words.greeted
    assert chat.tap(words.goal) == words.asked
    assert words.when in chat.say(PHONE)
    assert words.whether in chat.tap(_first_choice(chat))


def _first_choice(chat: Chat) -> str:
    label: str = chat.said[-1].quick_replies[0]["label"]
    return label


def test_an_enquiry_is_greeted_asked_and_passed_on(site: ChannelAccount, chat: Chat, words: Words) -> None:
    arrive(chat, words)
    assert words.named in chat.tap(words.yes)
    assert chat.say(words.name).startswith(words.passed_on)
    conversation = chat.conversation
    assert (conversation.handler, conversation.goal, conversation.handoff["reason"]) == (
        Handler.QUEUE,
        "sales",
        "sales",
    )
    assert conversation.team is not None
    assert conversation.team.name == "Sales"
    assert (chat.lead.answers["start"], chat.lead.source) == (7, "webchat")
    assert chat.points == {"phone": "+37499123456"}
    assert may(chat.contact, Purpose.FOLLOW_UP, "webchat")
    took = conversation.first_response_at - conversation.created_at
    assert took.total_seconds() < 120
    assert KPIS["first_response_minutes"].figure(timezone.now()).count == 1


def test_who_is_ready_gets_a_person_at_once(site: ChannelAccount, chat: Chat, words: Words) -> None:
    assert words.asked in chat.say(words.all_at_once)
    assert words.whether in chat.say(PHONE), "what was said is not asked"
    assert words.ready in chat.tap(words.yes)
    assert chat.conversation.handoff["reason"] == "ready_to_buy"
    assert chat.judged[2] == "qualified"
    assert chat.conversation.urgency >= 1


def test_with_qualification_installed_it_goes_on_there(
    site: ChannelAccount, chat: Chat, words: Words
) -> None:
    install(key="qualify", user=None, now=timezone.now())
    arrive(chat, words)
    said = chat.tap(words.yes)
    assert words.wish in said
    assert words.greeted.partition("\n")[0] not in said, "nobody is greeted twice"
    chat.say(words.kind)
    assert chat.pending == "budget"
    chat.say(words.means)
    assert chat.pending == "decides"
    assert words.named in chat.tap(words.decides)
    assert chat.say(words.name).startswith(words.fits)
    assert chat.conversation.handoff["reason"] == "qualified"
    assert chat.lead.answers == {
        "start": 7,
        "interest": "kitchen",
        "budget": {"amount": "2000000.0000", "currency": "AMD"},
        "decides": "myself",
    }
    assert chat.judged[2] == "qualified"


def test_at_night_it_answers_at_once_and_says_when_people_do(
    site: ChannelAccount, chat: Chat, words: Words
) -> None:
    chat.wait(hours=11)
    arrive(chat, words)
    chat.tap(words.yes)
    said = chat.say(words.name)
    assert "10:00" in said or "9:00" in said


def test_silence_brings_the_question_once_more(site: ChannelAccount, chat: Chat, words: Words) -> None:
    chat.say(words.hello)
    chat.tap(words.goal)
    assert words.asked.rpartition(". ")[2] in chat.wait(minutes=46)
    assert chat.wait(minutes=90) == ""


def test_whoever_asks_for_a_person_gets_one(site: ChannelAccount, chat: Chat, words: Words) -> None:
    chat.say(words.hello)
    chat.say({"Hi there": "I want to talk to a person"}.get(words.hello, "Позовите менеджера, пожалуйста"))
    assert chat.conversation.handoff["reason"] == "asked_for_person"
