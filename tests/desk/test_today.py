"""The work list "Today": what waits, what is due, whom to meet and to call, and doing it in place (spec 7.7, 7.8)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from bookings.appointments.models import Booking
from bookings.resources.models import Resource
from bookings.services.models import Service
from core.access.models import User
from core.events.actor import Actor
from crm.calls.operations import log_call
from crm.pipeline.models import Lead, Pipeline
from desk.filters.bar import quick_query
from tests.desk.conftest import Counting
from tests.desk.reading import attributes, words
from tests.factories.conversations import make_conversation, make_web_chat
from tests.factories.core import TeamFactory, UserFactory
from tests.factories.crm import ContactFactory, LeadFactory, PhoneFactory

NOW = datetime(2026, 3, 5, 9, tzinfo=UTC)
"""Thursday, 13:00 in Yerevan."""
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _at_one_moment() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def client(agent: User, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(agent)


def lead_of(
    owner: User | None, pipeline: Pipeline, title: str, due: timedelta | None = None, **more: Any
) -> Lead:
    step = {} if due is None else {"next_step": f"Step of {title}", "next_step_at": NOW + due}
    contact = ContactFactory(name=f"{title}'s customer")
    PhoneFactory(contact=contact)
    stage = more.pop("stage", None) or pipeline.stages.get(name="New")
    return LeadFactory(owner=owner, title=title, contact=contact, stage=stage, **step, **more)


def book(user: User, lead: Lead, starts_at: datetime, **more: Any) -> Booking:
    service, _made = Service.objects.get_or_create(name="Measuring")
    resource, _made = Resource.objects.get_or_create(user=user, defaults={"name": user.name})
    values = {"status": "confirmed", "timezone": "Asia/Yerevan", "ends_at": starts_at + HOUR, **more}
    return Booking.objects.create(
        service=service, resource=resource, contact=lead.contact, lead=lead, starts_at=starts_at, **values
    )


def fill(agent: User, pipeline: Pipeline, times: int = 1) -> None:
    """One line in every list, and what belongs to none of them."""
    stranger, team = UserFactory(), TeamFactory()
    account = make_web_chat()
    for number in range(times):
        make_conversation(
            account,
            name=f"Waiting {number}",
            status="waiting_us",
            waiting_since=NOW - timedelta(minutes=20),
            last_text="Hello?",
        )
        make_conversation(account, name="Talking to the flow", handler="flow")
        lead_of(agent, pipeline, f"Late {number}", -HOUR)
        lead_of(agent, pipeline, f"Soon {number}", HOUR)
        lead_of(agent, pipeline, f"Next week {number}", timedelta(days=7))
        lead_of(agent, pipeline, f"Bare {number}")
        lead_of(agent, pipeline, f"Won {number}", stage=pipeline.stages.get(name="Won"))
        lead_of(stranger, pipeline, f"Another's {number}", -HOUR, team=team)
        missed = lead_of(agent, pipeline, f"Missed {number}")
        log_call(contact=missed.contact, lead=missed, outcome="no_answer", now=NOW, actor=Actor.of(agent))
        met = lead_of(agent, pipeline, f"Met {number}", timedelta(days=7))
        book(agent, met, NOW + timedelta(minutes=5 * number), purpose="Kitchen")
        book(agent, met, NOW + timedelta(days=1, minutes=5 * number))
        book(agent, met, NOW, status="cancelled")


def test_the_day_stands_in_lists_with_counts(client: Client, agent: User, pipeline: Pipeline) -> None:
    fill(agent, pipeline)

    page = client.get(reverse("desk:today")).content

    assert words(page, "card-title") == [
        "Waiting for an answer 1",
        "Meetings today 1",
        "Overdue 1",
        "Due today 1",
        "Calls to return 1",
        "Leads without a next step 1",
    ]
    assert words(page, "today-what") == [
        "Waiting 0 Hello?",
        "Met 0's customer Measuring · Aram Agent · Kitchen",
        "Step of Late 0 Late 0 · Late 0's customer · New",
        "Step of Soon 0 Soon 0 · Soon 0's customer · New",
        "Missed 0's customer We called · No answer · Missed 0",
        "Bare 0 Bare 0's customer · New",
    ]
    for address in attributes(page, "today-open", "href"):
        assert client.get(address).status_code == 200


def test_a_step_is_done_or_put_off_in_place(client: Client, agent: User, pipeline: Pipeline) -> None:
    first, second = (lead_of(agent, pipeline, title, -HOUR) for title in ("First", "Second"))
    page = client.get(reverse("desk:today")).content
    assert words(page, "today-overdue") != []

    client.post(attributes(page, "step-done", "hx-post")[0], {"revision": 0})
    client.post(reverse("desk:lead_next_step", args=[second.public_id]), {"when": "tomorrow", "revision": 0})

    page = client.get(reverse("desk:today")).content
    assert words(page, "card-title") == ["Leads without a next step 1"]
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.next_step, second.next_step_at) == ("", datetime(2026, 3, 6, 6, tzinfo=UTC))


def test_an_empty_day_teaches(client: Client, pipeline: Pipeline) -> None:
    page = client.get(reverse("desk:today")).content

    assert words(page, "empty-hint")[0].startswith("Nothing is waiting for you")
    assert words(page, "today-row") == []


def test_midnight_is_the_readers_own(
    agent: User, pipeline: Pipeline, sign_in: Callable[[User], Client]
) -> None:
    lead_of(agent, pipeline, "Evening", timedelta(hours=12))  # 01:00 on Friday in Yerevan, 16:00 in New York

    def titles() -> list[str]:
        return words(sign_in(agent).get(reverse("desk:today")).content, "card-title")

    assert titles() == []
    agent.timezone = "America/New_York"
    agent.save()
    assert titles() == ["Due today 1"]


def test_long_lists_lead_to_the_board(client: Client, agent: User, pipeline: Pipeline) -> None:
    for number in range(18):
        lead_of(agent, pipeline, f"Late {number}", -HOUR)

    page = client.get(reverse("desk:today"))

    assert (len(words(page.content, "today-row")), words(page.content, "card-title")) == (15, ["Overdue 18"])
    more = attributes(page.content, "today-more", "href")[0]
    assert more == f"/pipeline/?{quick_query(agent, 'mine', 'overdue')}"
    board = client.get(more, follow=True).content
    assert len(words(board, "card-lead")) == 18


def test_the_list_alone_is_renewed(client: Client, agent: User, pipeline: Pipeline) -> None:
    lead_of(agent, pipeline, "Late", -HOUR)
    headers = {"HX-Request": "true", "HX-Target": "today-lists"}

    part = client.get(reverse("desk:today"), headers=headers).content

    assert part.strip().startswith(b'<div id="today-lists"')
    assert words(part, "today-open") == ["Step of Late"]


def test_the_page_keeps_its_budget(
    client: Client, agent: User, pipeline: Pipeline, statements: Counting
) -> None:
    fill(agent, pipeline)
    client.get(reverse("desk:today"))
    with statements() as few:
        client.get(reverse("desk:today"))
    fill(agent, pipeline, 12)
    with statements() as many:
        client.get(reverse("desk:today"))

    assert len(many) == len(few) <= 12
