"""A customer helps themselves in the chat (spec 11.3): asked in any language, answered, counted."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from automation.flows.models import FlowRun
from conversations.articles.models import Asked, Unanswered
from conversations.articles.operations import NoticeDraft, add_notice
from conversations.articles.queries import forget
from core.events.actor import SYSTEM
from desk.demo.articles import install_articles
from tests.journeys.booking import labels
from tests.journeys.chat import Chat

pytestmark = pytest.mark.django_db(transaction=True)

ASKED = {
    "en": ("is there parking at your place?", "Parking in the yard is free", "Does this help you?"),
    "ru": ("есть ли у вас парковка?", "Парковка во дворе бесплатная", "Это Вам помогло?"),
    "hy": ("կայանատեղի ունե՞ք", "Բակում կայանումն անվճար է", "Սա օգնե՞ց Ձեզ։"),
    "az": ("dayanacaq varmı?", "Həyətdə dayanacaq pulsuzdur", "Bu, Sizə kömək etdi?"),
}


@pytest.fixture(autouse=True)
def _articles(db: None) -> None:
    forget()
    install_articles()


@pytest.mark.parametrize("language", list(ASKED))
def test_a_question_is_answered_in_the_language_it_was_asked_in(chat: Chat, language: str) -> None:
    question, answer, helped = ASKED[language]
    said = chat.say(question)
    assert answer in said
    assert said.endswith(helped)
    chat.tap(labels(chat)[0])
    row = Asked.objects.get()
    assert (row.article.slug, row.outcome, row.language, row.via) == ("showroom", "helped", language, "chat")


def test_who_was_not_helped_comes_to_a_person_with_the_card(chat: Chat) -> None:
    chat.say("is there parking?")
    chat.tap("No, not yet")
    assert chat.conversation.handler == "queue"
    assert chat.conversation.handoff["reason"] == "article_not_enough"
    assert Asked.objects.get().outcome == "handed_over"


def test_by_the_way_the_flow_goes_on_with_its_question(chat: Chat) -> None:
    asked = chat.say("hello, how much is a kitchen?").split("\n\n")[-1]
    said = chat.say("do you have parking?")
    assert "Parking in the yard is free" in said
    assert said.endswith("What phone number or email can we answer to?")
    assert asked.endswith("What phone number or email can we answer to?")
    assert Asked.objects.get().outcome == "shown"


def test_a_known_problem_is_told_first(chat: Chat) -> None:
    texts = {"en": "Because of snow deliveries are two days late.", "ru": "Из-за снега доставка опаздывает."}
    starts = datetime(2026, 3, 1, tzinfo=UTC)
    add_notice(
        draft=NoticeDraft(name="Snow", texts=texts, starts_at=starts, goals=("delivery",)), actor=SYSTEM
    )
    said = chat.say("здравствуйте, когда доставка?")
    assert "Из-за снега доставка опаздывает." in said


def test_outside_hours_the_article_comes_with_the_away_text(chat: Chat) -> None:
    chat.wait(hours=9)
    said = chat.say("I want to talk to a person, where is the showroom?")
    assert "Until then this may already help:" in said
    assert "The showroom is in Yerevan." in said
    assert Asked.objects.get().via == "away"


def test_what_nothing_answers_is_kept_for_a_writer(chat: Chat) -> None:
    chat.say("hello, how much is a kitchen?", "hm zork my quibble blue")
    assert [each.message.text for each in Unanswered.objects.all()] == ["hm zork my quibble blue"]
    assert FlowRun.objects.count() == 1
