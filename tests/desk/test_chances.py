"""The win chance on the screens and in the settings (spec 7.6): told with reasons, off and on, never in the score."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.access.models import User
from core.jobs.models import Job
from core.jobs.operations import work_next
from crm.chances.operations import learn, write
from crm.pipeline.models import Lead
from tests.factories.closed import history
from tests.factories.core import AdminFactory, CompanyFactory
from tests.factories.crm import LeadFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(db: None) -> User:
    CompanyFactory()
    return AdminFactory()


@pytest.fixture
def screen(anna: User) -> Client:
    client = Client()
    client.force_login(anna)
    return client


@pytest.fixture
def lead(anna: User) -> Lead:
    found = history(400, open_leads=1)[400]
    Lead.objects.filter(pk=found.pk).update(
        answers={"budget": {"amount": "1100000.0000", "currency": "AMD"}}, source="instagram"
    )
    learn(now=timezone.now())
    write([found.pk])
    return Lead.objects.get(pk=found.pk)


def page(client: Client, name: str, *args: Any) -> str:
    response = client.get(reverse(f"desk:{name}", args=args))
    assert response.status_code == 200
    return response.content.decode()


def test_the_lead_shows_its_chance_and_why(screen: Client, lead: Lead) -> None:
    assert f"Win chance {lead.win_chance} %" in page(screen, "lead", lead.public_id)
    assert f"Win chance {lead.win_chance} %" in page(screen, "lead_panel", lead.public_id)

    why = page(screen, "lead_chance", lead.public_id)

    assert "raises it" in why[why.index("Budget at least") :]
    assert "lowers it" in why[why.index("Source Instagram") :]
    assert "such leads were won" in why
    assert "Learned from 400 closed leads" in why


def test_without_a_chance_nothing_is_shown(screen: Client) -> None:
    lead = LeadFactory()

    assert "Win chance" not in page(screen, "lead", lead.public_id)
    assert "There is no win chance for this lead." in page(screen, "lead_chance", lead.public_id)


def test_too_few_closed_leads_are_counted(screen: Client, anna: User) -> None:
    history(20)

    text = page(screen, "settings_chances")

    won = Lead.objects.filter(stage_kind="won").count()
    assert f"30 won and 30 lost leads are needed; there are {won} won and {20 - won} lost." in text
    assert f"{30 - won} won ones are missing." in text


def test_the_page_shows_what_was_learned_and_how_well_it_comes_true(
    screen: Client, lead: Lead, statements: Any
) -> None:
    page(screen, "settings_chances")
    with statements() as sent:
        text = page(screen, "settings_chances")
    assert len(sent) <= 12, "\n".join(sent)

    assert "All pipelines" in text
    assert "learned from 400 closed leads" in text
    assert text.count("<rect") == 40  # two bars a tenth, of two models
    assert "Brier score 0." in text
    assert "Budget at least" in text


def test_learning_again_runs_in_the_background_once(screen: Client, lead: Lead) -> None:
    Lead.objects.filter(pk=lead.pk).update(win_chance=None)

    for _twice in range(2):
        assert screen.post(reverse("desk:settings_chances_learn")).status_code == 302
    assert Job.objects.count() == 1
    assert "every 1s" in page(screen, "settings_chances_progress")
    while work_next(now=timezone.now()):
        pass

    assert Lead.objects.get(pk=lead.pk).win_chance == lead.win_chance
    done = page(screen, "settings_chances_progress")
    assert "every 1s" not in done
    assert reverse("desk:settings_chances") in done


def test_switched_off_it_is_gone_everywhere(screen: Client, lead: Lead) -> None:
    screen.post(reverse("desk:settings_chances_turn"), {"enabled": "0"})
    while work_next(now=timezone.now()):
        pass

    assert "Win chances are switched off" in page(screen, "settings_chances")
    assert "Win chance" not in page(screen, "lead", lead.public_id)

    screen.post(reverse("desk:settings_chances_turn"), {"enabled": "1"})
    while work_next(now=timezone.now()):
        pass
    assert f"Win chance {lead.win_chance} %" in page(screen, "lead", lead.public_id)
