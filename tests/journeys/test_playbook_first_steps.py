"""Playbooks "inbound" and "qualify" in four languages: from the first word to a meeting, to sales, or to later."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from bookings.appointments.models import Booking
from bookings.services.models import Service
from crm.consent.models import Purpose
from crm.consent.queries import may
from tests.journeys.playbooks import CHANNELS, LANGUAGES, MIXED, PHONE, Somebody, languages_of, play

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("anna")]


class Story(NamedTuple):
    hello: str
    name: str
    soon: str
    kitchen: str
    means: str
    whole: str
    ready: str
    price: str
    far: str
    little: str
    kept: str


STORIES = {
    "en": Story(
        hello="hello there",
        name="Mary",
        soon="this week",
        kitchen="a kitchen",
        means="2 million drams",
        whole="hello, how much is a kitchen? our budget is 2 million drams, we want to start this week",
        ready="Let's get going",
        price="hi, how much is a kitchen?",
        far="in 3 months",
        little="100 000 drams",
        kept="Your answers stay with us",
    ),
    "ru": Story(
        hello="добрый день",
        name="Мария",
        soon="на этой неделе",
        kitchen="кухню",
        means="2 миллиона драмов",
        whole="здравствуйте, сколько стоит кухня? бюджет 2 миллиона драмов, начать хотим на этой неделе",
        ready="Давайте начинать",
        price="добрый день, сколько стоит кухня?",
        far="через 3 месяца",
        little="100 000 драмов",
        kept="Ваши ответы сохраним",
    ),
    "hy": Story(
        hello="բարև ձեզ",
        name="Մարիամ",
        soon="այս շաբաթ",
        kitchen="խոհանոց",
        means="2 միլիոն դրամ",
        whole="բարև ձեզ, ի՞նչ արժե խոհանոցը, բյուջեն 2 միլիոն դրամ է, ուզում ենք սկսել այս շաբաթ",
        ready="Եկեք սկսենք",
        price="բարև ձեզ, ի՞նչ արժե խոհանոցը",
        far="3 ամսից",
        little="100 000 դրամ",
        kept="Ձեր պատասխանները կպահենք",
    ),
    "az": Story(
        hello="salam, axşamınız xeyir",
        name="Aysel",
        soon="bu həftə",
        kitchen="mətbəx",
        means="2 milyon dram",
        whole="salam, mətbəx neçəyədir? büdcəmiz 2 milyon dramdır, bu həftə başlamaq istəyirik",
        ready="Gəlin başlayaq",
        price="salam, mətbəx neçəyədir?",
        far="3 aydan sonra",
        little="100 000 dram",
        kept="Cavablarınızı saxlayırıq",
    ),
}


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_from_hello_to_a_meeting(somebody: Somebody, channel: str, visits: Service, language: str) -> None:
    """Greeted at once, goal by a button, contact and consent early, qualified in the same reply, booked."""
    story = STORIES[language]
    play("qualify", somebody.account)
    play("inbound", somebody.account)
    somebody.is_called(story.name)
    if channel == "telegram":
        somebody.customer.language = language  # type: ignore[union-attr]
    somebody.say(story.hello)
    first, reply = somebody.messages[0], somebody.messages[1]
    assert (reply.sent_at - first.sent_at).total_seconds() < 120
    assert len(somebody.labels) == 4
    somebody.tap(somebody.labels[0])
    assert somebody.pending == "contact.reach"
    somebody.say(PHONE)
    assert somebody.pending == "start"
    somebody.say(story.soon)
    assert somebody.pending == "consent.follow_up"
    somebody.tap(somebody.labels[0])
    assert may(somebody.contact, Purpose.FOLLOW_UP)
    assert (somebody.pending, somebody.run.version.flow.key) == ("interest", "qualify")
    somebody.say(story.kitchen)
    assert somebody.pending == "budget"
    somebody.say(story.means)
    assert somebody.pending == "decides"
    somebody.tap(somebody.labels[0])
    assert somebody.pending == "meeting.time"
    assert somebody.judged[1:] == ("A", "qualified")
    somebody.tap(somebody.labels[0])
    if channel == "webchat":
        somebody.say(story.name)
    assert somebody.pending == "meeting.confirm"
    somebody.tap(somebody.labels[0])
    booking = Booking.objects.get()
    assert (booking.status, booking.lead) == ("confirmed", somebody.lead)
    assert (somebody.lead.source, somebody.lead.answers["decides"]) == (channel, "myself")
    assert (somebody.contact.name, somebody.points) == (story.name, {"phone": "+37499123456"})
    assert set(somebody.run.state["asked"].values()) == {1}
    assert languages_of(somebody) == {language}


@pytest.mark.parametrize(("language", "channel"), MIXED)
def test_who_is_ready_goes_to_sales_at_once(somebody: Somebody, channel: str, language: str) -> None:
    story = STORIES[language]
    play("inbound", somebody.account)
    somebody.say(story.whole)
    assert somebody.pending == "contact.reach"
    answer = somebody.say(PHONE)
    if somebody.pending == "consent.follow_up":
        answer = somebody.tap(somebody.labels[0])
    assert answer.startswith(story.ready)
    conversation = somebody.conversation
    assert (conversation.handoff["reason"], conversation.urgency, conversation.handler) == (
        "ready_to_buy",
        1,
        "queue",
    )
    assert dict(somebody.card["facts"])["interest"] == "kitchen"
    assert somebody.judged[2] == "qualified"
    assert languages_of(somebody) == {language}


@pytest.mark.parametrize(("language", "channel"), MIXED)
def test_for_whom_it_is_too_early_we_write_later(
    somebody: Somebody, channel: str, visits: Service, language: str
) -> None:
    story = STORIES[language]
    play("qualify", somebody.account)
    somebody.say(story.price, story.far, story.little)
    assert somebody.pending == "decides"
    somebody.tap(somebody.labels[0])
    somebody.say(PHONE)
    assert somebody.pending == "next_best"
    somebody.tap(somebody.labels[1])
    assert somebody.pending == "consent.follow_up"
    assert story.kept in somebody.tap(somebody.labels[0])
    assert may(somebody.contact, Purpose.FOLLOW_UP)
    assert (somebody.run.status, somebody.lead.answers["next_best"]) == ("finished", "waiting_list")
    assert not Booking.objects.exists()
    assert languages_of(somebody) == {language}
