"""Playbook "win_back": three kinds of silent leads on days 1, 3 and 7; a yes goes at once to a time or the quote (10.2)."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

import pytest

from automation.sequences.models import Enrolment
from automation.sequences.operations import set_weekly_cap
from automation.sequences.tasks import look
from bookings.appointments.models import Booking
from bookings.services.models import Service
from conversations.threads.operations import reply, resolve, take_over
from core.access.models import User
from crm.quotes.models import QuoteVersion
from tests.journeys.playbooks import CHANNELS, LANGUAGES, MIXED, PHONE, Somebody, languages_of, play
from tests.journeys.quotes import accepts
from tests.support import work_off

pytestmark = pytest.mark.django_db(transaction=True)


class Story(NamedTuple):
    name: str
    price: str
    facts: tuple[str, ...]
    length: str
    about_offer: tuple[str, str, str]
    to_page: str
    about_time: tuple[str, str, str]
    offer: str
    yes: str
    hello: str
    welcome: str


STORIES = {
    "en": Story(
        name="Mary",
        price="hi, how much is a kitchen?",
        facts=("this week", "700k", "Gyumri"),
        length="4 metres",
        about_offer=(
            "Shall we send it to you once more?",
            "Shall we send you the link again?",
            "our last reminder",
        ),
        to_page="Wonderful! Here you can see everything and accept with your name:",
        about_time=(
            "Shall we find a time to talk it over?",
            "Shall we offer you three times?",
            "our last reminder",
        ),
        offer="Which of these suits you (Yerevan time)?",
        yes="yes, please",
        hello="hello again",
        welcome="Good to have you back, Mary! All that you told us is kept.\n\nWhere shall we go on?",
    ),
    "ru": Story(
        name="Мария",
        price="добрый день, сколько стоит кухня?",
        facts=("на этой неделе", "700 тысяч", "Гюмри"),
        length="4 метра",
        about_offer=("Прислать его Вам ещё раз?", "Прислать ссылку ещё раз?", "Это последнее напоминание"),
        to_page="Отлично! Здесь можно всё посмотреть и принять",
        about_time=(
            "Найдём время обсудить?",
            "Предложить три варианта времени?",
            "Это последнее напоминание",
        ),
        offer="Какое Вам удобно (время в городе Ереван)?",
        yes="да, давайте",
        hello="здравствуйте, это снова я",
        welcome="Рады видеть Вас снова, Мария! Всё, что Вы рассказали, сохранено.\n\nС чего продолжим?",
    ),
    "hy": Story(
        name="Մարիամ",
        price="բարև ձեզ, ի՞նչ արժե խոհանոցը",
        facts=("այս շաբաթ", "700 հազար", "Գյումրի"),
        length="4 մետր",
        about_offer=("Ուղարկե՞նք այն Ձեզ ևս մեկ անգամ։", "Ուղարկե՞նք հղումը նորից։", "Սա վերջին հիշեցումն է"),
        to_page="Հիանալի է։ Այստեղ կարող եք ամեն ինչ տեսնել և ընդունել",
        about_time=("Գտնե՞նք ժամ՝ քննարկելու։", "Առաջարկե՞նք երեք ժամ։", "Սա վերջին հիշեցումն է"),
        offer="Ո՞րն է Ձեզ հարմար (Երևան քաղաքի ժամանակով)։",
        yes="այո, խնդրում եմ",
        hello="բարև ձեզ, նորից ես եմ",
        welcome="Ուրախ ենք նորից տեսնել Ձեզ, Մարիամ։ Ձեր պատմածը պահված է։\n\nԻնչի՞ց շարունակենք։",
    ),
    "az": Story(
        name="Aysel",
        price="salam, mətbəx neçəyədir?",
        facts=("bu həftə", "700 min", "Gəncə"),
        length="4 metr",
        about_offer=("Onu Sizə bir də göndərək?", "Keçidi yenidən göndərək?", "sonuncu xatırlatmadır"),
        to_page="Əla! Burada hər şeyə baxıb adınızı yazaraq qəbul edə bilərsiniz:",
        about_time=("Danışmaq üçün vaxt tapaq?", "Üç vaxt təklif edək?", "sonuncu xatırlatmadır"),
        offer="Hansı Sizə uyğundur (Yerevan vaxtı ilə)?",
        yes="bəli, zəhmət olmasa",
        hello="salam, yenə mənəm",
        welcome="Sizi yenidən görməyə şadıq, Aysel! Dedikləriniz saxlanılıb.\n\nHaradan davam edək?",
    ),
}


def later(somebody: Somebody, **time: float) -> str:
    """Time passes, silent leads are looked for, and what falls due happens."""
    somebody.clock.shift(timedelta(**time))
    look()
    return somebody.wait(seconds=1)


def the() -> Enrolment:
    return Enrolment.objects.select_related("sequence").latest("pk")


def heard_on_days(somebody: Somebody, questions: tuple[str, str, str]) -> None:
    """Days 1, 3 and 7 bring one question each, the days between nothing."""
    for day, question in ((1, questions[0]), (2, ""), (3, questions[1]), *((n, "") for n in (4, 5, 6))):
        heard = later(somebody, days=1) if day > 1 else later(somebody, hours=12)
        assert (question in heard) if question else heard == "", (day, heard)
    assert questions[2] in later(somebody, days=1)


def quoted(somebody: Somebody, story: Story) -> QuoteVersion:
    """The quote was sent and asked about twice; then nothing. Those questions count for the weekly cap."""
    set_weekly_cap(cap=7)
    play("quote", somebody.account)
    somebody.is_called(story.name)
    for text in (story.price, PHONE, story.facts[0], story.length):
        somebody.say(text)
    somebody.tap(somebody.labels[0])
    somebody.wait(hours=4)
    somebody.wait(hours=24)
    play("win_back", somebody.account)
    assert later(somebody, hours=13) == ""
    return QuoteVersion.objects.get()


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.usefixtures("goods")
def test_a_quote_that_waits_comes_again_at_a_yes(
    somebody: Somebody, channel: str, anna: User, language: str
) -> None:
    story = STORIES[language]
    version = quoted(somebody, story)
    assert (the().sequence.key, the().state) == ("quote_not_accepted", "active")
    heard_on_days(somebody, story.about_offer)
    assert (the().sent, the().state) == (3, "finished")
    answer = somebody.tap(somebody.labels[0])
    assert answer.startswith(story.to_page)
    assert answer.endswith(f"/q/{version.token}/")
    assert somebody.conversation.status == "waiting_customer"
    accepts(version, story.name)
    assert somebody.lead.stage_kind == "won"
    assert later(somebody, days=8) == ""
    assert languages_of(somebody) == {language}


def qualified_and_silent(somebody: Somebody, story: Story, anna: User) -> None:
    """Everything that sales needs is known, a colleague has answered, and nothing is planned."""
    somebody.is_called(story.name)
    for text in (story.price, PHONE, *story.facts):
        somebody.say(text)
    take_over(conversation_id=somebody.conversation.pk, user=anna)
    reply(conversation_id=somebody.conversation.pk, user=anna, text="👍")
    work_off()
    assert somebody.lead.qualification == "qualified"
    resolve(conversation_id=somebody.conversation.pk, user=anna)
    play("win_back", somebody.account)
    assert later(somebody, hours=13) == ""


@pytest.mark.parametrize(("language", "channel"), MIXED)
def test_a_silent_qualified_lead_says_yes_and_books(
    somebody: Somebody, channel: str, visits: Service, anna: User, language: str
) -> None:
    story = STORIES[language]
    qualified_and_silent(somebody, story, anna)
    assert (the().sequence.key, the().state) == ("qualified_without_step", "active")
    heard_on_days(somebody, story.about_time)
    assert somebody.say(story.yes).endswith(story.offer)
    somebody.tap(somebody.labels[0])
    look()
    booking = Booking.objects.get(status="confirmed")
    assert (booking.lead, booking.contact) == (somebody.lead, somebody.contact)
    assert the().converted == "booked"
    assert (the().answered_at is not None, later(somebody, hours=1)) == (True, "")


@pytest.mark.parametrize(("language", "channel"), MIXED)
def test_who_comes_back_is_welcomed_and_let_go_easily(
    somebody: Somebody, channel: str, language: str
) -> None:
    story = STORIES[language]
    play("win_back", somebody.account)
    somebody.is_called(story.name)
    welcome = story.welcome if channel == "telegram" else story.welcome.replace(f", {story.name}", "")
    assert somebody.say(story.hello).endswith(welcome)
    assert len(somebody.labels) == 4
    assert somebody.tap(somebody.labels[3])
    assert (somebody.run.status, somebody.conversation.handoff) == ("finished", {})
    assert somebody.wait(hours=2) == ""
    assert languages_of(somebody) == {language}
