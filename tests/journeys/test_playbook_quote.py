"""Playbook "quote": the range, the facts, the exact price, the quote, the silence after it, the yes (spec 5.6 d, 8)."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from automation.quotes.coming import coming
from automation.quotes.planning import Step
from conversations.quotes.queries import conversation_of
from crm.orders.models import Order
from crm.quotes.models import QuoteVersion
from tests.journeys.playbooks import CHANNELS, LANGUAGES, PHONE, Somebody, languages_of, plain, play
from tests.journeys.quotes import accepts, on_the_page

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("goods", "anna"),
    pytest.mark.parametrize("channel", CHANNELS),
]


class Story(NamedTuple):
    price: str
    start: str
    length: str
    name: str
    range: str
    fact: str
    exact: str
    offer: str
    first: str
    again: str
    ending: str
    thanks: str


STORIES = {
    "en": Story(
        price="hi, how much would a kitchen be?",
        start="this week",
        length="4 metres",
        name="Mary",
        range=(
            "Kitchen to measure (with Measuring and design, Delivery, Installation) costs "
            "from 880,000 AMD to 1,820,000 AMD."
        ),
        fact="One detail more and I'll have the exact price: Length, metres?",
        exact="Kitchen to measure (with Measuring and design, Delivery, Installation): 1,311,600 AMD.",
        offer="Here is your offer 2026-0001: Kitchen to measure, 1,311,600 AMD.",
        first="Have you had a look at our offer 2026-0001 (Kitchen to measure): does it suit you?",
        again="Our offer 2026-0001 holds until 16 March 2026. Shall we go ahead with it?",
        ending="A short note: our offer 2026-0001 ends on 16 March 2026.",
        thanks="Thank you, Mary!",
    ),
    "ru": Story(
        price="добрый день, сколько будет стоить кухня?",
        start="на этой неделе",
        length="4 метра",
        name="Мария",
        range="Кухня на заказ (плюс: Замер и проект, Доставка, Установка): от 880 000 AMD до 1 820 000 AMD.",
        fact="Ещё одна деталь, и назову точную цену: Длина, метры?",
        exact="Кухня на заказ (плюс: Замер и проект, Доставка, Установка): 1 311 600 AMD.",
        offer="Ваше предложение 2026-0001: Кухня на заказ, 1 311 600 AMD.",
        first="Удалось посмотреть наше предложение 2026-0001 (Кухня на заказ): оно Вам подходит?",
        again="Наше предложение 2026-0001 действует до 16 марта 2026 г. включительно. Начинаем?",
        ending="16 марта 2026 г. заканчивается наше предложение 2026-0001",
        thanks="Спасибо, Мария!",
    ),
    "hy": Story(
        price="բարև ձեզ, խոհանոցն ի՞նչ կարժենա",
        start="այս շաբաթ",
        length="4 մետր",
        name="Մարիամ",
        range=(
            "Խոհանոց՝ Ձեր չափսերով (ներառյալ՝ Չափագրում և նախագիծ, Առաքում, Տեղադրում)՝ 880 "
            "000 AMD-ից մինչև 1 820 000 AMD։"
        ),
        fact="Եվս մի մանրամասն, և կասեմ ճշգրիտ գինը․ կնշե՞ք՝ Երկարություն, մետր։",
        exact="Խոհանոց՝ Ձեր չափսերով (ներառյալ՝ Չափագրում և նախագիծ, Առաքում, Տեղադրում)՝ 1 311 600 AMD։",
        offer="Ձեր առաջարկը՝ 2026-0001. Խոհանոց՝ Ձեր չափսերով, 1 311 600 AMD։",
        first="Հասցրի՞ք նայել մեր 2026-0001 առաջարկը (Խոհանոց՝ Ձեր չափսերով), այն հարմար է Ձեզ։",
        again="Մեր 2026-0001 առաջարկը գործում է մինչև 16 մարտի, 2026 թ. ներառյալ։ Սկսե՞նք։",
        ending="16 մարտի, 2026 թ. ավարտվում է մեր 2026-0001 առաջարկը։",
        thanks="Շնորհակալություն, Մարիամ։",
    ),
    "az": Story(
        price="salam, mətbəx neçəyə başa gələr?",
        start="bu həftə",
        length="4 metr",
        name="Aysel",
        range="Sifarişlə mətbəx (o cümlədən: Ölçü və layihə, Çatdırılma, Quraşdırma): 880 000 AMD ilə 1 820 000 AMD arası.",
        fact="Bircə detal qalıb, sonra dəqiq qiyməti deyəcəyəm: Uzunluq, metr?",
        exact="Sifarişlə mətbəx (o cümlədən: Ölçü və layihə, Çatdırılma, Quraşdırma): 1 311 600 AMD.",
        offer="Təklifiniz 2026-0001: Sifarişlə mətbəx, 1 311 600 AMD.",
        first="2026-0001 təklifimizə (Sifarişlə mətbəx)",
        again="2026-0001 təklifimiz",
        ending="2026-0001 təklifimiz",
        thanks="Təşəkkür edirik, Aysel!",
    ),
}


def quoted(somebody: Somebody, story: Story) -> QuoteVersion:
    """From the question of price to the offer in the chat."""
    somebody.is_called(story.name)
    first = plain(somebody.say(story.price))
    assert story.range in first
    assert somebody.pending == "contact.reach"
    somebody.say(PHONE)
    assert somebody.pending == "start"
    assert somebody.say(story.start).startswith(story.fact)
    exact = plain(somebody.say(story.length))
    assert exact.startswith(story.exact)
    assert story.offer in plain(somebody.tap(somebody.labels[0]))
    return QuoteVersion.objects.get()


@pytest.mark.parametrize("language", LANGUAGES)
def test_from_the_question_of_price_to_the_order(somebody: Somebody, channel: str, language: str) -> None:
    story = STORIES[language]
    play("quote", somebody.account)
    version = quoted(somebody, story)
    quote = version.quote
    assert (quote.state, quote.total, quote.lead, version.language) == (
        "sent",
        1_311_600,
        somebody.lead,
        language,
    )
    assert quote.requested_at
    assert quote.sent_at
    assert (quote.sent_at - quote.requested_at).total_seconds() < 120
    assert (somebody.conversation.handoff["reason"], somebody.run.status) == ("quoted", "finished")
    assert set(somebody.run.state["asked"].values()) == {1}

    assert somebody.wait(hours=3, minutes=59) == ""
    assert story.first in plain(somebody.wait(minutes=1))
    assert somebody.wait(hours=23) == ""
    assert story.again in plain(somebody.wait(hours=1))
    assert story.ending in plain(somebody.wait(days=12))

    before = len(somebody.said)
    accepts(version, story.name)
    assert plain(somebody.said[before].text).startswith(story.thanks)
    order = Order.objects.get()
    assert (order.quote, order.contact, order.total) == (version, somebody.contact, 1_311_600)
    assert (somebody.lead.stage_kind, somebody.lead.value) == ("won", 1_311_600)
    assert languages_of(somebody) == {language}


def test_a_no_on_the_page_ends_what_follows(somebody: Somebody, channel: str) -> None:
    play("quote", somebody.account)
    version = quoted(somebody, STORIES["en"])
    planned = coming(version, conversation_of(version.quote), now=somebody.conversation.last_message_at)
    assert [each.step for each in planned] == [Step.FIRST, Step.LAST_DAYS]
    on_the_page(version, "decline", reason="competitor", words="")
    assert somebody.wait(days=1) == ""
    version.refresh_from_db()
    assert (version.state, version.decline_reason) == ("declined", "competitor")
    assert somebody.wait(days=20) == ""
