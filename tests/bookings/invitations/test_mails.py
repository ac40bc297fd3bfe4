"""Invitations by mail: after the booking stands, once, and never an old state over a new one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.message import Message
from smtplib import SMTPServerDisconnected
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from icalendar import Calendar

from bookings.appointments.models import Booking
from bookings.appointments.operations import cancel, mark, move
from bookings.invitations.queries import feed_of, ics_of
from core.due.models import DueRow, DueStatus
from core.events.actor import CUSTOMER, SYSTEM
from crm.contacts.models import Contact
from tests.factories.bookings import MONDAY, make_booking, make_hold, make_resource, make_service
from tests.factories.crm import ContactFactory, PhoneFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("firm")]

Work = Callable[[datetime], int]
START = datetime(2026, 6, 2, 6, tzinfo=UTC)


@pytest.fixture
def ani() -> Contact:
    contact: Contact = ContactFactory(name="Ani Petrosyan")
    PhoneFactory(contact=contact, kind="email", value="ani@example.com")
    return contact


def calendar_part(sent: Any) -> Message:
    [part] = [each for each in sent.message().walk() if each.get_content_type() == "text/calendar"]
    return part  # type: ignore[no-any-return]


def entry(part: Message) -> tuple[str, str, int, str]:
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    calendar = Calendar.from_ical(payload)
    [event] = calendar.walk("VEVENT")
    return str(calendar["METHOD"]), str(event["UID"]), int(event["SEQUENCE"]), str(event["STATUS"])


def test_booking_moving_and_cancelling_each_bring_a_mail_for_one_entry(ani: Contact, work_due: Work) -> None:
    booking = make_booking(make_service(), START, contact=ani)
    work_due(MONDAY)
    move(booking_id=booking.pk, starts_at=START + timedelta(hours=1), now=MONDAY, via="page", actor=CUSTOMER)
    work_due(MONDAY)
    cancel(booking_id=booking.pk, now=MONDAY, via="page", actor=CUSTOMER)
    work_due(MONDAY)
    uid = f"{booking.public_id}@parley"
    parts = [calendar_part(sent) for sent in mail.outbox]
    assert [entry(part) for part in parts] == [
        ("REQUEST", uid, 0, "CONFIRMED"),
        ("REQUEST", uid, 1, "CONFIRMED"),
        ("CANCEL", uid, 2, "CANCELLED"),
    ]
    assert [part.get_param("method") for part in parts] == ["REQUEST", "REQUEST", "CANCEL"]
    assert [str(part.get_content_charset()) for part in parts] == ["utf-8"] * 3
    first = mail.outbox[0]
    assert first.subject == "Showroom visit: Tue 2 June, 10:00 (Yerevan time)"
    assert first.to == ["Ani Petrosyan <ani@example.com>"]
    assert first.from_email == "Aregak Interiors <parley@localhost>"
    assert "You are booked: Showroom visit" in str(first.body)
    assert [name for name, _content, _mime in first.attachments] == ["invitation.ics"]


def test_what_was_overtaken_is_not_sent(ani: Contact, work_due: Work) -> None:
    booking = make_booking(make_service(), START, contact=ani)
    Booking.objects.filter(pk=booking.pk).update(revision=1)
    assert work_due(MONDAY) == 1
    assert mail.outbox == []


def test_a_mail_server_that_is_away_is_tried_again(
    ani: Contact, work_due: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking = make_booking(make_service(), START, contact=ani)
    with monkeypatch.context() as broken:

        def refuse(self: EmailBackend, messages: object) -> int:
            raise SMTPServerDisconnected("gone")

        broken.setattr(EmailBackend, "send_messages", refuse)
        work_due(MONDAY)
    booking.refresh_from_db()
    assert booking.status == "confirmed"
    row = DueRow.objects.get(kind="booking.invitation")
    assert (row.status, row.attempts) == (DueStatus.PENDING, 1)
    work_due(MONDAY + timedelta(minutes=1))
    assert len(mail.outbox) == 1


def test_without_an_address_nothing_is_due_and_a_hold_invites_nobody(ani: Contact) -> None:
    make_booking(make_service(), START)
    make_hold(make_service(), START, contact=ani)
    assert not DueRow.objects.filter(kind="booking.invitation").exists()


def test_the_file_of_a_cancelled_booking_takes_the_entry_back(ani: Contact) -> None:
    booking = make_booking(make_service(), START, contact=ani)
    cancelled = cancel(booking_id=booking.pk, now=MONDAY, via="page", actor=CUSTOMER)
    calendar = Calendar.from_ical(ics_of(cancelled, now=MONDAY))
    assert str(calendar["METHOD"]) == "CANCEL"


def test_a_feed_shows_whom_a_person_meets(ani: Contact, django_assert_num_queries: Any) -> None:
    anna = make_resource("Anna")
    service = make_service(anna, where={"en": "Teryan 5"})
    PhoneFactory(contact=ani, value="+37491234567")
    first = make_booking(service, START, contact=ani, purpose="a kitchen")
    mark(booking_id=first.pk, came=True, now=START, actor=SYSTEM)
    make_booking(service, START + timedelta(hours=1), contact=ani)
    gone = make_booking(service, START + timedelta(hours=2), contact=ani)
    cancel(booking_id=gone.pk, now=MONDAY, via="page", actor=CUSTOMER)
    make_hold(service, START + timedelta(hours=3))
    with django_assert_num_queries(3):
        written = feed_of(anna, now=MONDAY)
    events = Calendar.from_ical(written).walk("VEVENT")
    assert [str(event["SUMMARY"]) for event in events] == ["Ani Petrosyan: Showroom visit"] * 2
    assert "a kitchen" in str(events[0]["DESCRIPTION"])
    assert "+374 91 234567" in str(events[0]["DESCRIPTION"])
    assert str(events[0]["LOCATION"]) == "Teryan 5"
