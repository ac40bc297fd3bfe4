"""Beside a lead: what comes next and why, stop, send now, another time (spec 10.3)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from automation.sequences.models import Enrolment
from automation.sequences.operations import enrol, install_ready
from conversations.threads.models import Message
from core.access.models import User
from core.due.models import DueRow
from crm.pipeline.models import Lead, Pipeline
from tests.desk.reading import page_words as words
from tests.factories.conversations import at, make_conversation
from tests.factories.crm import LeadFactory

pytestmark = pytest.mark.django_db
NOON = at("2026-03-02T12:00:00+04:00")
Counting = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def lead(pipeline: Pipeline, manager: User) -> Lead:
    with time_machine.travel(NOON, tick=False):
        install_ready(language="en", active=True, now=NOON)
        conversation = make_conversation(name="Aram")
        found: Lead = LeadFactory(
            contact=conversation.contact, stage=pipeline.stages.get(name="New"), owner=manager
        )
        conversation.lead = found
        conversation.save()
        return found


@pytest.fixture
def client(sign_in: Callable[[User], Client], manager: User) -> Client:
    return sign_in(manager)


def section(client: Client, lead: Lead) -> str:
    return words(client.get(reverse("desk:lead_followups", args=[lead.public_id])))


def act(client: Client, lead: Lead, enrolment: Enrolment, **given: str) -> str:
    address = reverse("desk:lead_followup_act", args=[lead.public_id, enrolment.public_id])
    answer = client.post(address, given)
    assert answer.status_code == 200
    return words(answer) + answer.headers.get("HX-Trigger", "")


def test_what_comes_next_and_why(client: Client, lead: Lead, manager: User) -> None:
    with time_machine.travel(NOON, tick=False):
        assert "Nothing is to come." in section(client, lead)
        address = reverse("desk:lead_followup_start", args=[lead.public_id])
        text = words(client.post(address, {"sequence": "quote_not_accepted"}))
        assert "Quote not accepted message 1 of 3" in text
        assert "Mon, 2 Mar, 12:01" in text
        assert "Started by Mariam Manager." in text
        assert "Hello, Aram! Everything in our offer can still be changed" in text


def test_send_now_then_stop(client: Client, lead: Lead, manager: User) -> None:
    with time_machine.travel(NOON, tick=False):
        begun = enrol(lead_id=lead.pk, sequence_key="quote_not_accepted", user=manager, now=NOON)
        assert "message 2 of 3" in act(client, lead, begun, act="send")
        assert Message.objects.get().text.startswith("Hello, Aram!")
        stopped = act(client, lead, begun, act="stop")
        assert "Nothing is to come." in stopped
        assert "A colleague stopped it" in stopped
        assert not DueRow.objects.filter(kind="sequence.step", status="pending").exists()
        assert "ended meanwhile" in act(client, lead, begun, act="send")


def test_another_time_is_that_of_the_customer_and_never_in_the_night(
    client: Client, lead: Lead, manager: User
) -> None:
    with time_machine.travel(NOON, tick=False):
        begun = enrol(lead_id=lead.pk, sequence_key="no_show", user=manager, now=NOON)
        assert "Thu, 5 Mar, 15:30" in act(client, lead, begun, act="move", at="2026-03-05T15:30")
        assert "Fri, 6 Mar, 09:00" in act(client, lead, begun, act="move", at="2026-03-05T23:30")
        assert "still to come" in act(client, lead, begun, act="move", at="2026-03-01T15:30")
        assert "still to come" in act(client, lead, begun, act="move", at="whenever")


def test_in_the_night_it_says_from_when_it_may_leave(client: Client, lead: Lead, manager: User) -> None:
    night = at("2026-03-02T23:00:00+04:00")
    with time_machine.travel(night, tick=False):
        begun = enrol(lead_id=lead.pk, sequence_key="no_show", user=manager, now=night)
        assert "quiet hours of the customer" in act(client, lead, begun, act="send")
        assert not Message.objects.exists()


def test_the_section_keeps_to_its_statements(
    client: Client, lead: Lead, manager: User, statements: Counting
) -> None:
    with time_machine.travel(NOON, tick=False):
        for key in ("no_show", "quote_not_accepted", "qualification_stall"):
            enrol(lead_id=lead.pk, sequence_key=key, user=manager, now=NOON)
        section(client, lead)
        with statements() as sent:
            section(client, lead)
        assert len(sent) <= 8, "\n".join(sent)
