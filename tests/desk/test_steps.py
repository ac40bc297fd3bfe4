"""The next step of a lead, over HTTP: set in one or two clicks, put off, done, taken back (spec 7.1, 7.7)."""

from __future__ import annotations

import json
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
from tests.desk.reading import attributes, words
from tests.desk.settings.htmx import toast_of
from tests.factories.core import TeamFactory
from tests.factories.crm import LeadFactory, LostReasonFactory

NOW = datetime(2026, 3, 5, 9, tzinfo=UTC)
"""Thursday, 13:00 in Yerevan."""


@pytest.fixture(autouse=True)
def _at_one_moment() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def lead(pipeline: Pipeline, agent: User) -> Lead:
    return LeadFactory(stage=pipeline.stages.get(name="New"), title="Kitchen", owner=agent)


@pytest.fixture
def client(agent: User, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(agent)


def address(lead: Lead, what: str = "next_step") -> str:
    return reverse(f"desk:lead_{what}", args=[lead.public_id])


def step_of(lead: Lead) -> tuple[str, str]:
    """The step and its wall time in Yerevan."""
    lead.refresh_from_db()
    at = lead.next_step_at
    return lead.next_step, f"{at + timedelta(hours=4):%a %d %H:%M}" if at else ""


def undo_of(response: Any) -> str:
    return str(json.loads(response["HX-Trigger"])["toast"]["undo"])


def test_the_dialog_offers_words_and_moments_in_the_readers_zone(client: Client, lead: Lead) -> None:
    page = client.get(address(lead)).content

    assert words(page, "quick") == [
        "Call again",
        "Send the quote",
        "Arrange a meeting",
        "Write a message",
        "Today 15:00",
        "Tomorrow 10:00",
        "In 3 days 10:00",
        "Monday 10:00",
    ]
    assert attributes(page, "#id_due_at", "value") == ["2026-03-06T10:00"]


def test_a_step_is_set_by_one_click_and_taken_back_by_another(client: Client, lead: Lead) -> None:
    set_ = client.post(address(lead), {"next_step": "Send the quote", "when": "monday", "revision": 0})

    assert (set_.status_code, toast_of(set_)) == (200, "Next: Send the quote, 9 Mar")
    assert step_of(lead) == ("Send the quote", "Mon 09 10:00")
    assert client.post(undo_of(set_)).status_code == 200
    assert step_of(lead) == ("", "")


def test_a_step_is_put_off_without_typing(client: Client, lead: Lead) -> None:
    Lead.objects.update(next_step="Call", next_step_at=NOW - timedelta(days=2))

    later = client.post(address(lead), {"when": "tomorrow"})

    assert step_of(lead) == ("Call", "Fri 06 10:00")
    client.post(undo_of(later))
    assert step_of(lead) == ("Call", "Tue 03 13:00")


def test_done_clears_the_step_and_asks_what_is_next(client: Client, lead: Lead) -> None:
    Lead.objects.update(next_step="Call", next_step_at=NOW - timedelta(hours=1))

    done = client.post(address(lead, "step_done"))

    assert words(done.content, "modal-title") == ["What is next?"]
    assert (done["HX-Retarget"], words(done.content, "told")) == ("#modal-body", ["Done: Call Undo"])
    assert step_of(lead) == ("", "")
    client.post(attributes(done.content, "told-undo", "hx-post")[0])
    assert step_of(lead) == ("Call", "Thu 05 12:00")


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"next_step": "", "due_at": "2026-03-06T10:00"}, "Say what will happen then."),
        ({"when": "tomorrow"}, "Say what will happen then."),
        ({"next_step": "Call"}, "Say when."),
        ({"next_step": "Call", "due_at": "soon"}, "Enter a valid date/time."),
    ],
)
def test_a_step_without_words_or_time_is_asked_for_again(
    client: Client, lead: Lead, values: dict[str, str], error: str
) -> None:
    answer = client.post(address(lead), values)

    assert (answer.status_code, words(answer.content, "invalid-feedback")) == (422, [error])
    assert step_of(lead) == ("", "")


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(client: Client, lead: Lead) -> None:
    client.post(address(lead), {"next_step": "Call", "when": "tomorrow", "revision": 0})
    late = client.post(address(lead), {"next_step": "Write", "when": "monday", "revision": 0})

    assert late.status_code == 409
    assert "Aram Agent changed this lead" in toast_of(late)
    assert step_of(lead) == ("Call", "Fri 06 10:00")
    assert client.post(address(lead, "step_done"), {"revision": 0}).status_code == 409


def test_closing_clears_the_step_and_its_undo_brings_it_back(client: Client, lead: Lead) -> None:
    Lead.objects.update(next_step="Call", next_step_at=NOW + timedelta(hours=1))
    lost = lead.pipeline.stages.get(name="Lost")
    closed = client.post(
        address(lead, "move"), {"stage": str(lost.public_id), "reason": LostReasonFactory().pk}
    )
    assert step_of(lead) == ("", "")
    refused = client.post(address(lead), {"next_step": "Call", "when": "tomorrow"})
    assert (refused.status_code, toast_of(refused)) == (
        422,
        "The lead is closed. Move it to an open stage first.",
    )

    client.post(undo_of(closed))

    assert step_of(lead) == ("Call", "Thu 05 14:00")
    assert lead.stage.name == "New"


def test_the_step_shows_its_state_on_every_screen(client: Client, lead: Lead) -> None:
    Lead.objects.update(next_step="Call", next_step_at=NOW - timedelta(days=1))
    pages = [
        reverse("desk:lead", args=[lead.public_id]),
        reverse("desk:lead_panel", args=[lead.public_id]),
        reverse("desk:contact", args=[lead.contact.public_id]),
        reverse("desk:board", args=[lead.pipeline.public_id]),
    ]
    assert [words(client.get(page).content, "step-overdue") for page in pages] == [
        ["Call · 4 Mar overdue"],
        ["Call · 4 Mar overdue"],
        ["Call · 4 Mar overdue"],
        ["Call 4 Mar overdue"],
    ]


def test_others_steps_are_left_alone(lead: Lead, agent: User, sign_in: Callable[[User], Client]) -> None:
    lead.owner, lead.team = None, TeamFactory()
    lead.save()
    client = sign_in(agent)

    assert client.get(address(lead)).status_code == 404
    assert client.post(address(lead), {"next_step": "Call", "when": "tomorrow"}).status_code == 404
    assert client.post(address(lead, "step_done")).status_code == 404
    assert step_of(lead) == ("", "")


def test_setting_a_step_keeps_its_budget(client: Client, lead: Lead, statements: Counting) -> None:
    client.get(address(lead))
    with statements() as asked:
        client.get(address(lead))
    with statements() as set_:
        client.post(address(lead), {"next_step": "Call", "when": "tomorrow"})

    assert len(asked) <= 4
    assert len(set_) <= 12
