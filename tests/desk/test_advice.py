"""The next best action on the screens: one line, its reason, one button (spec 7.8)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from core.access.models import User
from crm.pipeline.models import Lead, Pipeline
from tests.desk.conftest import Counting
from tests.factories.conversations import make_conversation
from tests.factories.crm import CriterionFactory, LeadFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 5, 9, tzinfo=UTC)
D = timedelta(days=1)


@pytest.fixture(autouse=True)
def _at_one_moment() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def client(agent: User, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(agent)


@pytest.fixture
def lead(agent: User, pipeline: Pipeline) -> Lead:
    CriterionFactory(
        key="budget",
        kind="money",
        name="Budget",
        must_have=True,
        question={"en": "How much?", "ru": "Сколько?"},
    )
    return LeadFactory(
        owner=agent, stage=pipeline.stages.get(name="New"), created_at=NOW - D, title="Kitchen"
    )


def told(client: Client, lead: Lead) -> str:
    response = client.get(reverse("desk:lead_advice", args=[lead.public_id]))
    assert response.status_code == 200
    return response.content.decode()


def test_ask_fills_the_composer_in_the_customers_language(client: Client, lead: Lead, agent: User) -> None:
    chat = make_conversation(
        lead=lead, assignee=agent, language="ru", status="waiting_customer", last_message_at=NOW - 2 * D
    )

    text = told(client, lead)

    assert "Ask: Budget" in text
    assert 'data-composes="Сколько?"' in text
    assert f'href="{reverse("desk:conversation", args=[chat.public_id])}"' in text
    assert text.count('class="btn') == 1


def test_a_chat_of_others_is_not_linked(client: Client, lead: Lead, manager: User) -> None:
    chat = make_conversation(lead=lead, assignee=manager, status="waiting_us", waiting_since=NOW - D)

    text = told(client, lead)

    assert "Answer the customer" in text
    assert str(chat.public_id) not in text
    assert "Log a call" in text


def test_the_due_step_is_done_with_the_button(client: Client, lead: Lead) -> None:
    Lead.objects.filter(pk=lead.pk).update(next_step="Call", next_step_at=NOW - D)

    text = told(client, lead)

    assert "Do the next step" in text
    assert f'hx-post="{reverse("desk:lead_step_done", args=[lead.public_id])}"' in text


def test_let_go_opens_the_dialog_of_reasons(client: Client, lead: Lead, agent: User) -> None:
    Lead.objects.filter(pk=lead.pk).update(
        created_at=NOW - 30 * D, call_count=3, last_call_outcome="no_answer", last_call_at=NOW - 20 * D
    )
    from crm.calls.models import Call

    for days in (25, 22, 20):
        Call.objects.create(
            contact=lead.contact, lead=lead, user=agent, outcome="no_answer", called_at=NOW - days * D
        )

    text = told(client, lead)

    assert "Let the lead go" in text
    assert "No word for 30 days, after 3 tries." in text
    lost = lead.pipeline.stages.get(name="Lost")
    assert f'hx-post="{reverse("desk:lead_move", args=[lead.public_id])}"' in text
    assert str(lost.public_id) in text
    dialog = client.post(
        reverse("desk:lead_move", args=[lead.public_id]),
        {"stage": lost.public_id, "revision": lead.revision},
        headers={"HX-Request": "true"},
    )
    assert "Why was “Kitchen” lost?" in dialog.content.decode()


def test_waiting_has_no_button_and_closed_leads_have_no_line(client: Client, lead: Lead) -> None:
    Lead.objects.filter(pk=lead.pk).update(next_step="Call", next_step_at=NOW + D)
    assert "Wait until" in told(client, lead)
    assert "btn" not in told(client, lead)

    won = LeadFactory(owner=lead.owner, stage=lead.pipeline.stages.get(name="Won"))
    assert told(client, won) == ""


def test_screens_have_a_place_for_it_and_the_fragment_is_cheap(
    client: Client, lead: Lead, agent: User, statements: Counting
) -> None:
    chat = make_conversation(lead=lead, assignee=agent)
    place = reverse("desk:lead_advice", args=[lead.public_id])
    for name, thing in (("lead", lead), ("lead_panel", lead), ("conversation", chat)):
        assert place in client.get(reverse(f"desk:{name}", args=[thing.public_id])).content.decode()

    with statements() as sent:
        told(client, lead)

    assert len(sent) <= 8, "\n".join(sent)


def test_today_says_what_to_do_with_a_bare_lead(client: Client, lead: Lead) -> None:
    text = client.get(reverse("desk:today")).content.decode()

    assert "Ask: Budget" in text
    assert "“Budget” must be known before the lead can qualify." in text
