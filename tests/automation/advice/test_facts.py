"""What the database knows of a lead, in one statement for any number of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from automation.advice import registry
from automation.advice.advice import Kind, Proposal, Why
from automation.advice.queries import advice_for, advice_of, facts_of
from bookings.appointments.models import Booking
from conversations.threads.models import Conversation, Message
from crm.calls.models import Call
from crm.pipeline.models import Lead
from tests.factories.bookings import MONDAY, make_booking, make_resource, make_service
from tests.factories.conversations import make_conversation, make_user, make_web_chat
from tests.factories.core import CompanyFactory
from tests.factories.crm import CriterionFactory, LeadFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 5, 9, tzinfo=UTC)
QUESTION = {"en": "How much?", "hy": "Որքա՞ն"}
D, H = timedelta(days=1), timedelta(hours=1)


@pytest.fixture(autouse=True)
def _company(db: None) -> None:
    CompanyFactory()


def lead_of(**values: Any) -> Lead:
    lead: Lead = LeadFactory(**{"created_at": NOW - H, **values})
    return lead


def chat_of(lead: Lead, **values: Any) -> Conversation:
    return make_conversation(lead=lead, **values)


def say(chat: Conversation, direction: str, ago: timedelta) -> None:
    chat.last_sequence += 1
    chat.last_message_at, chat.last_direction = NOW - ago, direction
    chat.save()
    Message.objects.create(
        conversation=chat,
        account=chat.account,
        sequence=chat.last_sequence,
        direction=direction,
        author_kind="customer" if direction == "in" else "user",
        text="Hello",
        status="received" if direction == "in" else "sent",
        sent_at=NOW - ago,
    )


def test_the_newest_chat_and_the_days_on_which_we_wrote_in_vain() -> None:
    lead = lead_of()
    account = make_web_chat()
    chat_of(lead, account=account, name="Old", last_message_at=NOW - 9 * D)
    chat = chat_of(lead, account=account, language="hy", status="waiting_customer")
    for direction, ago in (("out", 8 * D), ("in", 7 * D), ("out", 6 * D), ("out", 6 * D - H), ("out", 4 * D)):
        say(chat, direction, ago)

    known = facts_of([lead], NOW)[lead.pk]

    assert known.chat is not None
    assert (known.chat.public_id, known.chat.language) == (chat.public_id, "hy")
    assert (known.chat.tries, known.chat.we_spoke_last, known.chat.last_at) == (2, True, NOW - 4 * D)
    assert known.chat.waiting_since is None


def test_a_customer_who_waits_and_a_flow_that_talks() -> None:
    waits, talks, spam = lead_of(), lead_of(), lead_of()
    account = make_web_chat()
    chat_of(waits, account=account, status="waiting_us", waiting_since=NOW - H)
    chat_of(
        talks, account=account, handler="flow", status="waiting_us", waiting_since=NOW, last_message_at=NOW
    )
    chat_of(spam, account=account, status="spam", waiting_since=NOW - H)

    found = advice_for([waits, talks, spam], NOW)

    assert [(found[lead.pk].kind, str(found[lead.pk].action.why)) for lead in (waits, talks, spam)] == [
        (Kind.ANSWER, Why.CUSTOMER_WAITS),
        (Kind.WAIT, Why.FLOW_TALKS),
        (Kind.PLAN, Why.NOTHING_PLANNED),
    ]


def test_a_meeting_ahead_and_one_that_was_missed() -> None:
    ahead, missed = lead_of(), lead_of()
    service, tuesday = make_service(make_resource()), MONDAY + D + H
    meets = [
        make_booking(service, tuesday + hours * H, contact=lead.contact, lead=lead)
        for hours, lead in ((0, ahead), (2, missed))
    ]
    for meet, away, status in zip(meets, (4 * D, -D), ("confirmed", "no_show"), strict=True):
        Booking.objects.filter(pk=meet.pk).update(status=status, starts_at=NOW + away, ends_at=NOW + away + H)

    found = advice_for([ahead, missed], NOW)

    assert (found[ahead.pk].kind, found[ahead.pk].action.until) == (Kind.WAIT, NOW + 4 * D)
    assert found[missed.pk].kind == Kind.REBOOK
    assert "/book/" in found[missed.pk].text


def test_the_missing_must_have_is_asked_in_the_customers_language() -> None:
    CriterionFactory(
        key="budget",
        kind="money",
        name="Budget",
        must_have=True,
        question={"en": "How much?", "hy": "Որքա՞ն"},
    )
    lead = lead_of()
    chat_of(lead, language="hy", status="waiting_customer", last_message_at=NOW - 2 * D)

    advice = advice_of(lead, NOW)

    assert advice is not None
    assert (advice.kind, advice.label, advice.text) == (Kind.ASK, "Ask: Budget", "Որքա՞ն")
    assert advice.reason == "“Budget” must be known before the lead can qualify."
    lead.answers = {"budget": {"amount": "5.0000", "currency": "AMD"}}
    told = advice_of(lead, NOW)
    assert told is not None
    assert told.kind != Kind.ASK


def test_a_call_that_reached_nobody() -> None:
    lead, anna = lead_of(), make_user()
    Call.objects.create(
        contact=lead.contact, lead=lead, user=anna, outcome="no_answer", called_at=NOW - H / 2
    )
    Lead.objects.filter(pk=lead.pk).update(
        call_count=1, last_call_outcome="no_answer", last_call_at=NOW - H / 2
    )
    lead.refresh_from_db()

    known = facts_of([lead], NOW)[lead.pk]

    assert (known.unreached_at, known.calls_in_vain) == (NOW - H / 2, 1)


def test_what_another_room_proposes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_sources", {})
    registry.register(
        "send_quote",
        lambda leads, now: {
            leads[0].pk: Proposal("send_quote", "Send the quote", "It is ready.", "/quotes/1/")
        },
    )
    with pytest.raises(ValueError, match="send_quote"):
        registry.register("send_quote", lambda leads, now: {})

    advice = advice_of(lead_of(), NOW)

    assert advice is not None
    assert (advice.kind, advice.label, advice.reason, advice.url) == (
        "send_quote",
        "Send the quote",
        "It is ready.",
        "/quotes/1/",
    )


def test_closed_leads_have_none_and_many_cost_one_statement() -> None:
    leads = [lead_of() for _each in range(5)]
    closed = lead_of(stage__kind="won")
    advice_for(leads, NOW)

    with CaptureQueriesContext(connection) as sent:
        found = advice_for([*leads, closed], NOW)

    assert len(sent) == 1
    assert set(found) == {lead.pk for lead in leads}
