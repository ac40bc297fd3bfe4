"""What the page of a lead has beside head and facts: files, history, and a timeline that is narrowed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pghistory
import pytest
import time_machine
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from conversations.threads.models import Attachment, Conversation, Message
from core.access.models import User
from core.events.actor import Actor
from crm.duplicates.models import ContactMerge
from crm.pipeline.models import Lead, Pipeline
from crm.pipeline.operations import move_lead, update_lead
from tests.desk.conftest import Counting
from tests.desk.reading import attributes, words
from tests.factories.conversations import make_conversation
from tests.factories.core import TeamFactory, UserFactory
from tests.factories.crm import ContactFactory, LeadFactory

NOW = datetime(2026, 3, 5, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _at_one_moment() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def lead(pipeline: Pipeline, agent: User) -> Lead:
    contact = ContactFactory(name="Olga")
    return LeadFactory(stage=pipeline.stages.get(name="New"), title="Kitchen", contact=contact, owner=agent)


def sent(
    chat: Conversation, name: str, *, number: int, author: User | None = None, **more: Any
) -> Attachment:
    message = Message.objects.create(
        conversation=chat,
        account=chat.account,
        sequence=number,
        direction="out" if author else "in",
        author_kind="user" if author else "customer",
        author=author,
        status="sent" if author else "received",
        sent_at=NOW,
        **more,
    )
    return Attachment.objects.create(
        message=message,
        account=chat.account,
        kind="file",
        name=name,
        size=2048,
        file=ContentFile(b"x", name=name),
    )


def files(client: Client, lead: Lead) -> list[str]:
    page = client.get(reverse("desk:lead_files", args=[lead.public_id])).content
    return words(page, "list-group-item")[:-1]


def test_files_of_all_conversations_with_whom_they_are_from(
    lead: Lead, agent: User, sign_in: Callable[[User], Client]
) -> None:
    chat = make_conversation(lead=lead, assignee=agent)
    plan = sent(chat, "plan.pdf", number=1)
    sent(chat, "quote.pdf", number=2, author=agent)
    sent(chat, "deleted.pdf", number=3, deleted_at=NOW)
    client = sign_in(agent)

    assert files(client, lead) == [
        "quote.pdf Aram Agent · 2.0\xa0KB now".replace("\xa0", " "),
        "plan.pdf Olga · 2.0\xa0KB now".replace("\xa0", " "),
    ]
    page = client.get(reverse("desk:lead_files", args=[lead.public_id])).content.decode()
    assert reverse("desk:attachment", args=[plan.public_id]) in page


def test_files_of_a_conversation_that_somebody_may_not_see_are_left_out(
    lead: Lead, agent: User, sign_in: Callable[[User], Client]
) -> None:
    hidden = make_conversation(lead=lead, assignee=UserFactory(), team=TeamFactory())
    sent(hidden, "secret.pdf", number=1)
    (only,) = files(sign_in(agent), lead)
    assert only.startswith("What customers and colleagues send stands here")


def test_the_timeline_is_narrowed_to_moves_and_to_changes(
    lead: Lead, agent: User, pipeline: Pipeline, sign_in: Callable[[User], Client]
) -> None:
    actor = Actor.of(agent)
    update_lead(lead_id=lead.pk, actor=actor, title="Kitchen in oak")
    move_lead(lead_id=lead.pk, to_stage_id=pipeline.stages.get(name="Meeting").pk, actor=actor)
    other = ContactFactory(name="Olya")
    ContactMerge.objects.create(winner=lead.contact, loser=other, merged_by=agent, merged_at=NOW)
    client = sign_in(agent)

    def shown(kind: str) -> list[str]:
        page = client.get(reverse("desk:lead_timeline", args=[lead.public_id]), {"kind": kind}).content
        return words(page, "timeline-text")

    assert shown("move") == ["Aram Agent moved the lead from New to Meeting"]
    assert shown("edit") == [
        "Aram Agent changed details of the lead",
        "Olya was found to be the same person and merged",
    ]
    assert shown("booking") == []
    assert len(shown("")) == 3


def test_whoever_sees_the_lead_sees_its_history_page_by_page(
    lead: Lead, agent: User, statements: Counting, sign_in: Callable[[User], Client]
) -> None:
    with pghistory.context(user=agent.pk, url="/leads/"):
        for number in range(30):
            lead.title = f"Kitchen {number}"
            lead.save()
    client, address = sign_in(agent), reverse("desk:lead_history", args=[lead.public_id])

    with statements() as asked:
        first = client.get(address).content
    (more,) = attributes(first, "history-more", "hx-get")
    second = client.get(more).content

    assert words(first, "history-fields")[0] == "Title Kitchen 28 Kitchen 29"
    assert len(words(first, "history-line")) == 25
    assert len(words(second, "history-line")) == 6
    assert len(asked) <= 8
    lead.owner, lead.team = UserFactory(), TeamFactory()
    lead.save()
    assert client.get(address).status_code == 404
