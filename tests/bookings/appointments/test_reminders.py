"""Reminders by the clock: due rows, what they send, and when they keep quiet (spec 9.4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail

from bookings.appointments.models import Booking, BookingStatus
from bookings.appointments.operations import acknowledge, cancel, mark, move
from conversations.threads.models import Conversation, ConversationStatus, Handler, Message
from core.company.models import CompanyProfile
from core.due.models import DueRow, DueStatus
from core.events.actor import CUSTOMER, SYSTEM
from core.notifications.models import Notification
from tests.factories.bookings import MONDAY, make_booking, make_hold, make_resource, make_service
from tests.factories.conversations import make_conversation, make_user
from tests.factories.crm import ContactFactory, PhoneFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("firm")]

Work = Callable[[datetime], int]
START = datetime(2026, 6, 3, 6, tzinfo=UTC)
"""Wednesday, 10:00 in Yerevan: two days after the booking."""
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def pending(kind: str = "booking.reminder") -> dict[str, datetime]:
    rows = DueRow.objects.filter(kind=kind, status=DueStatus.PENDING)
    return {row.key.partition(":")[2]: row.due_at for row in rows}


def chat_booking(conversation: Conversation, starts_at: datetime = START, **values: object) -> Booking:
    return make_booking(
        starts_at=starts_at, contact=conversation.contact, conversation=conversation, via="chat", **values
    )


def texts(conversation: Conversation) -> list[str]:
    return list(
        Message.objects.filter(conversation=conversation).order_by("sequence").values_list("text", flat=True)
    )


def test_three_reminders_come_by_the_clock_with_their_buttons(work_due: Work) -> None:
    conversation = make_conversation(handler=Handler.PERSON)
    booking = chat_booking(conversation)
    for before, number in ((24 * HOUR, 1), (2 * HOUR, 2), (10 * MINUTE, 3)):
        assert work_due(START - before - MINUTE) == 0
        assert work_due(START - before) == 1
        assert Message.objects.filter(conversation=conversation).count() == number
    first, second, third = texts(conversation)
    assert first.startswith("A short reminder: Showroom visit, Wed 3 June, 10:00 (Yerevan time).")
    assert second.startswith("See you soon: Showroom visit")
    assert third.startswith("We begin in 10 minutes: Showroom visit")
    message = Message.objects.filter(conversation=conversation).first()
    assert message is not None
    assert [reply["payload"] for reply in message.quick_replies] == [
        f"booking:{action}:{booking.public_id}" for action in ("coming", "other", "cancel")
    ]
    assert (message.author_kind, message.status) == ("system", "queued")


def test_what_is_booked_shortly_before_gets_only_the_last_one() -> None:
    make_booking(make_service(), MONDAY + 90 * MINUTE)
    assert pending() == {"10m": MONDAY + 80 * MINUTE}


def test_moving_takes_the_reminders_along(work_due: Work) -> None:
    conversation = make_conversation()
    booking = chat_booking(conversation)
    later = START + 24 * HOUR
    move(booking_id=booking.pk, starts_at=later, now=MONDAY, via="chat", actor=CUSTOMER)
    assert pending() == {"24h": later - 24 * HOUR, "2h": later - 2 * HOUR, "10m": later - 10 * MINUTE}
    assert work_due(START - 10 * MINUTE) == 0
    assert work_due(later - 24 * HOUR) == 1
    assert "Thu 4 June, 10:00" in texts(conversation)[0]


def test_a_cancelled_meeting_reminds_nobody(work_due: Work) -> None:
    conversation = make_conversation()
    booking = chat_booking(conversation)
    cancel(booking_id=booking.pk, now=MONDAY, via="chat", actor=CUSTOMER)
    assert pending() == {}
    assert work_due(START) == 0


def test_a_row_that_outlived_its_booking_is_dropped(work_due: Work) -> None:
    """As after a crash between two workers, or a change by hand."""
    conversation = make_conversation()
    booking = chat_booking(conversation)
    Booking.objects.filter(pk=booking.pk).update(revision=4)
    assert work_due(START - 24 * HOUR) == 1
    Booking.objects.filter(pk=booking.pk).update(revision=0, status=BookingStatus.CANCELLED)
    assert work_due(START - 2 * HOUR) == 1
    assert texts(conversation) == []


def test_reminders_are_never_late(work_due: Work) -> None:
    """The workers stood still until just before the meeting."""
    conversation = make_conversation()
    chat_booking(conversation)
    assert work_due(START - 4 * MINUTE) == 3
    assert texts(conversation) == []


def test_without_a_conversation_the_reminder_goes_by_mail(work_due: Work) -> None:
    contact = ContactFactory(name="Ani", language="ru")
    PhoneFactory(contact=contact, kind="email", value="ani@example.com")
    make_booking(starts_at=START, contact=contact, language="ru")
    work_due(MONDAY)
    mail.outbox.clear()
    work_due(START - 24 * HOUR)
    [message] = mail.outbox
    assert message.to == ["ani@example.com"]
    assert message.subject == "Визит в салон: ср, 3 июня, 10:00 (время в городе Ереван)"
    assert "Вам по-прежнему удобно?" in str(message.body)


def test_who_cannot_be_reached_is_called_by_a_colleague(work_due: Work) -> None:
    anna = make_user("Anna")
    make_booking(make_service(make_resource("Anna", user=anna)), START)
    Notification.objects.all().delete()
    work_due(START - 24 * HOUR)
    notification = Notification.objects.get()
    assert (notification.user, notification.kind) == (anna, "booking.unreachable")


def test_a_finished_conversation_stays_finished(work_due: Work) -> None:
    conversation = make_conversation(status=ConversationStatus.SOLVED, handler=Handler.FLOW)
    chat_booking(conversation)
    work_due(START - 24 * HOUR)
    conversation.refresh_from_db()
    assert conversation.status == ConversationStatus.SOLVED
    assert len(texts(conversation)) == 1


def test_a_newer_conversation_of_the_same_person_is_taken(work_due: Work) -> None:
    old = make_conversation(status=ConversationStatus.SOLVED)
    chat_booking(old)
    new = Conversation.objects.create(account=old.account, identity=old.identity, contact=old.contact)
    work_due(START - 24 * HOUR)
    assert (len(texts(old)), len(texts(new))) == (0, 1)


def test_the_answer_coming_is_noted_once(work_due: Work) -> None:
    booking = chat_booking(make_conversation())
    at = START - HOUR
    assert acknowledge(booking_id=booking.pk, now=at).acknowledged_at == at
    assert acknowledge(booking_id=booking.pk, now=at + MINUTE).acknowledged_at == at


def test_a_no_show_is_regretted_politely_unless_the_mark_is_taken_back(work_due: Work) -> None:
    conversation = make_conversation()
    booking = chat_booking(conversation)
    after = START + HOUR
    mark(booking_id=booking.pk, came=False, now=after, actor=SYSTEM)
    mark(booking_id=booking.pk, came=None, now=after, actor=SYSTEM)
    assert pending("booking.no_show") == {}
    mark(booking_id=booking.pk, came=False, now=after, actor=SYSTEM)
    DueRow.objects.filter(kind="booking.reminder").delete()
    assert work_due(after + 9 * MINUTE) == 0
    assert work_due(after + 10 * MINUTE) == 1
    [text] = texts(conversation)
    assert text.startswith("We missed you: Showroom visit, Wed 3 June, 10:00 (Yerevan time). It happens!")
    message = Message.objects.get(conversation=conversation)
    assert [reply["label"] for reply in message.quick_replies] == ["Another time"]


def test_a_hold_runs_out_by_itself(work_due: Work) -> None:
    held = make_hold(make_service(), START)
    assert work_due(MONDAY + 15 * MINUTE) == 1
    held.refresh_from_db()
    assert held.status == BookingStatus.EXPIRED


def test_colleagues_hear_of_what_customers_do_and_not_of_their_own_doing(firm: CompanyProfile) -> None:
    from core.events.actor import Actor

    anna = make_user("Anna")
    booking = make_booking(make_service(make_resource("Anna", user=anna)), START)
    cancel(booking_id=booking.pk, now=MONDAY, via="person", actor=Actor.of(anna))
    assert list(Notification.objects.values_list("kind", "params__when")) == [
        ("booking.confirmed", "03.06.2026 10:00")
    ]
