"""What the journeys of quotes have in common."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.test import Client

from conversations.public_pages import form_key
from crm.quotes.models import Quote, QuoteVersion
from tests.journeys.chat import Chat
from tests.journeys.telegram import TelegramChat
from tests.support import work_off

Somebody = Chat | TelegramChat


class Story(NamedTuple):
    """What is said and heard on the way from the question to the order."""

    says: tuple[str, ...]
    range: str
    fact: str
    length: str
    exact: str
    send: str
    yes: str
    offer: str
    first: str
    question: tuple[str, str, str]
    again: str
    page: str
    thanks: str


RUSSIAN = Story(
    ("здравствуйте, сколько стоит кухня?", "+374 99 123456", "на этой неделе"),
    "Кухня на заказ (плюс: Замер и проект, Доставка, Установка): от 880 000 AMD до 1 820 000 AMD."
    " Зависит от таких деталей: Длина, метры; Готово за неделю.",
    "Для точной цены подскажите, пожалуйста: Длина, метры?",
    "4 метра",
    "Кухня на заказ (плюс: Замер и проект, Доставка, Установка): 1 311 600 AMD.",
    "Прислать Вам предложение с этой ценой?",
    "да",
    "Ваше предложение 2026-0001: Кухня на заказ, 1 311 600 AMD.",
    "Удалось посмотреть наше предложение 2026-0001 (Кухня на заказ): оно Вам подходит?",
    ("Есть вопрос", "Конечно. Что Вы хотели бы узнать?", "а какой гарантийный срок у фасадов?"),
    "Наше предложение 2026-0001 действует до 16 марта 2026 г. включительно. Начинаем?",
    "Отлично! Здесь можно всё посмотреть и принять",
    "Спасибо, Анна! Мы получили Ваше согласие на предложение 2026-0001",
)
ARMENIAN = Story(
    ("բարև, ի՞նչ արժե խոհանոցը", "+374 99 123456", "այս շաբաթ"),
    "Խոհանոց՝ Ձեր չափսերով (ներառյալ՝ Չափագրում և նախագիծ, Առաքում, Տեղադրում)՝ 880 000 AMD-ից մինչև 1 820 000 AMD։",
    "Ճշգրիտ գնի համար կնշե՞ք, խնդրում եմ՝ Երկարություն, մետր։",
    "4 մետր",
    "Խոհանոց՝ Ձեր չափսերով (ներառյալ՝ Չափագրում և նախագիծ, Առաքում, Տեղադրում)՝ 1 311 600 AMD։",
    "Ուղարկե՞մ Ձեզ այս գնով առաջարկը։",
    "այո",
    "2026-0001",
    "Հասցրի՞ք նայել մեր 2026-0001 առաջարկը (Խոհանոց՝ Ձեր չափսերով), այն հարմար է Ձեզ։",
    ("Հարց ունեմ", "Իհարկե։ Ի՞նչ կցանկանայիք իմանալ։", "իսկ ի՞նչ գույներ կան"),
    "Մեր 2026-0001 առաջարկը գործում է մինչև 16 մարտի, 2026 թ. ներառյալ։ Սկսե՞նք։",
    "Հիանալի է։ Այստեղ կարող եք ամեն ինչ տեսնել և ընդունել",
    "Շնորհակալություն, Աննա։ Ստացանք Ձեր համաձայնությունը 2026-0001 առաջարկին",
)


def plain(text: str) -> str:
    """With ordinary spaces."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def quoted(somebody: Somebody, story: Story) -> QuoteVersion:
    """Everything until the offer is there."""
    for text in (*story.says, story.length):
        somebody.say(text)
    somebody.say(story.yes)
    return QuoteVersion.objects.get()


def on_the_page(version: QuoteVersion, part: str, **fields: Any) -> None:
    """The customer sends a form of the page, and what that causes is done."""
    form = {"key": form_key(version.token), **fields}
    answer = Client().post(f"/q/{version.token}/{part}/", form)
    assert answer.status_code == 302, answer.content.decode()
    work_off()


def accepts(version: QuoteVersion, name: str) -> None:
    on_the_page(version, "accept", name=name, total=f"{version.total.normalize():f}", chosen=[])


def the_quote() -> Quote:
    return Quote.objects.get()
