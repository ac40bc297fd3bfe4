"""Many messages at once, a contract passed on, noise and insults: all is kept, one sane answer comes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from automation.flows.engine.questions import PERSON
from conversations.deliveries.models import DeliveryStatus, RawDelivery
from conversations.deliveries.operations import process_next
from conversations.threads.models import Attachment
from core.due.models import DueRow
from core.events.models import Event
from crm.consent.queries import has_opted_out
from tests.journeys.chat import Chat
from tests.journeys.telegram import TelegramChat
from tests.support import work_off

pytestmark = pytest.mark.django_db

FACTS = ("+374 99 123456", "this week", "1.5 mln", "Gyumri")
CONTRACT = (
    "Договор поставки № 17. Поставщик обязуется передать товар на сумму 4 500 000 драм до 15 мая, "
    "телефон +374 91 000000, в случае нарушения обращается в суд. Отмена заказа невозможна. "
) * 60
SHORT_OPENING = "Hello! This is Aregak Interiors."


def test_fifty_messages_that_lie_there_are_answered_once(chat: Chat) -> None:
    lines = [
        "hello, how much is a kitchen?",
        *FACTS,
        *(f"and another thing {number}" for number in range(45)),
    ]
    for line in lines:
        chat.visitor.say(line)
    work_off()
    assert [each.text for each in chat.messages.filter(direction="in")] == lines
    assert len(chat.said) == 1
    assert chat.said[0].text.startswith(SHORT_OPENING)
    assert set(chat.lead.answers) >= {"interest", "start", "city"}
    assert chat.points == {"phone": "+37499123456"}
    assert chat.conversation.unread == 50
    note = chat.messages.get(direction="note")
    assert note.text == "30 messages within a minute. All are kept; those that came together get one answer."
    assert Event.objects.get(name="conversation.flooded").payload == {"count": 30}
    assert set(RawDelivery.objects.values_list("status", flat=True)) == {DeliveryStatus.DONE}
    assert not DueRow.objects.filter(kind="inbound.answer", status="pending").exists()


def test_fifty_messages_one_a_second_get_a_handful_of_answers(chat: Chat) -> None:
    for number in range(50):
        chat.clock.shift(timedelta(seconds=1))
        chat.visitor.say(f"blah {number} blah")
        work_off()
    chat.wait(seconds=5)
    assert chat.messages.filter(direction="in").count() == 50
    assert 1 <= len(chat.said) <= 9
    assert chat.messages.filter(direction="note").count() == 1
    assert not DueRow.objects.filter(kind="inbound.answer", status="pending").exists()
    assert chat.conversation.handoff["reason"] == "not_understood"


def test_a_thought_in_three_messages_gets_one_answer(phone: TelegramChat) -> None:
    for words in ("hi", "I need a kitchen", "in two weeks, +374 99 123456"):
        assert phone.customer.say(words) == 200
    work_off()
    assert len(phone.customer.texts) == 1
    assert phone.conversation.lead is not None
    assert {"interest", "start"} <= set(phone.conversation.lead.answers)


def test_a_message_that_waits_costs_less_than_an_answered_one(chat: Chat) -> None:
    chat.say("hello, how much is it?")
    chat.visitor.say("a kitchen")
    chat.visitor.say("this week")
    with CaptureQueriesContext(connection) as captured:
        assert process_next()
    waiting = len(captured)
    with CaptureQueriesContext(connection) as captured:
        assert process_next()
    begun = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    answered = [each["sql"] for each in captured if not each["sql"].startswith(begun)]
    assert waiting < len(captured)
    assert len(answered) <= 29, "\n".join(answered)


def test_stop_in_the_middle_of_a_burst_counts_at_once(chat: Chat) -> None:
    chat.say("hello, how much is a kitchen?")
    for words in ("listen", "stop, don't write to me", "and a sofa"):
        chat.visitor.say(words)
    work_off()
    chat.wait(seconds=20)
    assert has_opted_out(chat.contact)
    assert sum("no more offers" in each.text for each in chat.said) == 1


def test_a_tap_never_waits_and_what_waits_is_heard_before_it(chat: Chat) -> None:
    chat.say("hello")
    label = chat.said[-1].quick_replies[0]
    chat.visitor.say("my number is +374 99 123456")
    chat.visitor.choose(label["label"], label["payload"])
    work_off()
    assert chat.points == {"phone": "+37499123456"}
    assert chat.conversation.goal == "sales"


def test_a_burst_whose_last_word_never_came_is_answered_soon(chat: Chat) -> None:
    chat.say("hello, how much is it?")
    chat.visitor.say("a kitchen")
    chat.visitor.say("this week")
    assert process_next()
    RawDelivery.objects.filter(status="pending").update(status="parked")
    work_off()
    assert len(chat.said) == 1
    assert chat.wait(seconds=4).startswith("If the chat closes")
    assert chat.lead.answers == {"interest": "kitchen"}


def test_a_contract_is_kept_and_not_read(chat: Chat) -> None:
    chat.say("здравствуйте, сколько стоит?")
    assert len(CONTRACT) > 10_000
    answer = chat.say(CONTRACT)
    assert answer == (
        "Спасибо, коллега прочитает весь текст. Если хотите сразу поговорить с человеком, просто скажите.\n\n"
        "Что Вы хотели бы заказать?"
    )
    assert chat.messages.filter(direction="in").last().text == CONTRACT
    assert (chat.lead.answers, chat.points) == ({}, {})
    assert (chat.conversation.urgency, chat.conversation.handler, chat.pending) == (0, "flow", "interest")
    assert chat.run.state["misses"] == 0
    assert any("чел" in each["label"].lower() for each in chat.said[-1].quick_replies)


@pytest.mark.parametrize("noise", ["?!", "...", "—", "\u200b\u200f\u202e", "🏳️‍🌈", "٠"])
def test_noise_gets_the_question_again_and_no_complaint(chat: Chat, noise: str) -> None:
    chat.say("hello, how much is it?")
    answer = chat.say(noise)
    assert answer.endswith("What would you like to have made?")
    assert (chat.lead.answers, chat.pending) == ({}, "interest")


@pytest.mark.parametrize(
    ("opening", "words", "answer"),
    [
        ("hello, how much is it?", "кухня", "телефон"),
        ("здравствуйте, сколько стоит?", "I need a kitchen with an island please", "phone number"),
        ("barev, inch arji?", "a kitchen please, in English", "phone number"),
        ("salam, qiymət neçədir?", "мне нужна кухня", "телефон"),
    ],
)
def test_another_language_in_the_middle(chat: Chat, opening: str, words: str, answer: str) -> None:
    chat.say(opening)
    assert answer in chat.say(words)
    assert chat.lead.answers == {"interest": "kitchen"}


@pytest.mark.parametrize(
    "words",
    [
        "you are idiots and thieves!",
        "вы идиоты, обманщики!",
        "դուք խաբեբաներ եք, ապուշներ",
        "siz axmaqsınız, fırıldaqçılar!",
    ],
)
def test_an_insult_hurries_and_offers_a_person(chat: Chat, words: str) -> None:
    chat.say("hello, how much is it?")
    chat.say(words)
    assert chat.conversation.urgency >= 1
    offered = [each["payload"] for each in chat.said[-1].quick_replies]
    assert chat.conversation.handler == "queue" or PERSON in offered, chat.said[-1].text


def test_a_sticker_is_a_smile_and_no_file(phone: TelegramChat) -> None:
    phone.say("hello, how much is it?")
    sticker = {
        "file_id": "s",
        "file_unique_id": "u",
        "type": "regular",
        "width": 512,
        "height": 512,
        "emoji": "👍",
    }
    sticker |= {"is_animated": False, "is_video": False}
    assert phone.does("send", sticker=sticker) == "What would you like to have made?"
    attached = Attachment.objects.get(message__conversation=phone.conversation)
    assert attached.kind == "sticker"
    assert (phone.conversation.handler, phone.conversation.urgency) == ("flow", 0)
