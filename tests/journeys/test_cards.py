"""A card number is nowhere once a message is taken in: hidden, with a word to the customer and a mark for people."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client

from conversations.deliveries.models import DeliveryStatus, RawDelivery
from conversations.deliveries.operations import replay
from conversations.threads.models import Message
from conversations.threads.operations import add_note, reply
from core.access.models import User
from core.events.actor import Actor
from core.events.models import Event
from core.text.cards import HIDDEN
from crm.pipeline.operations import set_next_step
from tests.journeys.chat import Chat
from tests.journeys.telegram import TelegramChat
from tests.support import work_off

pytestmark = pytest.mark.django_db

CARD = "4111 1111 1111 1111"
TRACES = ("4111 1111", "41111111", "٤١١١")
STORY = {
    "en": (
        "hello, how much is it?",
        f"here it is: {CARD}",
        "For your safety please don't send card numbers here. I have removed it.\n\nWhat would you like to have made?",
    ),
    "ru": (
        "здравствуйте, сколько стоит?",
        f"вот: {CARD}",
        (
            "Ради Вашей безопасности не присылайте сюда номера карт, пожалуйста. Номер я удалил.\n\n"
            "Что Вы хотели бы заказать?"
        ),
    ),
    "hy": (
        "բարև, ինչ արժե՞",
        f"ահա՝ {CARD}",
        (
            "Ձեր անվտանգության համար խնդրում եմ քարտի համար այստեղ չուղարկել։ Ես այն հեռացրի։\n\n"
            "Ի՞նչ կցանկանայիք պատվիրել։"
        ),
    ),
    "az": (
        "salam, qiymət neçədir?",
        f"{CARD}",
        (
            "Təhlükəsizliyiniz üçün, xahiş edirəm, bura kart nömrəsi göndərməyin. Nömrəni sildim.\n\n"
            "Nə sifariş etmək istərdiniz?"
        ),
    ),
}


def traces() -> dict[str, int]:
    """In which table a piece of the number stands, whatever the column."""
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_models():
            if not model._meta.managed or model._meta.proxy:
                continue
            table = connection.ops.quote_name(model._meta.db_table)
            cursor.execute(f"SELECT count(*) FROM {table} AS row WHERE row::text ~ %s", ["|".join(TRACES)])
            (count,) = cursor.fetchone()
            if count:
                found[model._meta.label] = count
    bodies = [bytes(row.body).decode() for row in RawDelivery.objects.all()]
    if any(trace in body for trace in TRACES for body in bodies):
        found["bodies"] = 1
    return found


@pytest.mark.parametrize("language", STORY)
def test_it_is_hidden_before_anything_is_kept_and_the_customer_is_told(chat: Chat, language: str) -> None:
    opening, words, answer = STORY[language]
    chat.say(opening)
    assert chat.say(words) == answer
    message = chat.messages.filter(direction="in").last()
    assert message.text == words.replace(CARD, HIDDEN)
    assert chat.conversation.last_text.startswith(answer[:20])
    assert (chat.run.state["misses"], chat.pending) == (0, "interest")
    assert chat.lead.answers == {}
    told = Event.objects.get(name="message.card_removed")
    assert told.payload == {"message": str(message.public_id), "sequence": message.sequence}
    assert traces() == {}
    assert set(RawDelivery.objects.values_list("status", flat=True)) == {DeliveryStatus.DONE}


def test_what_stands_beside_it_is_understood(chat: Chat) -> None:
    chat.say("hello, how much is it?")
    answer = chat.say(f"a kitchen please, {CARD} 12/27 123, budget 1.5 mln dram, +374 99 123456")
    assert answer.startswith("For your safety please don't send card numbers here. I have removed it.\n\n")
    assert chat.lead.answers["interest"] == "kitchen"
    assert chat.lead.answers["budget"] == {"amount": "1500000.0000", "currency": "AMD"}
    assert chat.points == {"phone": "+37499123456"}
    assert f"{HIDDEN} 12/27 •••" in chat.messages.filter(direction="in").last().text
    assert traces() == {}


@pytest.mark.parametrize(
    "written", ["٤١١١ ١١١١ ١١١١ ١١١١", "4111\u200b1111\u200b1111\u200b1111", "4111-1111-1111-1111"]
)
def test_in_other_digits_and_with_marks_between_them(chat: Chat, written: str) -> None:
    chat.say(f"hello, {written}")
    assert chat.messages.get(direction="in").text == f"hello, {HIDDEN}"
    assert traces() == {}


def test_a_replayed_delivery_changes_nothing(chat: Chat) -> None:
    chat.say(f"how much is a kitchen? {CARD}")
    before = list(Message.objects.values_list("pk", "text"))
    replay(delivery=RawDelivery.objects.get())
    work_off()
    assert RawDelivery.objects.get().status == DeliveryStatus.DONE
    assert list(Message.objects.values_list("pk", "text")) == before


def test_while_a_person_speaks_nobody_is_interrupted(chat: Chat, anna: User, client: Client) -> None:
    chat.say("hello, how much is a kitchen?", "I want to talk to a person")
    assert chat.say(f"take it from {CARD}") == ""
    client.force_login(anna)
    page = client.get(f"/inbox/{chat.conversation.public_id}/", follow=True).content.decode()
    assert "A card number was removed." in page
    assert HIDDEN in page
    assert traces() == {}


def test_what_colleagues_write_is_hidden_too(chat: Chat, anna: User) -> None:
    chat.say("hello, how much is a kitchen?")
    conversation = chat.conversation
    add_note(conversation_id=conversation.pk, user=anna, text=f"paid with {CARD}")
    sent = reply(conversation_id=conversation.pk, user=anna, text=f"your card {CARD}?")
    set_next_step(lead_id=chat.lead.pk, text=f"charge {CARD}", due_at=None, actor=Actor.of(anna))
    work_off()
    assert sent.text == f"your card {HIDDEN}?"
    assert traces() == {}


def test_an_edited_message(phone: TelegramChat) -> None:
    phone.say("how much is a kitchen?")
    phone.does("edit", f"how much is a kitchen? {CARD}")
    assert phone.messages[0].text == f"how much is a kitchen? {HIDDEN}"
    assert traces() == {}


def test_an_order_number_and_a_phone_are_not_taken_for_one(chat: Chat) -> None:
    assert "card numbers" not in chat.say("where is my order 4111111111111111? +374 99 123456")
    assert "4111111111111111" in chat.messages.get(direction="in").text
