"""Playbook "support": where the order is, help step by step, a person where it hurts, a rating after it (spec 5.6 e)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

import pytest

from conversations.ratings.models import Rating
from core.access.models import Team
from crm.orders.models import Order
from tests.factories.orders import item, make_order
from tests.journeys.playbooks import CHANNELS, LANGUAGES, MIXED, PHONE, Somebody, languages_of, play

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("anna"),
]


class Story(NamedTuple):
    where: str
    number: str
    proof: str
    status: str
    rating: str
    thanks: str
    fault: str
    advice: tuple[str, str]
    worked: str
    no: str
    handed: str
    damaged: str
    sorry: str
    payment: str
    first: str
    again: str
    twice: str
    upset: str
    person: str


STORIES = {
    "en": Story(
        where="hello, where is my order?",
        number="What is the number of your order?",
        proof="which phone number or email did you order with?",
        status="Order A-1042: In production",
        rating="Glad we sorted that out! How was our help, from 1 (poor) to 5 (great)?",
        thanks="Thank you, that helps us get better.\n\nIf anything comes up, just write.",
        fault="the drawer of my cabinet does not close",
        advice=("What helps most often: tighten", "put it back the way the instructions show"),
        worked="Did it work?",
        no="no, still the same",
        handed="We'll put it right. A colleague will answer you here.",
        damaged="my sofa arrived with a torn cover",
        sorry="I'm sorry that this happened. A colleague is taking over",
        payment="you charged my card twice",
        first="Payments come first",
        again="the door of my wardrobe is broken again",
        twice="That must not happen twice, I'm sorry.",
        upset="where the hell is my order",
        person="If you'd rather talk to a person, just say so.",
    ),
    "ru": Story(
        where="добрый день, где мой заказ?",
        number="Какой номер у Вашего заказа?",
        proof="на какой телефон или email оформлен заказ?",
        status="Заказ A-1042: В производстве",
        rating="Рады, что разобрались! Как Вам наша помощь, от 1 (плохо) до 5 (отлично)?",
        thanks="Спасибо, это помогает нам становиться лучше.\n\nЕсли что-то понадобится, просто напишите.",
        fault="у меня не закрывается ящик в шкафу",
        advice=("Чаще всего помогает простое: подтяните", "верните всё в положение, как в инструкции"),
        worked="Получилось?",
        no="нет, не помогло",
        handed="Мы это исправим. Коллега ответит Вам здесь.",
        damaged="диван привезли с порванной обивкой",
        sorry="Очень жаль, что так вышло. Коллега уже подключается",
        payment="деньги списали два раза",
        first="Вопросы оплаты решаем первыми",
        again="у шкафа опять сломалась дверца",
        twice="Такого не должно было повториться, простите.",
        upset="ГДЕ МОЙ ЗАКАЗ!!! СКОЛЬКО МОЖНО ЖДАТЬ",
        person="Коллега уже подключается",
    ),
    "hy": Story(
        where="բարև ձեզ, որտե՞ղ է իմ պատվերը",
        number="Ի՞նչ համար ունի Ձեր պատվերը։",
        proof="ո՞ր հեռախոսահամարով կամ էլ․ հասցեով եք պատվիրել։",
        status="Պատվեր A-1042",
        rating="Ուրախ ենք, որ լուծվեց։ Ինչպե՞ս կգնահատեք մեր օգնությունը՝ 1-ից (վատ) 5 (գերազանց)։",
        thanks="Շնորհակալություն, դա օգնում է մեզ ավելի լավը դառնալ։\n\nԵթե ինչ-որ բան պետք լինի, պարզապես գրեք։",
        fault="պահարանի դարակը չի փակվում",
        advice=("Ամենից հաճախ օգնում է պարզը․ ամրացրեք", "ամեն ինչ դրեք այնպես"),
        worked="Ստացվե՞ց։",
        no="ոչ, չօգնեց",
        handed="Մենք դա կշտկենք։ Գործընկերս կպատասխանի Ձեզ այստեղ։",
        damaged="բազմոցը պատռված եկավ",
        sorry="Շատ ցավում ենք, որ այդպես է ստացվել։ Գործընկերս արդեն միանում է",
        payment="գումարը երկու անգամ եք գանձել",
        first="Վճարման հարցերը լուծում ենք առաջինը",
        again="պահարանի դուռը նորից կոտրվել է",
        twice="Դա չպետք է կրկնվեր, ներեցեք։",
        upset="ո՞ւր է իմ պատվերը, խայտառակություն է",
        person="Գործընկերս արդեն միանում է",
    ),
    "az": Story(
        where="salam, sifarişim haradadır?",
        number="Sifarişinizin nömrəsi nədir?",
        proof="sifarişi hansı telefon nömrəsi və ya e-poçtla vermisiniz?",
        status="Sifariş A-1042",
        rating="Həll olunduğuna şadıq! Köməyimizi 1-dən (pis) 5-dək (əla) necə qiymətləndirirsiniz?",
        thanks="Təşəkkür edirik, bu bizə daha yaxşı olmağa kömək edir.\n\nNəsə lazım olsa, sadəcə yazın.",
        fault="şkafın siyirməsi bağlanmır",
        advice=("Çox vaxt sadə şey kömək edir", "hər şeyi təlimatda göstərilən kimi"),
        worked="Alındı?",
        no="xeyr, kömək etmədi",
        handed="Bunu düzəldəcəyik. Həmkarım Sizə burada cavab verəcək.",
        damaged="divan cırıq gəldi",
        sorry="Belə alındığına görə çox üzr istəyirik. Həmkarım artıq qoşulur",
        payment="kartımdan iki dəfə pul çıxılıb",
        first="Ödəniş məsələlərini birinci həll edirik",
        again="şkafın qapısı yenə bağlanmır",
        twice="Bu təkrarlanmamalı idi, üzr istəyirik.",
        upset="sifarişim haradadır, bezdim artıq",
        person="Həmkarım artıq qoşulur",
    ),
}


@pytest.fixture(autouse=True)
def no_team(somebody: Somebody) -> None:
    """The account belongs to no team: the flow says who gets what."""
    somebody.account.team = None
    somebody.account.save()


@pytest.fixture
def order(shop: object) -> Order:
    return make_order(
        "A-1042",
        item("Chair", quantity=Decimal(2)),
        phone="+37499123456",
        status="in_work",
        expected_on=date(2026, 3, 13),
        tell=False,
    )


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_where_is_my_order_then_a_rating(
    somebody: Somebody, channel: str, order: Order, language: str
) -> None:
    story = STORIES[language]
    play("support", somebody.account)
    assert somebody.say(story.where).endswith(story.number)
    assert somebody.say("A-1042").endswith(story.proof)
    assert somebody.say(PHONE).startswith(story.status)
    assert somebody.tap(somebody.labels[0]) == story.rating
    assert len(somebody.labels) == 5
    assert somebody.say("5") == story.thanks
    rating = Rating.objects.get()
    assert (rating.value, rating.conversation) == (5, somebody.conversation)
    assert (somebody.run.status, somebody.conversation.status, somebody.conversation.handoff) == (
        "finished",
        "solved",
        {},
    )
    assert somebody.points == {"phone": "+37499123456"}
    assert languages_of(somebody) == {language}


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_guided_help_that_does_not_help_goes_to_a_person(
    somebody: Somebody, channel: str, language: str
) -> None:
    story = STORIES[language]
    play("support", somebody.account)
    answer = somebody.say(story.fault)
    if channel == "telegram":
        assert somebody.pending == "contact.reach"
        answer = somebody.say(PHONE)
    assert story.advice[0] in answer
    assert answer.endswith(story.worked)
    answer = somebody.say(story.no)
    assert story.advice[1] in answer
    assert answer.endswith(story.worked)
    answer = somebody.tap(somebody.labels[1])
    if channel == "webchat":
        assert somebody.pending == "contact.reach"
        answer = somebody.say(PHONE)
    assert answer == story.handed
    conversation = somebody.conversation
    assert (conversation.handoff["reason"], conversation.handler, conversation.urgency) == (
        "fault",
        "queue",
        1,
    )
    assert conversation.team == Team.objects.get(name="Support")
    notes = dict(somebody.card["notes"])
    assert notes["detail"] == story.fault
    assert all(part in notes["tried"] for part in story.advice)
    assert somebody.points == {"phone": "+37499123456"}
    assert languages_of(somebody) == {language}


@pytest.mark.parametrize(("language", "channel"), MIXED)
def test_help_that_helps_is_rated_and_a_low_rating_goes_to_a_person(
    somebody: Somebody, channel: str, language: str
) -> None:
    story = STORIES[language]
    play("support", somebody.account)
    somebody.say(story.fault)
    if channel == "telegram":
        somebody.say(PHONE)
    assert somebody.tap(somebody.labels[0]) == story.rating
    somebody.say("2")
    assert Rating.objects.get().value == 2
    assert somebody.conversation.handoff["reason"] == "low_rating"
    assert languages_of(somebody) == {language}


@pytest.mark.parametrize(("language", "channel"), MIXED)
@pytest.mark.parametrize(
    ("words", "answer", "reason", "urgency"),
    [
        ("damaged", "sorry", "damaged", 2),
        ("payment", "first", "payment", 2),
        ("again", "twice", "repeated", 1),
    ],
)
def test_what_hurts_goes_to_a_person_at_once(
    somebody: Somebody, channel: str, language: str, words: str, answer: str, reason: str, urgency: int
) -> None:
    story = STORIES[language]
    play("support", somebody.account)
    assert getattr(story, answer) in somebody.say(getattr(story, words))
    conversation = somebody.conversation
    assert (conversation.handoff["reason"], conversation.urgency, conversation.handler) == (
        reason,
        urgency,
        "queue",
    )
    assert conversation.team == Team.objects.get(name="Support")
    assert languages_of(somebody) == {language}


@pytest.mark.parametrize(("language", "channel"), MIXED)
def test_a_bad_tone_brings_a_person_early(somebody: Somebody, channel: str, language: str) -> None:
    """Anger is offered one; where it is a complaint, too, one takes over."""
    story = STORIES[language]
    play("support", somebody.account)
    assert story.person in somebody.say(story.upset)
    assert somebody.conversation.urgency >= 1
