"""The main story in four languages, by exact effects: a stranger asks for a price and becomes a complete
card.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

import pytest

from automation.flows.effects import (
    HandOff,
    NextStep,
    QuickReply,
    RecordAnswer,
    RequestScore,
    Say,
    SetContactField,
    SetGoal,
    SetLanguage,
    Source,
    Summary,
    Urgency,
)
from automation.flows.state import RunStatus
from tests.automation.flows.builders import amount, others, place, says
from tests.automation.flows.chat import Chat


class Words(NamedTuple):
    language: str
    first: str
    kitchen: str
    greet: str
    price: str
    interest: str
    labels: tuple[str, ...]
    reach: str
    start: str
    budget: str
    city: str
    name: str
    open: str
    closed: str


STORIES = [
    Words(
        language="en",
        first="hello, how much is it?",
        kitchen="a kitchen",
        greet="Hello! This is Aregak Interiors.",
        price="The price depends on size and materials, a few details are enough for a good figure.",
        interest="We make furniture to measure in our own workshop in Yerevan. What would you like to have made?",
        labels=("Kitchen", "Wardrobe", "Sofa", "Whole home"),
        reach="If the chat closes, our answer won't be lost. What phone number or email can we answer to?",
        start="Thank you, noted.\n\n"
        "Design and making usually take three to five weeks. When would you like to start?",
        budget="Most projects cost 300,000 to 3,000,000 drams, depending on size and materials. "
        "What budget do you have in mind?",
        city="It tells us how soon we can come to measure. Which city are you in?",
        name="Last question, then I'll pass everything to a colleague. How should we address you?",
        open="Thank you, Anna! Ani from sales will answer you here within about 5 minutes.",
        closed="Thank you, Anna! We're closed right now; Ani from sales will write to you as soon as we open "
        "(tomorrow, 10:00).",
    ),
    Words(
        language="ru",
        first="здравствуйте, сколько стоит?",
        kitchen="кухню",
        greet="Здравствуйте! Это Aregak Interiors.",
        price="Цена зависит от размеров и материалов, для верной суммы хватит пары деталей.",
        interest="Делаем мебель по Вашим размерам в собственном цехе в Ереване. Что Вы хотели бы заказать?",
        labels=("Кухня", "Шкаф", "Диван", "Весь дом"),
        reach="Если чат закроется, наш ответ не потеряется. На какой телефон или email Вам ответить?",
        start="Спасибо, записано.\n\n"
        "Проект и изготовление обычно занимают три-пять недель. Когда хотели бы начать?",
        budget="Большинство проектов стоит от 300 000 до 3 000 000 драмов, смотря по размеру и материалам. "
        "На какой бюджет рассчитываете?",
        city="От этого зависит, когда сможем приехать на замер. В каком Вы городе?",
        name="Последний вопрос, и передам всё коллеге. Как к Вам обращаться?",
        open="Спасибо, Anna! Ani из отдела продаж ответит Вам здесь примерно в течение 5 минут.",
        closed="Спасибо, Anna! Сейчас мы закрыты; Ani из отдела продаж напишет Вам, как только откроемся "
        "(завтра, 10:00).",
    ),
    Words(
        language="hy",
        first="barev, inch arji?",
        kitchen="խոհանոց եմ ուզում",
        greet="Բարև Ձեզ։ Սա Aregak Interiors ընկերությունն է։",
        price="Գինը կախված է չափերից և նյութերից, ճիշտ թիվ ասելու համար մի քանի մանրամասնը բավական է։",
        interest="Կահույքը պատրաստում ենք Ձեր չափսերով՝ Երևանի մեր արտադրամասում։ Ի՞նչ կցանկանայիք պատվիրել։",
        labels=("Խոհանոց", "Պահարան", "Բազմոց", "Ամբողջ տունը"),
        reach="Եթե զրույցն ընդհատվի, մեր պատասխանը չի կորչի։ "
        "Ո՞ր հեռախոսահամարով կամ էլ․ հասցեով պատասխանենք Ձեզ։",
        start="Շնորհակալություն, գրի առա։\n\n"
        "Նախագծումն ու պատրաստումը սովորաբար տևում են երեքից հինգ շաբաթ։ Ե՞րբ կցանկանայիք սկսել։",
        budget="Նախագծերի մեծ մասն արժե 300 000-ից 3 000 000 դրամ՝ կախված չափերից և նյութերից։ "
        "Ի՞նչ բյուջե եք նախատեսել։",
        city="Դրանից է կախված, թե երբ կարող ենք գալ չափագրման։ Ո՞ր քաղաքում եք։",
        name="Վերջին հարցը, և ամեն ինչ կփոխանցեմ գործընկերոջս։ Ինչպե՞ս դիմենք Ձեզ։",
        open="Շնորհակալություն, Anna։ Ani վաճառքի բաժնից կպատասխանի Ձեզ այստեղ մոտ 5 րոպեի ընթացքում։",
        closed="Շնորհակալություն, Anna։ Հիմա փակ ենք․ Ani վաճառքի բաժնից կգրի Ձեզ, հենց բացվենք (վաղը, 10:00)։",
    ),
    Words(
        language="az",
        first="salam, qiymet necedir?",
        kitchen="mətbəx lazımdır",
        greet="Salam! Bura Aregak Interiors şirkətidir.",
        price="Qiymət ölçüdən və materialdan asılıdır, dəqiq məbləğ üçün bir-iki detal kifayətdir.",
        interest="Mebeli Yerevandakı öz emalatxanamızda, Sizin ölçünüzlə hazırlayırıq. "
        "Nə sifariş etmək istərdiniz?",
        labels=("Mətbəx", "Şkaf", "Divan", "Bütün ev"),
        reach="Söhbət bağlansa belə, cavabımız itməyəcək. "
        "Sizə hansı telefon nömrəsi və ya e-poçtla cavab verək?",
        start="Təşəkkür edirəm, qeyd etdim.\n\n"
        "Layihə və hazırlıq adətən üç-beş həftə çəkir. Nə vaxt başlamaq istərdiniz?",
        budget="Layihələrin çoxu ölçüdən və materialdan asılı olaraq 300 000-dən 3 000 000 dramadək olur. "
        "Hansı büdcəni nəzərdə tutursunuz?",
        city="Ölçüyə nə vaxt gələ biləcəyimiz bundan asılıdır. Hansı şəhərdəsiniz?",
        name="Son sual, sonra hər şeyi həmkarıma ötürürəm. Sizə necə müraciət edək?",
        open="Təşəkkür edirik, Anna! Satış şöbəsindən Ani Sizə burada təxminən 5 dəqiqə ərzində "
        "cavab verəcək.",
        closed="Təşəkkür edirik, Anna! Hazırda bağlıyıq; satış şöbəsindən Ani açılan kimi Sizə yazacaq "
        "(sabah, 10:00).",
    ),
]


@pytest.fixture(params=STORIES, ids=[story.language for story in STORIES])
def words(request: pytest.FixtureRequest) -> Words:
    return request.param


def test_first_answer(words: Words) -> None:
    chat = Chat().open(says(words.first, "price", "greeting", language=words.language))
    replies = tuple(
        QuickReply(label, f"answer:interest:{value}")
        for label, value in zip(words.labels, ("kitchen", "wardrobe", "sofa", "whole_home"), strict=True)
    )
    switch = [] if words.language == "en" else [SetLanguage(words.language)]
    assert list(chat.effects) == [
        *switch,
        SetGoal("sales"),
        Say(
            "interest",
            f"{words.greet}\n\n{words.price}\n\n{words.interest}",
            replies,
            "interest",
            ("greet.text", "answers.price", "criteria.interest"),
        ),
    ]

    chat.send(says(words.kitchen, "other", language=words.language))
    assert list(chat.effects) == [
        RecordAnswer("interest", "kitchen", 0.9, Source.FLOW),
        Say("reach", words.reach, (), "contact.reach", ("reach.question",)),
    ]

    chat.send(says("+37499123456"))
    assert others(chat.effects) == [SetContactField("phone", "+37499123456")]
    assert (chat.said.text, chat.said.asks) == (words.start, "start")
    assert [each.payload for each in chat.said.quick_replies] == [
        "answer:start:7",
        "answer:start:30",
        "answer:start:90",
        "skip:start",
    ]

    chat.send(says("7", timeline_days=7))
    assert others(chat.effects) == [RecordAnswer("start", 7, 1.0, Source.FLOW)]
    assert (chat.said.text, chat.said.asks) == (words.budget, "budget")

    chat.send(says("700k", budget=amount(700_000)))
    assert others(chat.effects) == [RecordAnswer("budget", amount(700_000), 1.0, Source.FLOW)]
    assert (chat.said.text, chat.said.asks) == (words.city, "city")

    chat.send(says("Gyumri", "other", language="en"))
    assert others(chat.effects) == [
        RecordAnswer("city", place("Gyumri"), 1.0, Source.FLOW),
        RequestScore(),
    ]
    assert (chat.said.text, chat.said.asks) == (words.name, "contact.name")

    chat.send(says("Anna", "other", language="en"))
    assert list(chat.effects) == [
        SetContactField("name", "Anna"),
        Say("to_sales", words.open, text_ids=("to_sales.open",)),
        HandOff(
            "qualified",
            Urgency.NORMAL,
            "sales",
            Summary(
                goal="sales",
                language=words.language,
                facts=(
                    ("interest", "kitchen"),
                    ("start", 7),
                    ("budget", amount(700_000)),
                    ("city", place("Gyumri")),
                ),
                contact=(("name", "Anna"), ("phone", "+37499123456")),
                last_text="Anna",
                intent="price",
                next_step=NextStep.CALL,
            ),
        ),
    ]
    assert chat.state is not None
    assert (chat.state.status, chat.state.pending) == (RunStatus.HANDED_OFF, None)


def test_everything_known_goes_straight_to_the_closed_words(words: Words) -> None:
    facts = {"interest": "sofa", "start": 7, "budget": amount(1), "city": place("Gyumri")}
    contact = {"name": "Anna", "phone": "+37499123456"}
    opens = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
    chat = Chat(
        facts=facts, contact=contact, goal="sales", language=words.language, is_open=False, opens_at=opens
    ).open()
    assert others(chat.effects)[:2] == [SetGoal("sales"), RequestScore()]
    assert chat.said.text.endswith("\n\n" + words.closed)
    assert chat.said.asks is None


@pytest.mark.parametrize(
    ("language", "text", "labels"),
    [
        (
            "en",
            "Hello! This is Aregak Interiors.\n\nWhat can we help you with?",
            ["Price or new order", "Book a meeting", "Help with my order", "Payment or invoice"],
        ),
        (
            "ru",
            "Здравствуйте! Это Aregak Interiors.\n\nЧем можем помочь?",
            ["Цена или заказ", "Записаться", "Помощь с заказом", "Оплата и счета"],
        ),
        (
            "hy",
            "Բարև Ձեզ։ Սա Aregak Interiors ընկերությունն է։\n\nԻնչո՞վ կարող ենք օգնել։",
            ["Գին կամ պատվեր", "Գրանցվել", "Հարց պատվերի մասին", "Վճարում և հաշիվ"],
        ),
        (
            "az",
            "Salam! Bura Aregak Interiors şirkətidir.\n\nSizə necə kömək edə bilərik?",
            ["Qiymət və sifariş", "Görüşə yazılmaq", "Sifarişimlə bağlı", "Ödəniş və hesab"],
        ),
    ],
)
def test_a_greeting_gets_the_menu(language: str, text: str, labels: list[str]) -> None:
    payloads = ["goal:sales", "goal:booking", "goal:support", "goal:billing"]
    menu = Say(
        "goal",
        text,
        tuple(QuickReply(label, payload) for label, payload in zip(labels, payloads, strict=True)),
        "goal",
        ("greet.text", "goal.text"),
    )
    greeted = Chat(language=language).open(says("hi", "greeting", language=language))
    assert list(greeted.effects) == [menu]
    assert list(Chat(language=language).open().effects) == [menu]


def test_a_goal_button_starts_its_questions() -> None:
    chat = Chat().open().send(says("Help with my order", payload="goal:support"))
    assert others(chat.effects) == [SetGoal("support")]
    assert (chat.said.asks, chat.said.text_ids) == ("note.detail", ("support_detail.question",))


def test_words_that_name_the_goal_are_its_detail() -> None:
    text = "мой диван сломался, заказ 7083"
    chat = Chat().open(says(text, "fault", language="ru", order_number="7083"))
    assert chat.state is not None
    assert (chat.state.goal, dict(chat.state.notes)) == ("support", {"detail": text})
    assert chat.said.asks == "contact.reach"
    assert "interest" not in chat.context.facts
    chat.send(says("a@b.am", email="a@b.am"))
    (hand_off,) = (effect for effect in chat.effects if isinstance(effect, HandOff))
    assert (hand_off.reason, hand_off.team, hand_off.summary.notes) == (
        "support",
        "support",
        (("detail", text),),
    )
