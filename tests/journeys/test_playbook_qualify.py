"""Playbook "qualify": must-haves one by one, points, and something for everybody (spec 5.6 b)."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from django.utils import timezone

from automation.playbooks.operations import install, switch_on
from bookings.appointments.models import Booking
from bookings.services.models import Service
from conversations.accounts.models import ChannelAccount
from crm.consent.models import Purpose
from crm.consent.queries import may
from tests.journeys.chat import Chat

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = "+374 99 123456"


class Words(NamedTuple):
    wish: str
    when: str
    means: str
    little: str
    far: str
    decides: str
    yes: str
    later: str
    kept: str
    smaller: str
    begins: str
    unsure: str
    alone: str
    meeting: str


WORDS = {
    "en": Words(
        wish="Hello, how much is a kitchen?",
        when="this week",
        means="2 mln",
        little="100 000 drams",
        far="In 2–3 months",
        decides="I do",
        yes="Yes",
        later="Write to me later",
        kept="Gladly. Your answers stay with us",
        smaller="Something smaller",
        begins="A good way to begin.",
        unsure="Not sure yet",
        alone="That's fine. Look around in your own time",
        meeting="Which of these suits you",
    ),
    "ru": Words(
        wish="Здравствуйте, сколько стоит кухня?",
        when="на этой неделе",
        means="2 млн",
        little="100 000 драмов",
        far="Через 2–3 месяца",
        decides="Я сам(а)",
        yes="Да",
        later="Напишите позже",
        kept="С удовольствием. Ваши ответы сохраним",
        smaller="Начать с малого",
        begins="Хорошее начало.",
        unsure="Пока не знаю",
        alone="Всё в порядке. Посмотрите спокойно",
        meeting="удобно",
    ),
}


@pytest.fixture(params=WORDS)
def words(request: pytest.FixtureRequest) -> Words:
    return WORDS[request.param]


@pytest.fixture
def site(shop: ChannelAccount) -> ChannelAccount:
    install(key="qualify", user=None, now=timezone.now())
    switch_on(key="qualify", account_id=shop.pk, user=None, now=timezone.now())
    return shop


def test_a_good_lead_is_offered_a_meeting(
    site: ChannelAccount, visits: Service, chat: Chat, words: Words
) -> None:
    chat.say(words.wish)
    assert chat.pending == "start"
    chat.say(words.when)
    chat.say(words.means)
    assert chat.lead.answers["budget"]["amount"] == "2000000.0000", "no number of the list"
    chat.tap(words.decides)
    assert words.meeting in chat.say(PHONE)
    score, _grade, judged = chat.judged
    assert (judged, score >= 6) == ("qualified", True)
    assert chat.lead.answers["start"] == 7
    assert not Booking.objects.filter(status="confirmed").exists()


def too_early(chat: Chat, words: Words) -> None:
    """Somebody with little money and much time."""
    chat.say(words.wish)
    chat.tap(words.far)
    chat.say(words.little)
    chat.tap(words.decides)
    chat.say(PHONE)
    assert chat.pending == "next_best"
    assert chat.judged[2] != "qualified"


def test_who_comes_too_early_may_wait(site: ChannelAccount, chat: Chat, words: Words) -> None:
    too_early(chat, words)
    chat.tap(words.later)
    assert words.kept in chat.tap(words.yes)
    assert chat.run.status == "finished"
    assert may(chat.contact, Purpose.FOLLOW_UP, "webchat")
    assert chat.lead.answers["next_best"] == "waiting_list"


def test_or_begins_with_something_smaller(site: ChannelAccount, chat: Chat, words: Words) -> None:
    too_early(chat, words)
    assert words.begins in chat.tap(words.smaller)
    assert chat.conversation.handoff["reason"] == "small_package"


def test_or_looks_around_alone(site: ChannelAccount, chat: Chat, words: Words) -> None:
    too_early(chat, words)
    assert words.alone in chat.tap(words.unsure)
    assert chat.run.status == "finished"
