"""A customer is no form: one journey per complication of spec 5.3, in four languages over two channels."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from automation.flows.models import FlowRun
from bookings.appointments.models import Booking
from bookings.services.models import Service
from conversations.accounts.models import ChannelAccount
from conversations.threads.models import Attachment, Conversation
from conversations.threads.operations import hand_back, reply, resolve, take_over
from core.access.models import User
from core.due.models import DueRow, DueStatus
from core.events.actor import Actor
from crm.duplicates.operations import merge_contacts
from crm.pipeline.models import Lead
from crm.quotes.models import QuoteVersion
from tests.journeys.booking import local
from tests.journeys.chat import Chat
from tests.journeys.playbooks import MIXED, PHONE, Somebody, languages_of, plain, play
from tests.journeys.telegram import TelegramChat
from tests.journeys.test_interruptions import OGG, PNG
from tests.support import work_off

pytestmark = pytest.mark.django_db(transaction=True)
IN_FOUR = pytest.mark.parametrize(("language", "channel"), MIXED)

PRICE = {
    "en": "hi, how much is a kitchen?",
    "ru": "добрый день, сколько стоит кухня?",
    "hy": "բարև ձեզ, ի՞նչ արժե խոհանոցը",
    "az": "salam, mətbəx neçəyədir?",
}
SOON = {"en": "this week", "ru": "на этой неделе", "hy": "այս շաբաթ", "az": "bu həftə"}
FOUR_METRES = {"en": "4 metres", "ru": "4 метра", "hy": "4 մետր", "az": "4 metr"}


@IN_FOUR
def test_out_of_order(somebody: Somebody, channel: str, goods: None, language: str) -> None:
    """What comes before its question is not asked: phone and time stand before the wish."""
    play("quote", somebody.account)
    somebody.say(f"{SOON[language]}, {PHONE}")
    assert somebody.points == {"phone": "+37499123456"}
    somebody.say(PRICE[language])
    assert somebody.pending == "custom.metres"
    assert somebody.lead.answers == {"interest": "kitchen", "start": 7}
    assert not {"start", "contact.reach"} & set(somebody.run.state["asked"])
    assert languages_of(somebody) == {language}


AT_ONCE = {
    "en": "hello, I'd like to book a visit about a kitchen on Thursday at 15:00, my phone is +374 99 123456",
    "ru": "здравствуйте, хочу записаться на визит насчёт кухни в четверг в 15:00, мой телефон +374 99 123456",
    "hy": "բարև ձեզ, ուզում եմ գրանցվել այցի խոհանոցի համար հինգշաբթի 15:00, հեռախոսս +374 99 123456",
    "az": "salam, mətbəx üçün görüşə yazılmaq istəyirəm, cümə axşamı saat 15:00, nömrəm +374 99 123456",
}
WORDS = {"en": "the worktop", "ru": "столешница", "hy": "սեղանատախտակը", "az": "üzlük məsələsi"}
NAMES = {"en": "Mary", "ru": "Мария", "hy": "Մարիամ", "az": "Aysel"}


@IN_FOUR
def test_all_at_once(somebody: Somebody, channel: str, visits: Service, language: str) -> None:
    """Everything in the first message: the time is kept at once, only what is missing is asked."""
    play("book", somebody.account)
    somebody.is_called(NAMES[language])
    somebody.say(AT_ONCE[language])
    assert Booking.objects.get().starts_at == local("03-05 15:00")
    if channel == "webchat":
        assert somebody.pending == "contact.name"
        somebody.say(NAMES[language])
    assert somebody.pending == "note.purpose"
    somebody.say(WORDS[language])
    somebody.tap(somebody.labels[0])
    assert Booking.objects.get().status == "confirmed"
    assert set(somebody.run.state["asked"]) <= {"contact.name", "note.purpose", "meeting.confirm"}
    assert (somebody.lead.answers["interest"], somebody.points) == ("kitchen", {"phone": "+37499123456"})
    assert languages_of(somebody) == {language}


MIND = {
    "en": "actually not a kitchen, a wardrobe",
    "ru": "точнее, не кухню, а шкаф",
    "hy": "ավելի ճիշտ, ոչ թե խոհանոց, այլ պահարան",
    "az": "daha doğrusu, mətbəx yox, şkaf",
}


@IN_FOUR
def test_change_of_mind(somebody: Somebody, channel: str, goods: None, anna: User, language: str) -> None:
    """The wish changes in the middle: the price is that of the new one, nothing known is asked again."""
    play("quote", somebody.account)
    for text in (PRICE[language], PHONE, SOON[language]):
        somebody.say(text)
    somebody.say(MIND[language])
    assert (somebody.lead.answers["interest"], somebody.pending) == ("wardrobe", "custom.metres")
    somebody.say(FOUR_METRES[language])
    somebody.tap(somebody.labels[0])
    version = QuoteVersion.objects.get()
    assert next(line.product.code for line in version.lines.order_by("position")) == "WARDROBE"
    assert somebody.run.state["asked"]["contact.reach"] == somebody.run.state["asked"]["start"] == 1


SIDE = {
    "en": ("do you deliver?", "Delivery is in the quote as a line of its own"),
    "ru": ("а доставка есть?", "Доставка стоит в предложении отдельной строкой"),
    "hy": ("առաքում կա՞", "Առաքումն առաջարկում առանձին տողով է"),
    "az": ("çatdırılma var?", "Çatdırılma təklifdə ayrıca sətirdir"),
}


@IN_FOUR
def test_a_side_question_with_return(somebody: Somebody, channel: str, goods: None, language: str) -> None:
    play("quote", somebody.account)
    somebody.say(PRICE[language])
    question, answer = SIDE[language]
    said = somebody.say(question)
    assert said.startswith(answer)
    assert somebody.pending == "contact.reach"
    assert len(said.split("\n\n")) == 2
    somebody.say(PHONE)
    assert somebody.pending == "start"
    assert languages_of(somebody) == {language}


def sends(somebody: Somebody, kind: str) -> str:
    """A photo or a voice note, and the answer to it."""
    if isinstance(somebody, Chat):
        name, content = ("room.png", PNG) if kind == "photo" else ("note.ogg", OGG)
        return somebody.say(
            "", type="attachment", attachments=[somebody.visitor.upload(name, content).json()["id"]]
        )
    if kind == "photo":
        return somebody.does("photo", b"\xff\xd8\xff\xe0" + bytes(300))
    return somebody.does(
        "send", voice={"file_id": "v1", "file_unique_id": "v", "duration": 4, "file_size": 900}
    )


@IN_FOUR
@pytest.mark.parametrize("kind", ["photo", "voice"])
def test_a_photo_and_a_voice_note(
    somebody: Somebody, channel: str, goods: None, language: str, kind: str
) -> None:
    """It is kept for the team, thanked for, and the open question comes again; then words go on from there."""
    play("quote", somebody.account)
    somebody.say(PRICE[language])
    said = sends(somebody, kind)
    assert len(said.split("\n\n")) == 2
    assert (somebody.pending, somebody.run.state["asked"]["contact.reach"]) == ("contact.reach", 2)
    attached = Attachment.objects.get(message__conversation=somebody.conversation)
    assert attached.kind == ("image" if kind == "photo" else "audio")
    somebody.say(PHONE)
    assert (somebody.pending, somebody.points) == ("start", {"phone": "+37499123456"})
    assert languages_of(somebody) == {language}


@IN_FOUR
def test_silence(somebody: Somebody, channel: str, goods: None, language: str) -> None:
    """After 45 minutes the open question once more, and never a second time."""
    play("quote", somebody.account)
    said = somebody.say(PRICE[language])
    assert somebody.wait(minutes=44) == ""
    reminder = somebody.wait(minutes=1)
    assert plain(said).endswith(plain(reminder).split("\n\n")[-1])
    assert somebody.wait(hours=6) == ""
    somebody.say(PHONE)
    assert somebody.pending == "start"
    assert languages_of(somebody) == {language}


@IN_FOUR
def test_take_over_and_hand_back(
    somebody: Somebody, channel: str, goods: None, anna: User, language: str
) -> None:
    """While a person speaks the flow is quiet and keeps what it hears; handed back, it asks what is still unknown."""
    play("quote", somebody.account)
    somebody.say(PRICE[language])
    pk = somebody.conversation.pk
    take_over(conversation_id=pk, user=anna)
    assert somebody.say(f"{PHONE}, {SOON[language]}") == ""
    reply(conversation_id=pk, user=anna, text="👍")
    work_off()
    assert somebody.wait(hours=1) == ""
    before = len(somebody.said)
    hand_back(conversation_id=pk, user=anna)
    work_off()
    assert len(somebody.said) == before + 1
    assert (somebody.pending, somebody.conversation.handler) == ("custom.metres", "flow")
    assert somebody.lead.answers == {"interest": "kitchen", "start": 7}
    assert somebody.points == {"phone": "+37499123456"}


@pytest.mark.parametrize("language", ["en", "ru", "hy", "az"])
def test_the_same_person_goes_on_over_another_channel(
    chat: Chat, phone: TelegramChat, bot: ChannelAccount, goods: None, anna: User, language: str
) -> None:
    """Known on Telegram from before, begun on the site, gone on over Telegram: nothing is asked again there, and the
    site is quiet.
    """
    phone.say("hello")
    resolve(conversation_id=phone.conversation.pk, user=anna)
    Lead.objects.all().delete()
    play("quote", chat.account)
    play_on(bot)
    chat.clock.shift(timedelta(days=9))
    chat.say(PRICE[language], PHONE)
    assert chat.pending == "start"
    merge_contacts(
        winner=chat.contact,
        loser=phone.conversation.contact,
        actor=Actor.of(anna),
        by=anna,
        now=timezone.now(),
    )
    lead, site = chat.lead, chat.conversation.pk

    phone.say(SOON[language])
    there = phone.conversation
    assert (there.lead, Lead.objects.count()) == (lead, 1)
    assert not FlowRun.objects.filter(conversation=site).exists()
    run = FlowRun.objects.get(conversation=there)
    assert run.state["pending"] == "custom.metres"
    assert run.state["asked"] == {"contact.reach": 1, "start": 1, "custom.metres": 1}
    assert phone.lead.answers == {"interest": "kitchen", "start": 7}
    before = Conversation.objects.get(pk=site).last_sequence
    waiting = DueRow.objects.filter(kind="flow.silence", status=DueStatus.PENDING)
    assert [row.conversation_id for row in waiting] == [there.pk]
    assert phone.wait(minutes=46)
    assert Conversation.objects.get(pk=site).last_sequence == before


def play_on(account: ChannelAccount) -> None:
    account.flow_key = "quote"
    account.save()
