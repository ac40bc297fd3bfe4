"""For whom a sequence begins: found in the database, and left alone where it should be (spec 10.1, 10.2)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from time_machine import Traveller, travel

from automation.sequences.models import Enrolment, Sequence
from automation.sequences.operations import enrol, find, install_ready
from automation.sequences.queries import finding
from automation.sequences.queries.books import books
from automation.sequences.queries.preview import meant
from bookings.appointments.models import Booking, BookingStatus
from bookings.appointments.operations import mark
from core.access.models import User
from core.due.models import DueRow
from core.due.operations import schedule
from core.events.actor import SYSTEM
from crm.consent.operations import withdraw
from crm.pipeline.models import Lead
from crm.quotes.models import Quote, QuoteVersion
from crm.quotes.operations import decline
from tests.factories.bookings import make_booking, make_hold, make_service
from tests.factories.conversations import make_conversation, make_user
from tests.factories.core import CompanyFactory
from tests.factories.crm import DAY, LeadFactory, StageFactory
from tests.factories.quotes import make_sent

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def clock() -> Any:
    with travel(DAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def anna(clock: Traveller) -> User:
    CompanyFactory()
    install_ready(language="en", active=True, now=DAY)
    return make_user("Anna", role="admin")


@pytest.fixture
def lead(anna: User) -> Lead:
    """Wrote an hour before DAY and was answered."""
    conversation = make_conversation(last_message_at=DAY)
    found: Lead = LeadFactory(
        contact=conversation.contact, stage=StageFactory(), owner=anna, customer_wrote_at=DAY - HOUR
    )
    conversation.lead = found
    conversation.save()
    return found


def begun(clock: Traveller, after: timedelta) -> list[tuple[str, datetime | None]]:
    """Which sequences have begun so long after DAY, and when their first message is due."""
    clock.move_to(DAY + after)
    find(now=timezone.now())
    find(now=timezone.now())
    return list(Enrolment.objects.order_by("pk").values_list("sequence__key", "due_at"))


def test_a_quote_that_is_not_accepted(lead: Lead, anna: User, clock: Traveller) -> None:
    version = quoted(lead, anna, now=DAY)
    assert begun(clock, 11 * HOUR) == []
    assert begun(clock, 13 * HOUR) == [("quote_not_accepted", DAY + 24 * HOUR)]
    row = DueRow.objects.get(kind="sequence.step")
    assert (row.lead_id, row.due_at) == (lead.pk, DAY + 24 * HOUR)
    Enrolment.objects.all().delete()
    decline(version_id=version.pk, reason="price", now=timezone.now())
    assert begun(clock, 14 * HOUR) == []


def test_the_reminders_of_a_quote_come_first(lead: Lead, anna: User, clock: Traveller) -> None:
    quoted(lead, anna, now=DAY)
    schedule(kind="quote.follow_up", key="1:again", due_at=DAY + 28 * HOUR, lead_id=lead.pk)
    schedule(kind="quote.follow_up", key="1:warning", due_at=DAY + 300 * HOUR, lead_id=lead.pk)
    assert begun(clock, 20 * HOUR) == []
    DueRow.objects.filter(key="1:again").update(status="done")
    assert begun(clock, 30 * HOUR) == [("quote_not_accepted", DAY + 30 * HOUR)]


def test_a_meeting_that_was_missed(lead: Lead, anna: User, clock: Traveller) -> None:
    starts_at = DAY + 2 * HOUR
    booking = make_booking(make_service(), starts_at, now=DAY, contact=lead.contact, lead=lead)
    assert begun(clock, HOUR) == []
    clock.move_to(DAY + 4 * HOUR)
    mark(booking_id=booking.pk, came=False, now=timezone.now(), actor=SYSTEM)
    assert begun(clock, 15 * HOUR) == [("no_show", booking.ends_at + 24 * HOUR)]


def test_a_booking_that_was_begun_and_not_confirmed(lead: Lead, clock: Traveller) -> None:
    held = make_hold(make_service(), DAY + 3 * HOUR, now=DAY, contact=lead.contact, lead=lead)
    Booking.objects.filter(pk=held.pk).update(status=BookingStatus.EXPIRED)
    found = begun(clock, 13 * HOUR)
    assert [key for key, _due in found] == ["booking_not_confirmed"]
    assert held.hold_expires_at is not None
    assert found[0][1] == held.hold_expires_at + 24 * HOUR


def test_qualified_without_a_next_step(lead: Lead, clock: Traveller) -> None:
    assert begun(clock, 13 * HOUR) == []
    Lead.objects.filter(pk=lead.pk).update(qualification="qualified", next_step="Call", next_step_at=DAY)
    assert begun(clock, 13 * HOUR) == []
    Lead.objects.filter(pk=lead.pk).update(next_step="", next_step_at=None)
    assert begun(clock, 13 * HOUR) == [("qualified_without_step", DAY + 24 * HOUR)]


def quoted(lead: Lead, anna: User, *, now: datetime) -> QuoteVersion:
    """A quote that was sent, and whose own reminders have been said."""
    version = make_sent(lead, anna, now=now)
    DueRow.objects.filter(kind="quote.follow_up").delete()
    return version


def silent(lead: Lead) -> None:
    Lead.objects.filter(pk=lead.pk).update(qualification="qualified")


def test_left_alone_is_who_opted_out_waits_or_meets_us(lead: Lead, clock: Traveller) -> None:
    silent(lead)
    conversation = lead.conversations.get()
    conversation.waiting_since = DAY
    conversation.save()
    assert begun(clock, 13 * HOUR) == []
    conversation.waiting_since = None
    conversation.save()
    booking = make_booking(make_service(), DAY + 48 * HOUR, now=DAY, contact=lead.contact, lead=lead)
    assert begun(clock, 13 * HOUR) == []
    Booking.objects.filter(pk=booking.pk).update(status=BookingStatus.CANCELLED)
    withdraw(contact=lead.contact, source="desk")
    assert begun(clock, 13 * HOUR) == []
    Lead.objects.filter(pk=lead.pk).update(stage_kind="lost", closed_at=DAY)
    assert begun(clock, 14 * HOUR) == []


def test_after_one_reactivation_nothing_more_until_the_customer_writes(
    lead: Lead, anna: User, clock: Traveller
) -> None:
    silent(lead)
    assert len(begun(clock, 13 * HOUR)) == 1
    Enrolment.objects.update(state="finished", due_at=None, last_sent_at=DAY + 7 * 24 * HOUR, sent=3)
    quoted(lead, anna, now=DAY + 8 * 24 * HOUR)
    assert len(begun(clock, 10 * 24 * HOUR)) == 1
    wrote = DAY + 11 * 24 * HOUR
    Lead.objects.filter(pk=lead.pk).update(customer_wrote_at=wrote)
    assert [key for key, _due in begun(clock, 12 * 24 * HOUR)][1:] == ["quote_not_accepted"]


def test_a_silence_of_months_is_not_woken_up(lead: Lead, clock: Traveller) -> None:
    silent(lead)
    assert begun(clock, 40 * 24 * HOUR) == []


def test_the_preview_counts_whom_it_would_begin_for(lead: Lead, anna: User, clock: Traveller) -> None:
    silent(lead)
    clock.move_to(DAY + 13 * HOUR)
    book = next(each for each in books() if each.sequence.key == "qualified_without_step")
    found = meant(book.sequence, book.script, timezone.now())
    assert ([each.pk for each in found.leads], found.count, found.more) == ([lead.pk], 1, False)


def test_one_sequence_of_a_lead_at_a_time(lead: Lead, anna: User, clock: Traveller) -> None:
    silent(lead)
    quoted(lead, anna, now=DAY)
    assert len(begun(clock, 13 * HOUR)) == 1
    first = Enrolment.objects.get()
    second = enrol(lead_id=lead.pk, sequence_key="no_show", user=anna, now=timezone.now())
    first.refresh_from_db()
    assert (first.state, first.stop_reason, second.state) == ("stopped", "cancelled", "active")
    assert DueRow.objects.filter(kind="sequence.step", status="pending").count() == 1


def test_finding_is_a_few_statements_whatever_the_number(
    lead: Lead, clock: Traveller, django_assert_max_num_queries: Any
) -> None:
    for _number in range(12):
        LeadFactory(stage=lead.stage, qualification="qualified", customer_wrote_at=DAY)
    clock.move_to(DAY + 13 * HOUR)
    find(now=timezone.now())
    assert Enrolment.objects.count() == 12
    Enrolment.objects.all().delete()
    with django_assert_max_num_queries(40):
        find(now=timezone.now())
    assert Sequence.objects.count() == 5
    assert Quote.objects.count() == 0


def test_silent_leads_are_gone_through_in_stretches(
    anna: User, clock: Traveller, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    """A look over a million leads stays short: the next one goes on where it ended, and begins anew at the end."""
    monkeypatch.setattr(finding, "STRETCH", 2)
    stage = StageFactory()
    silent = [
        LeadFactory(stage=stage, qualification="qualified", customer_wrote_at=DAY - 30 * HOUR)
        for _number in range(5)
    ]
    begun = []
    for _look in range(4):
        with django_capture_on_commit_callbacks(execute=True):
            find(now=DAY)
        begun.append(sorted(Enrolment.objects.values_list("lead", flat=True)))
    ids = [each.pk for each in silent]
    assert begun == [ids[:2], ids[:4], ids, ids]
    late = LeadFactory(stage=stage, qualification="qualified", customer_wrote_at=DAY - 30 * HOUR)
    for _look in range(4):
        with django_capture_on_commit_callbacks(execute=True):
            find(now=DAY)
    assert Enrolment.objects.filter(lead=late).count() == 1
