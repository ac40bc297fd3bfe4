"""A call logged in two clicks from lead, board, contact and inbox, and what follows from it (spec 7.7)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from core.access.models import User
from crm.calls.models import Call
from crm.pipeline.models import Lead, Pipeline
from tests.desk.conftest import Counting
from tests.desk.reading import attributes, words
from tests.factories.conversations import make_conversation
from tests.factories.core import TeamFactory
from tests.factories.crm import ContactFactory, LeadFactory, PhoneFactory

NOW = datetime(2026, 3, 5, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _at_one_moment() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def lead(pipeline: Pipeline, agent: User) -> Lead:
    contact = ContactFactory(name="Olga", owner=agent)
    PhoneFactory(contact=contact, value="+37491234567")
    return LeadFactory(stage=pipeline.stages.get(name="New"), title="Kitchen", owner=agent, contact=contact)


@pytest.fixture
def client(agent: User, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(agent)


def log(client: Client, lead: Lead, /, **values: Any) -> Any:
    return client.post(reverse("desk:contact_call", args=[lead.contact.public_id]), values)


def undo_of(response: Any) -> str:
    return attributes(response.content, "told-undo", "hx-post")[0]


def test_the_button_stands_on_every_screen_and_numbers_can_be_called(client: Client, lead: Lead) -> None:
    conversation = make_conversation(lead=lead)
    conversation.contact = lead.contact
    conversation.save()
    pages = [
        reverse("desk:lead", args=[lead.public_id]),
        reverse("desk:lead_panel", args=[lead.public_id]),
        reverse("desk:contact", args=[lead.contact.public_id]),
        reverse("desk:conversation_about", args=[conversation.public_id]),
    ]
    call = reverse("desk:contact_call", args=[lead.contact.public_id])

    for page in pages:
        html = client.get(page).content.decode()
        assert f'data-log-call hx-get="{call}' in html, page
    assert 'href="tel:+37491234567"' in client.get(pages[2]).content.decode()
    assert 'href="tel:+37491234567"' in client.get(pages[3]).content.decode()


def test_no_answer_is_two_clicks_and_proposes_to_call_again(client: Client, lead: Lead) -> None:
    dialog = client.get(reverse("desk:contact_call", args=[lead.contact.public_id])).content
    assert [words(dialog, f"outcome-{name}")[0] for name in ("reached", "no_answer", "left_message")] == [
        "Reached",
        "No answer",
        "Left a message",
    ]

    answer = log(client, lead, outcome="no_answer")

    call = Call.objects.get()
    assert (call.outcome, call.direction, call.lead, call.called_at) == ("no_answer", "out", lead, NOW)
    assert words(answer.content, "told") == ["Call logged: No answer Undo"]
    assert words(answer.content, "modal-title") == ["What is next?"]
    assert attributes(answer.content, "#id_next_step", "value") == ["Call again"]
    assert attributes(answer.content, "#id_due_at", "value") == ["2026-03-06T10:00"]


def test_a_call_is_told_in_the_timeline_in_words(client: Client, lead: Lead) -> None:
    log(client, lead, outcome="reached", direction="in", note="Wants oak", minutes="4")
    log(client, lead, outcome="busy")

    page = client.get(reverse("desk:lead_timeline", args=[lead.public_id])).content
    only = client.get(reverse("desk:lead_timeline", args=[lead.public_id]), {"kind": "call"}).content

    told = ["Aram Agent We called · Busy now", "Aram Agent They called · Reached · 4 min Wants oak now"]
    assert words(page, "timeline-item") == words(only, "timeline-item") == told
    of_person = client.get(reverse("desk:contact_calls", args=[lead.contact.public_id])).content
    assert words(of_person, "list-group-item") == [
        "We called · Busy · Kitchen Aram Agent · now",
        "They called · Reached · 4 min · Kitchen Wants oak Aram Agent · now",
    ]


def test_undo_takes_back_the_call_and_the_step_set_after_it(client: Client, lead: Lead) -> None:
    Lead.objects.update(next_step="Call", next_step_at=NOW - timedelta(hours=1))
    logged = log(client, lead, outcome="reached")
    client.post(
        reverse("desk:lead_next_step", args=[lead.public_id]),
        {"next_step": "Write", "when": "tomorrow"},
    )

    assert client.post(undo_of(logged)).status_code == 200

    lead.refresh_from_db()
    assert Call.objects.count() == lead.call_count == 0
    assert (lead.next_step, lead.next_step_at) == ("Call", NOW - timedelta(hours=1))
    assert client.post(undo_of(logged)).status_code == 404


def test_a_call_about_no_lead_can_become_one(client: Client, agent: User, pipeline: Pipeline) -> None:
    contact = ContactFactory(name="Narine", owner=agent)

    logged = client.post(reverse("desk:contact_call", args=[contact.public_id]), {"outcome": "reached"})
    assert words(logged.content, "btn-primary") == ["Make a lead"]
    made = client.post(attributes(logged.content, "btn-primary", "hx-post")[0])

    lead = Lead.objects.get(contact=contact)
    assert (lead.title, lead.owner, lead.source, lead.call_count) == ("Narine", agent, "phone", 1)
    assert words(made.content, "told") == ["The lead was made"]
    assert Call.objects.get().lead == lead


def test_with_several_leads_the_right_one_is_chosen(client: Client, lead: Lead, agent: User) -> None:
    newer = LeadFactory(stage=lead.stage, contact=lead.contact, owner=agent, title="Sofa")
    LeadFactory(stage=lead.pipeline.stages.get(name="Won"), contact=lead.contact, owner=agent)
    dialog = client.get(
        reverse("desk:contact_call", args=[lead.contact.public_id]), {"lead": str(lead.public_id)}
    ).content.decode()

    assert f'<option value="{lead.public_id}" selected>Kitchen</option>' in dialog
    log(client, lead, outcome="busy", lead=str(lead.public_id))
    log(client, lead, outcome="busy")
    assert list(Call.objects.order_by("id").values_list("lead", flat=True)) == [lead.pk, newer.pk]


@pytest.mark.parametrize(
    "values",
    [{}, {"outcome": "shouted"}, {"outcome": "busy", "minutes": "-1"}, {"outcome": "busy", "lead": "x"}],
)
def test_what_cannot_be_logged_is_said(client: Client, lead: Lead, values: dict[str, str]) -> None:
    answer = log(client, lead, **values)

    assert answer.status_code == 422
    assert words(answer.content, "invalid-feedback")
    assert Call.objects.count() == 0


def test_outsiders_log_and_undo_nothing(
    client: Client, lead: Lead, manager: User, sign_in: Callable[[User], Client]
) -> None:
    Lead.objects.update(owner=manager, team=TeamFactory())
    lead.contact.owner = manager
    lead.contact.save()
    logged = log(sign_in(manager), lead, outcome="busy")

    assert log(client, lead, outcome="busy").status_code == 404
    assert client.post(undo_of(logged)).status_code == 404
    assert client.get(reverse("desk:contact_calls", args=[lead.contact.public_id])).status_code == 404
    assert Call.objects.count() == 1


def test_who_talks_with_somebody_may_log_a_call_with_them(
    client: Client, lead: Lead, agent: User, manager: User
) -> None:
    Lead.objects.update(owner=manager, team=TeamFactory())
    lead.contact.owner = manager
    lead.contact.save()
    conversation = make_conversation(assignee=agent)
    conversation.contact = lead.contact
    conversation.save()

    assert log(client, lead, outcome="busy").status_code == 200
    assert Call.objects.get().lead is None


def test_logging_keeps_its_budget(client: Client, lead: Lead, statements: Counting) -> None:
    costs = []
    for _round in range(2):
        for _number in range(10):
            log(client, lead, outcome="busy")
        with statements() as dialog:
            client.get(reverse("desk:contact_call", args=[lead.contact.public_id]))
        with statements() as logged:
            log(client, lead, outcome="reached", note="Talked")
        with statements() as listed:
            client.get(reverse("desk:contact_calls", args=[lead.contact.public_id]))
        costs.append((len(dialog), len(logged), len(listed)))

    assert costs[0] == costs[1]
    assert max(costs[0]) <= 12
