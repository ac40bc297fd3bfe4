"""The main job on Telegram, over real sockets against a stand-in that speaks the Bot API (issue 3)."""

from __future__ import annotations

import pytest

from bookings.appointments.models import Booking
from bookings.appointments.operations import mark
from bookings.services.models import Service
from conversations.accounts.models import ChannelAccount
from conversations.deliveries.models import RawDelivery
from conversations.outbox.models import OutboxItem
from conversations.threads.models import Attachment
from conversations.threads.operations import reply
from core.access.models import User
from core.due.models import DueRow
from core.events.actor import Actor
from crm.consent.models import Purpose
from crm.consent.queries import has_opted_out, may
from tests.journeys.booking import local
from tests.journeys.telegram import TelegramChat
from tests.journeys.test_first_answer import STORIES
from tests.journeys.test_meetings import STORIES as MEETINGS
from tests.providers import telegram as provider
from tests.providers.telegram_customer import Customer
from tests.support import work_off

pytestmark = pytest.mark.django_db(transaction=True)
LANGUAGES = ("en", "ru", "hy", "az")
JPEG = b"\xff\xd8\xff\xe0" + bytes(300)
PDF = b"%PDF-1.7 " + bytes(300)


@pytest.mark.parametrize("language", LANGUAGES)
def test_from_the_first_message_to_a_qualified_lead(phone: TelegramChat, language: str) -> None:
    """Telegram tells the name, so that six answers are enough; the app's own language does not count."""
    story = STORIES[language]
    phone.customer.name, phone.customer.language = story.name, "en"
    replies = [phone.say(text) for text in story.says[:-1]]

    assert all(replies)
    assert replies[-1] == story.last
    conversation = phone.conversation
    assert conversation.lead is not None
    assert (conversation.lead.source, conversation.lead.answers) == ("telegram", story.facts)
    assert (conversation.lead.qualification, conversation.lead.score) == ("qualified", story.score)
    assert (conversation.contact.name, conversation.contact.language) == (story.name, language)
    assert (conversation.handler, conversation.handoff["reason"]) == ("queue", "qualified")
    assert {message.status for message in phone.messages} == {"received", "sent"}
    assert list(RawDelivery.objects.values_list("status", flat=True).distinct()) == ["done"]


KITCHEN = {"en": "Kitchen", "ru": "Кухня", "hy": "Խոհանոց", "az": "Mətbəx"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_buttons_are_tapped_and_each_tap_is_answered(phone: TelegramChat, language: str) -> None:
    phone.customer.language = language
    phone.does("start", "spring-sale")
    assert len(phone.buttons) == 4
    phone.tap(phone.buttons[0])
    assert phone.buttons[0] == KITCHEN[language]
    phone.tap(phone.buttons[0])

    lead = phone.conversation.lead
    assert lead is not None
    assert (lead.answers, lead.campaign) == ({"interest": "kitchen"}, "spring-sale")
    assert phone.conversation.language == language
    taps = [message for message in phone.messages if message.payload]
    assert [tap.text for tap in taps][1] == KITCHEN[language]
    answered = [call.values for call in phone.telegram.called("answerCallbackQuery")]
    assert [each["callback_query_id"] for each in answered] == [
        tap.external_id.removeprefix("callback:") for tap in taps
    ]


def test_start_once_more_is_a_greeting(phone: TelegramChat) -> None:
    first = phone.does("start")
    assert first.startswith("Hello, Anna!")
    assert "catch" not in phone.does("start")


def test_a_forged_secret_stores_nothing(bot: ChannelAccount, telegram: provider.TelegramStandIn) -> None:
    customer = Customer(telegram)
    update = {"message": customer.message(text="hello")}
    assert [telegram.deliver(update, secret=secret) for secret in ("", "wrong", "é")] == [403, 403, 403]
    assert RawDelivery.objects.count() == 0
    bot.refresh_from_db()
    assert bot.refused_count == 3


def test_the_same_update_twice_is_answered_once(phone: TelegramChat) -> None:
    phone.say("hello, how much is a kitchen?")
    again = {"message": phone.customer.last}
    assert phone.telegram.deliver(again, number=phone.telegram.bot.next_update) == 200
    work_off()
    assert len(phone.customer.texts) == 1
    assert len(phone.messages) == 2


def test_an_edit_changes_what_is_shown_and_is_not_answered(phone: TelegramChat) -> None:
    phone.say("hello, how much is a kichten?")
    assert phone.does("edit", "hello, how much is a kitchen?") == ""
    message = phone.messages[0]
    assert (message.text, message.edited_at is not None) == ("hello, how much is a kitchen?", True)


def test_a_reaction_is_a_quiet_line(phone: TelegramChat) -> None:
    phone.say("hello")
    number = phone.customer.received[0]["message_id"]
    assert phone.does("react", "👍", to=number) == ""
    line = phone.messages[-1]
    assert (line.raw_kind, line.text) == ("reaction", "👍")


def test_unknown_kinds_are_stored_and_shown_as_such(phone: TelegramChat) -> None:
    phone.say("hello")
    before = len(phone.customer.texts)
    phone.telegram.deliver({"hologram": {"from": phone.customer.person, "shape": "cube"}})
    phone.customer.send(story={"id": 1})
    work_off()
    assert [message.raw_kind for message in phone.messages[-2:]] == ["hologram", "story"]
    assert len(phone.customer.texts) == before


def test_whoever_blocks_the_bot_has_opted_out(phone: TelegramChat) -> None:
    phone.say("hello, how much is a kitchen?")
    assert phone.does("block") == ""
    contact = phone.conversation.contact
    assert (has_opted_out(contact), may(contact, Purpose.FOLLOW_UP, "telegram")) == (True, False)
    assert phone.messages[-1].raw_kind == "blocked"

    phone.does("unblock")
    assert may(contact, Purpose.FOLLOW_UP, "telegram")
    assert not may(contact, Purpose.MARKETING, "telegram")
    assert [message.raw_kind for message in phone.messages[-2:]] == ["blocked", "unblocked"]


def test_a_spoken_stop_outlives_unblocking(phone: TelegramChat) -> None:
    phone.say("hello, how much is a kitchen?", "stop, don't write to me")
    phone.does("block")
    phone.does("unblock")
    assert has_opted_out(phone.conversation.contact)


def test_blocked_while_we_answer(phone: TelegramChat, anna: User) -> None:
    phone.say("hello, how much is a kitchen?")
    phone.telegram.blocked.add(str(phone.customer.number))
    message = reply(conversation_id=phone.conversation.pk, user=anna, text="Good day")
    work_off()
    message.refresh_from_db()
    assert (message.status, message.error) == ("failed", "The customer has blocked the bot.")
    assert has_opted_out(phone.conversation.contact)
    phone.account.refresh_from_db()
    assert phone.account.last_error == ""


def test_asked_to_slow_down_we_wait_and_send_once(phone: TelegramChat) -> None:
    phone.telegram.outcomes["sendMessage"].append(provider.too_many(7))
    assert phone.say("hello, how much is a kitchen?") == ""
    item = OutboxItem.objects.get()
    assert (item.status, item.error) == ("pending", "Telegram asks us to write more slowly.")
    assert phone.wait(seconds=6) == ""
    assert phone.wait(seconds=2).startswith("Hello, Anna!")
    assert len(phone.customer.texts) == 1


@pytest.mark.parametrize("fault", [provider.BROKEN, provider.GATEWAY])
def test_what_certainly_did_not_arrive_is_sent_again(phone: TelegramChat, fault: provider.Outcome) -> None:
    phone.telegram.outcomes["sendMessage"].append(fault)
    assert phone.say("hello, how much is a kitchen?") == ""
    assert phone.wait(seconds=3).startswith("Hello, Anna!")
    assert len(phone.customer.texts) == 1


def test_what_may_have_arrived_is_not_sent_again_by_itself(phone: TelegramChat, anna: User) -> None:
    """Telegram knows no key by which it could tell a message sent twice: a person decides (docs/telegram.md)."""
    phone.say("hello, how much is a kitchen?")
    phone.telegram.outcomes["sendMessage"].append(provider.ACCEPTED_THEN_DROPPED)
    message = reply(conversation_id=phone.conversation.pk, user=anna, text="Good day")
    work_off()
    phone.wait(minutes=30)
    message.refresh_from_db()
    assert message.status == "failed"
    assert message.error.startswith(
        "The connection broke before it was confirmed: the message may have arrived."
    )
    assert phone.customer.texts.count("Good day") == 1


def test_a_worker_that_died_in_the_middle_doubles_nothing(phone: TelegramChat, anna: User) -> None:
    phone.say("hello, how much is a kitchen?")
    message = reply(conversation_id=phone.conversation.pk, user=anna, text="Good day")
    now = phone.conversation.last_message_at
    OutboxItem.objects.filter(message=message).update(attempts=1, claimed_until=now)
    phone.wait(minutes=2)
    message.refresh_from_db()
    assert (message.status, phone.customer.texts.count("Good day")) == ("failed", 0)


def test_a_picture_is_fetched_after_its_message_was_answered(phone: TelegramChat) -> None:
    phone.say("hello, how much is a kitchen?")
    phone.does("photo", JPEG, caption="+374 99 123456")
    attachment = Attachment.objects.get()
    assert (attachment.kind, attachment.mime, attachment.size) == ("image", "image/jpeg", len(JPEG))
    with attachment.file.open() as file:
        assert file.read() == JPEG
    assert phone.messages[2].text == "+374 99 123456"


def test_an_album_is_one_message_and_answered_once(phone: TelegramChat) -> None:
    phone.say("hello, how much is a kitchen?")
    before = len(phone.customer.texts)
    for number in range(3):
        phone.customer.photo(JPEG, album="900", caption="like these" if number == 0 else "")
    work_off()
    assert len(phone.customer.texts) == before + 1
    (album,) = [message for message in phone.messages if message.group_id]
    assert album.attachments.exclude(file="").count() == 3


def test_a_file_that_cannot_be_fetched_says_why(phone: TelegramChat) -> None:
    phone.say("hello")
    phone.does("document", "setup.exe", b"MZ" + bytes(100), mime="application/x-msdownload")
    phone.does("document", "plan.pdf", PDF + bytes(21 * 1024 * 1024))
    errors = list(Attachment.objects.order_by("pk").values_list("error", flat=True))
    assert errors == ["Files of this type are not taken, for safety.", "The file is too large to be fetched."]


def test_a_file_is_tried_again_while_telegram_is_away(phone: TelegramChat) -> None:
    phone.telegram.outcomes["getFile"].append(provider.BROKEN)
    phone.does("document", "plan.pdf", PDF)
    attachment = Attachment.objects.get()
    assert (attachment.file.name, attachment.error) == (
        "",
        "Telegram did not give the file: Internal Server Error",
    )
    phone.wait(seconds=5)
    attachment.refresh_from_db()
    assert (attachment.size, attachment.error) == (len(PDF), "")


def test_files_go_out_one_by_one_with_the_words_beside_the_last(phone: TelegramChat, anna: User) -> None:
    from django.core.files.base import ContentFile

    phone.say("hello, how much is a kitchen?")
    files = [("plan.pdf", "application/pdf", PDF), ("room.jpg", "image/jpeg", JPEG)]
    uploads = [
        Attachment.objects.create(
            account=phone.account,
            name=name,
            mime=mime,
            size=len(content),
            uploader=f"user:{anna.pk}",
            file=ContentFile(content, name),
        )
        for name, mime, content in files
    ]
    reply(
        conversation_id=phone.conversation.pk,
        user=anna,
        text="Here they are",
        attachments=[each.public_id for each in uploads],
    )
    work_off()
    document, picture = phone.telegram.called("sendDocument"), phone.telegram.called("sendPhoto")
    assert [call.files["document"] for call in document] == [("plan.pdf", PDF)]
    assert [(call.values["caption"], call.files["photo"]) for call in picture] == [
        ("Here they are", ("room.jpg", JPEG))
    ]


def test_a_shared_phone_number_is_the_contacts(phone: TelegramChat) -> None:
    phone.say("hello, how much is a kitchen?")
    answer = phone.does("share_phone", "37499123456")
    assert answer.count("Thank you") <= 1
    points = phone.conversation.contact.points.values_list("kind", "value")
    assert list(points) == [("phone", "+37499123456")]


def test_a_tap_long_ago_is_answered_all_the_same(phone: TelegramChat) -> None:
    old = provider.Outcome(
        400, "Bad Request: query is too old and response timeout expired or query ID is invalid"
    )
    phone.does("start")
    phone.telegram.outcomes["answerCallbackQuery"].append(old)
    phone.tap(phone.buttons[0], message={"chat": phone.customer.chat, "message_id": 2, "date": 0})
    assert not DueRow.objects.filter(kind="telegram.answer", status="pending").exists()
    assert phone.messages[2].text == "Price or new order"


def test_a_group_is_followed_to_its_new_id(phone: TelegramChat, anna: User) -> None:
    group = {"id": -4123, "title": "Kitchen", "type": "group"}
    phone.customer.send(chat=group, text="how much is a kitchen?")
    work_off()
    phone.telegram.outcomes["sendMessage"].append(provider.migrated(-1001234567890))
    message = reply(conversation_id=phone.conversation.pk, user=anna, text="Good day")
    work_off()
    message.refresh_from_db()
    assert (message.status, message.external_id) == ("sent", "-1001234567890:1")
    assert phone.conversation.thread_id == "-1001234567890"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("came", [True, False])
def test_booked_reminded_moved_and_seen_or_missed(
    phone: TelegramChat, visits: Service, anna: User, language: str, came: bool
) -> None:
    """The story to its end (issue 3, acceptance 1), all of it by taps and words on the phone."""
    story = MEETINGS[language]
    phone.customer.name = story.name.split()[-1]
    for text in story.says:
        answer = phone.say(text)
    assert answer.endswith(story.offer)
    phone.say(story.wish)
    assert phone.tap(phone.buttons[0]).startswith(story.booked)
    booking = Booking.objects.get()
    assert (booking.status, booking.starts_at) == ("confirmed", local("03-05 15:00"))

    phone.clock.move_to(local("03-04 15:00"))
    assert phone.wait(minutes=1)
    assert phone.tap(story.coming[0]) == story.coming[1]
    assert phone.say(story.move[0]).endswith(story.move[1])
    assert phone.say(story.other[0]).startswith(story.other[1])

    reminders = []
    for moment in ("03-05 16:00", "03-06 14:00", "03-06 15:50"):
        phone.clock.move_to(local(moment))
        reminders.append(phone.wait(minutes=0))
    assert all(reminders)
    after = local("03-06 16:40")
    phone.clock.move_to(after)
    booking = mark(booking_id=booking.pk, came=came, now=after, actor=Actor.of(anna))
    assert (booking.status, booking.starts_at) == ("attended" if came else "no_show", local("03-06 16:00"))
    assert bool(phone.wait(hours=1)) is not came
    assert {message.status for message in phone.messages} <= {"received", "sent"}
