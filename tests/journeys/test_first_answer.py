"""The story of the product: a stranger writes, answers, and is handed over as a scored lead (spec 5.1, 7.3)."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from crm.qualification.models import LeadAnswer
from tests.journeys.chat import Chat

pytestmark = pytest.mark.django_db

PHONE = {"phone": "+37499123456"}
ONCE = {"interest": 1, "contact.reach": 1, "start": 1, "budget": 1, "city": 1, "contact.name": 1}
"""Each question of the way of sales, asked a single time."""


def amount(units: int) -> dict[str, str]:
    return {"amount": f"{units}.0000", "currency": "AMD"}


def known(*, budget: int, raw: str, norm: str, interest: str = "kitchen", start: int = 7) -> dict[str, Any]:
    city = {"raw": raw, "norm": norm}
    return {"interest": interest, "start": start, "budget": amount(budget), "city": city}


class Story(NamedTuple):
    language: str
    says: tuple[str, ...]
    facts: dict[str, Any]
    name: str
    points: dict[str, str]
    score: int
    last: str


GYUMRI = {"budget": 1_500_000, "norm": "gyumri"}
STORIES = {
    "en": Story(
        "en",
        ("hello, how much is it?", "a kitchen", "+374 99 123456", "this week", "1.5 mln", "Gyumri", "Anna"),
        known(raw="Gyumri", **GYUMRI),
        "Anna",
        PHONE,
        12,
        "Thank you, Anna! A colleague from sales will answer you here.",
    ),
    "ru": Story(
        "ru",
        (
            "здравствуйте, сколько стоит?",
            "кухню",
            "+374 99 123456",
            "на этой неделе",
            "полтора миллиона",
            "Гюмри",
            "Меня зовут Анна",
        ),
        known(raw="Гюмри", **GYUMRI),
        "Анна",
        PHONE,
        12,
        "Спасибо, Анна! Менеджер из отдела продаж ответит Вам здесь.",
    ),
    "hy": Story(
        "hy",
        (
            "բարև, ի՞նչ արժե",
            "խոհանոց եմ ուզում",
            "+374 99 123456",
            "այս շաբաթ",
            "1.5 միլիոն",
            "Գյումրի",
            "Աննա",
        ),
        known(raw="Գյումրի", **GYUMRI),
        "Աննա",
        PHONE,
        12,
        "Շնորհակալություն, Աննա։ Գործընկերս վաճառքի բաժնից կպատասխանի Ձեզ այստեղ։",
    ),
    "az": Story(
        "az",
        (
            "salam, qiyməti neçədir?",
            "mətbəx lazımdır",
            "+374 99 123456",
            "bu həftə",
            "1.5 milyon",
            "Bakı",
            "Aysel",
        ),
        known(budget=1_500_000, raw="Bakı", norm="baki"),
        "Aysel",
        PHONE,
        12,
        "Təşəkkür edirik, Aysel! Satış şöbəsindən həmkarım Sizə burada cavab verəcək.",
    ),
    "Armenian in Latin letters": Story(
        "hy",
        (
            "barev, inch arji?",
            "xohanoc em uzum",
            "099 123456",
            "ays shabat",
            "350 hazar",
            "Yerevan",
            "Anahit",
        ),
        known(budget=350_000, raw="Yerevan", norm="erevan"),
        "Anahit",
        PHONE,
        9,
        "Շնորհակալություն, Anahit։ Գործընկերս վաճառքի բաժնից կպատասխանի Ձեզ այստեղ։",
    ),
    "Russian in Latin letters": Story(
        "ru",
        (
            "privet, skolko stoit?",
            "kuhnyu",
            "anna@example.am",
            "na etoy nedele",
            "500 tysyach",
            "Erevan",
            "Anna",
        ),
        known(budget=500_000, raw="Erevan", norm="erevan"),
        "Anna",
        {"email": "anna@example.am"},
        7,
        "Спасибо, Anna! Менеджер из отдела продаж ответит Вам здесь.",
    ),
    "Azerbaijani without its letters": Story(
        "az",
        (
            "salam, qiymet necedir?",
            "metbex lazimdir",
            "aysel@example.az",
            "bu hefte",
            "1 milyon",
            "Baki",
            "Aysel",
        ),
        known(budget=1_000_000, raw="Baki", norm="baki"),
        "Aysel",
        {"email": "aysel@example.az"},
        10,
        "Təşəkkür edirik, Aysel! Satış şöbəsindən həmkarım Sizə burada cavab verəcək.",
    ),
}


@pytest.mark.parametrize("story", STORIES.values(), ids=list(STORIES))
def test_greeted_asked_understood_scored_and_handed_over(chat: Chat, story: Story) -> None:
    replies = [chat.say(text) for text in story.says]

    assert replies[-1] == story.last
    assert all(replies), "one reply to each message"
    assert (len(chat.said), chat.messages.count()) == (7, 14)
    assert chat.run.state["asked"] == ONCE
    assert (chat.contact.name, chat.contact.language, chat.points) == (
        story.name,
        story.language,
        story.points,
    )
    lead = chat.lead
    assert lead.answers == story.facts
    assert (lead.title, lead.source, lead.goal) == ("Kitchen", "webchat", "sales")
    assert (lead.value, lead.currency) == (float(story.facts["budget"]["amount"]), "AMD")
    assert chat.judged == (story.score, "A" if story.score >= 8 else "B", "qualified")
    conversation = chat.conversation
    assert (conversation.handler, conversation.status, conversation.team.name) == (
        "queue",
        "waiting_us",
        "Sales",
    )
    assert chat.card == {
        "goal": "sales",
        "language": story.language,
        "facts": [[key, story.facts[key]] for key in ("interest", "start", "budget", "city")],
        "contact": [["name", story.name], *map(list, story.points.items())],
        "notes": [],
        "missing": [],
        "unanswered": None,
        "last_text": story.says[-1],
        "next_step": "call" if "phone" in story.points else "write",
        "intent": "price",
        "answer_within": 10,
    }
    assert (conversation.handoff["reason"], conversation.handoff["fresh"]) == ("qualified", True)


ALL_AT_ONCE = {
    "en": (
        "Hello! I'm Anna, I need a kitchen in Gyumri this week, budget 1.5 mln dram, +374 99 123456",
        "Anna",
        "Gyumri",
    ),
    "ru": (
        "Здравствуйте, меня зовут Анна, нужна кухня в Гюмри на этой неделе, бюджет 1,5 млн, +374 99 123456",
        "Анна",
        "Гюмри",
    ),
    "hy": (
        "barev, im anuny Anahit e, xohanoc e petq Gyumrium ays shabat, byuje 1.5 mln, 099 123456",
        "Anahit",
        "Gyumri",
    ),
    "az": (
        "salam, adım Aysel, mətbəx lazımdır, bu həftə, büdcə 1,5 milyon, Gyumri, +374 99 123456",
        "Aysel",
        "Gyumri",
    ),
}


@pytest.mark.parametrize("language", ALL_AT_ONCE)
def test_everything_at_once_needs_no_question(chat: Chat, language: str) -> None:
    text, name, city = ALL_AT_ONCE[language]
    chat.say(text)
    assert (len(chat.said), chat.run.state["asked"]) == (1, {})
    assert chat.lead.answers == known(raw=city, **GYUMRI)
    assert (chat.contact.name, chat.contact.language, chat.points) == (name, language, PHONE)
    assert chat.judged == (12, "A", "qualified")
    assert (chat.conversation.handoff["reason"], chat.card["missing"]) == ("qualified", [])


def test_mixed_order_and_languages(chat: Chat) -> None:
    assert chat.say("barev, inch arji?").endswith("Ի՞նչ կցանկանայիք պատվիրել։")
    assert chat.say("budget 1.5 mln, 099 123456") == "Ի՞նչ կցանկանայիք պատվիրել։"
    assert chat.say("нужна кухня").endswith("Когда хотели бы начать?")
    assert chat.say("bu həftə").endswith("Hansı şəhərdəsiniz?")
    assert chat.say("I am Anna").endswith("Hansı şəhərdəsiniz?")
    assert chat.say("Gyumri") == "Təşəkkür edirik, Anna! Satış şöbəsindən həmkarım Sizə burada cavab verəcək."
    assert chat.lead.answers == known(raw="Gyumri", **GYUMRI)
    assert (chat.contact.name, chat.points, chat.judged) == ("Anna", PHONE, (12, "A", "qualified"))
    assert chat.run.state["asked"] == {"interest": 2, "start": 1, "city": 2}
    sources = dict(LeadAnswer.objects.filter(lead=chat.lead).values_list("criterion__key", "source"))
    assert sources == {"interest": "flow", "budget": "free_text", "start": "flow", "city": "flow"}


def test_buttons_are_enough(chat: Chat) -> None:
    chat.visitor.choose("I want to buy", "sales", type="goal")
    chat.say("+374 99 123456")
    assert [each["label"] for each in chat.said[-1].quick_replies] == [
        "Kitchen",
        "Wardrobe",
        "Sofa",
        "Whole home",
    ]
    chat.tap("Whole home")
    chat.tap("Within a month")
    chat.tap("About 1 million")
    assert chat.lead.answers == {"interest": "whole_home", "start": 30, "budget": amount(1_000_000)}
    assert chat.judged == (10, "A", "qualified")
    assert chat.lead.title == "Whole home"


def test_a_button_that_gives_a_question_up_is_not_asked_again(chat: Chat) -> None:
    chat.say("hello, how much is a kitchen?", "+374 99 123456")
    assert chat.tap("Not sure yet").startswith("No problem, we can clear that up later.")
    chat.say("700k", "Gyumri", "Anna")
    assert chat.run.state["asked"]["start"] == 1
    assert chat.card["missing"] == ["start"]
    assert chat.judged == (5, "B", "unknown")


def test_an_answer_is_corrected(chat: Chat) -> None:
    chat.say("hello, how much is a kitchen?", "+374 99 123456", "this week", "700k")
    assert chat.judged == (9, "A", "qualified")
    assert chat.pending == "city"

    assert chat.say("actually 1.5 million") == ("Noted, I've changed that.\n\nWhich city are you in?")
    assert chat.lead.answers == {"interest": "kitchen", "start": 7, "budget": amount(1_500_000)}
    assert chat.lead.value == 1_500_000
    assert chat.judged == (12, "A", "qualified")
    assert chat.say("actually a sofa, not a kitchen").startswith("Noted, I've changed that.")
    assert (chat.lead.answers["interest"], chat.lead.title) == ("sofa", "Sofa")
    assert chat.judged == (11, "A", "qualified")
    budgets = LeadAnswer.objects.filter(lead=chat.lead, criterion__key="budget").order_by("pk")
    assert [(row.value, row.superseded_at is None) for row in budgets] == [
        (amount(700_000), False),
        (amount(1_500_000), True),
    ]


def test_the_title_is_the_first_choice_unless_a_person_wrote_one(chat: Chat) -> None:
    from core.events.actor import SYSTEM
    from crm.pipeline.operations import update_lead

    chat.say("hello, how much is it?")
    assert chat.lead.title == f"Web chat #{chat.conversation.pk}"
    update_lead(lead_id=chat.lead.pk, actor=SYSTEM, title="The hotel in Dilijan")
    chat.say("a kitchen")
    assert (chat.lead.title, chat.lead.answers) == ("The hotel in Dilijan", {"interest": "kitchen"})


def test_the_title_is_in_the_language_of_the_company(chat: Chat) -> None:
    from django.core.cache import cache

    from core.company.models import CompanyProfile

    CompanyProfile.objects.update(language="hy")
    cache.clear()
    chat.say("hello, how much is a kitchen?")
    assert chat.lead.title == "Խոհանոց"


def test_what_the_contact_left_early_is_not_asked(chat: Chat) -> None:
    chat.visitor.open()
    chat.visitor.send(
        {"type": "contact", "contact": {"name": "Anna", "phone": "+374 99 123456", "email": ""}}
    )
    assert chat.say("hello, how much is a kitchen?").endswith("When would you like to start?")
    assert (
        chat.say("this week", "1.5 mln", "Gyumri")
        == "Thank you, Anna! A colleague from sales will answer you here."
    )
    assert chat.run.state["asked"] == {"start": 1, "budget": 1, "city": 1}
    assert chat.judged == (12, "A", "qualified")
