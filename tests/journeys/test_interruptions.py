"""What breaks into the story: side questions, a wish for a person, stop, no, anger, files, noise (spec 1.3, 5.3)."""

from __future__ import annotations

import pytest

from conversations.threads.models import Attachment
from crm.consent.models import ConsentRecord
from crm.consent.queries import has_opted_out, may
from tests.journeys.chat import Chat

pytestmark = pytest.mark.django_db

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)
OGG = b"OggS\x00\x02" + bytes(22) + b"\x01\x13OpusHead\x01\x01"

SIDE_QUESTIONS = {
    "en": (
        "hello, how much is it?",
        "do you deliver?",
        "We deliver and install all over Armenia, the cost depends on the address.\n\nWhat would you like to have made?",
        "and what about the warranty?",
        "Our furniture comes with a two-year warranty.\n\nWhat would you like to have made?",
    ),
    "ru": (
        "сколько стоит?",
        "а доставка есть?",
        "Доставляем и устанавливаем по всей Армении, стоимость зависит от адреса.\n\nЧто Вы хотели бы заказать?",
        "какая гарантия?",
        "На нашу мебель действует гарантия два года.\n\nЧто Вы хотели бы заказать?",
    ),
    "hy": (
        "inch arji?",
        "araqum ka?",
        "Առաքում և տեղադրում ենք ամբողջ Հայաստանում, արժեքը կախված է հասցեից։\n\nԻ՞նչ կցանկանայիք պատվիրել։",
        "erashxiq kа?",
        "Մեր կահույքն ունի երկու տարվա երաշխիք։\n\nԻ՞նչ կցանկանայիք պատվիրել։",
    ),
    "az": (
        "qiymət neçədir?",
        "catdirilma var?",
        "Bütün Ermənistan üzrə çatdırır və quraşdırırıq, qiyməti ünvandan asılıdır.\n\nNə sifariş etmək istərdiniz?",
        "zemanet verirsiniz?",
        "Mebelimizə iki il zəmanət veririk.\n\nNə sifariş etmək istərdiniz?",
    ),
}


@pytest.mark.parametrize("language", SIDE_QUESTIONS)
def test_a_side_question_is_answered_and_the_question_comes_again(chat: Chat, language: str) -> None:
    opening, first, first_answer, second, second_answer = SIDE_QUESTIONS[language]
    chat.say(opening)
    assert chat.say(first) == first_answer
    assert chat.say(second) == second_answer
    assert (chat.pending, chat.lead.answers) == ("interest", {})


def test_an_answer_with_a_side_question_goes_on_from_there(chat: Chat) -> None:
    chat.say("hello, how much is it?")
    assert chat.say("a kitchen, and what about the warranty?") == (
        "Our furniture comes with a two-year warranty.\n\n"
        "If the chat closes, our answer won't be lost. What phone number or email can we answer to?"
    )
    assert chat.lead.answers == {"interest": "kitchen"}


PERSON = {
    "en": ("hello, how much is a kitchen?", "I want to talk to a person", "I'm passing this to a colleague"),
    "ru": ("здравствуйте, сколько стоит кухня?", "позовите человека", "Передаю разговор коллеге"),
    "hy": ("barev, xohanocn inch arji?", "mardu het uzum em xosel", "Զրույցը փոխանցում եմ գործընկերոջս"),
    "az": ("salam, mətbəx neçəyədir?", "adamla danışmaq istəyirəm", "Söhbəti həmkarıma ötürürəm"),
}


@pytest.mark.parametrize("language", PERSON)
def test_a_person_at_once_with_what_is_known(chat: Chat, language: str) -> None:
    opening, wish, answer = PERSON[language]
    chat.say(opening)
    assert chat.say(wish).startswith(answer)
    conversation = chat.conversation
    assert (conversation.handler, conversation.status, conversation.urgency) == ("queue", "waiting_us", 1)
    assert conversation.handoff["reason"] == "asked_for_person"
    assert chat.card == {
        "goal": "sales",
        "language": language,
        "facts": [["interest", "kitchen"]],
        "contact": [],
        "notes": [],
        "missing": ["contact.reach", "start", "budget", "city", "contact.name"],
        "unanswered": "contact.reach",
        "last_text": wish,
        "next_step": "answer_now",
        "intent": "price",
        "answer_within": 10,
    }


def test_after_the_wish_for_a_person_facts_are_kept_in_silence(chat: Chat) -> None:
    chat.say("hello, how much is a kitchen?", "a person please")
    assert chat.say("my budget is 700k, +374 99 123456") == ""
    assert chat.lead.answers["budget"] == {"amount": "700000.0000", "currency": "AMD"}
    assert chat.points == {"phone": "+37499123456"}
    assert chat.judged == (5, "B", "unknown")


STOP = {
    "en": ("stop, don't write to me", "Understood, no more offers or reminders from us."),
    "ru": ("не пишите мне больше", "Понятно, больше не будем присылать предложения и напоминания."),
    "hy": ("el mi greq indz", "Հասկանալի է, այլևս առաջարկներ և հիշեցումներ չենք ուղարկի։"),
    "az": ("mənə yazmayın", "Aydındır, Sizə daha təklif və xatırlatma göndərməyəcəyik."),
}


@pytest.mark.parametrize("language", STOP)
def test_stop_is_confirmed_once_and_withdraws_consent(chat: Chat, language: str) -> None:
    words, answer = STOP[language]
    chat.say("hello, how much is a kitchen?")
    assert chat.say(words).startswith(answer)
    assert has_opted_out(chat.contact)
    assert (may(chat.contact, "follow_up"), may(chat.contact, "reply")) == (False, True)
    assert set(ConsentRecord.objects.values_list("granted", "source", "text")) == {(False, "webchat", words)}
    assert chat.lead.stage_kind == "open"
    assert chat.wait(hours=3) == ""
    assert chat.say(words) == ""


NOT_INTERESTED = {
    "en": "not interested, thanks",
    "ru": "спасибо, уже не интересует",
    "hy": "chem hetaqrqrvum",
    "az": "maraqlı deyil",
}


@pytest.mark.parametrize("language", NOT_INTERESTED)
def test_not_interested_loses_the_lead_and_leaves_consent_alone(chat: Chat, language: str) -> None:
    chat.say("hello, how much is a kitchen?")
    assert chat.say(NOT_INTERESTED[language])
    lead = chat.lead
    assert (lead.stage.name, lead.stage_kind, lead.lost_reason.code) == ("Lost", "lost", "not_interested")
    assert not ConsentRecord.objects.exists()
    assert may(chat.contact, "follow_up")
    assert chat.wait(hours=3) == ""


@pytest.mark.parametrize(
    ("words", "reason", "urgency"),
    [
        ("the wardrobe arrived with a broken door", "damaged", 2),
        ("this is a disgrace, you never answer", "complaint", 1),
        ("ужасный сервис, я очень недоволен", "complaint", 1),
        ("деньги списали два раза, а заказа нет", "payment", 2),
    ],
)
def test_trouble_goes_to_support_at_once(chat: Chat, words: str, reason: str, urgency: int) -> None:
    chat.say(words)
    conversation = chat.conversation
    assert (conversation.handoff["reason"], conversation.urgency) == (reason, urgency)
    assert (conversation.handler, conversation.waiting_since) == ("queue", conversation.last_message_at)
    assert chat.lead.answers == {}


def test_only_emoji_get_the_question_then_a_person(chat: Chat) -> None:
    assert chat.say("👍") == "Hello! This is Aregak Interiors.\n\nWhat can we help you with?"
    assert chat.say("🙂") == "What can we help you with?"
    assert "If you'd rather talk to a person, just say so." in chat.say("🎉🎉")
    chat.say("🙃")
    assert chat.conversation.handoff["reason"] == "not_understood"
    assert chat.lead.answers == {}


def test_a_photo_and_a_voice_note(chat: Chat) -> None:
    chat.say("hello, how much is it?")
    photo = chat.visitor.upload("room.png", PNG).json()["id"]
    assert chat.say("", type="attachment", attachments=[photo]) == (
        "Thank you, I've passed this on to the team.\n\nWhat would you like to have made?"
    )
    voice = chat.visitor.upload("note.ogg", OGG).json()["id"]
    assert chat.say("", type="attachment", attachments=[voice]).startswith(
        "Thank you for the voice note, a colleague will listen to it."
    )
    attached = Attachment.objects.filter(message__conversation=chat.conversation).order_by("pk")
    assert list(attached.values_list("kind", "name")) == [("image", "room.png"), ("audio", "note.ogg")]
    assert (chat.pending, chat.conversation.handler) == ("interest", "flow")


def test_another_goal_in_the_middle(chat: Chat) -> None:
    chat.say("hello, how much is it?")
    chat.say("by the way, my wardrobe is broken, the door does not close")
    assert chat.say("+374 99 123456") == "Thank you. A colleague from support will answer you here."
    assert (chat.conversation.goal, chat.conversation.handoff["reason"]) == ("support", "support")
    assert chat.card["notes"] == [["detail", "by the way, my wardrobe is broken, the door does not close"]]
    assert chat.lead.answers == {}
