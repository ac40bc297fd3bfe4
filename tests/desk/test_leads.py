from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from conversations.threads import operations as threads
from conversations.threads.models import AuthorKind, Direction, Message, MessageStatus
from core.access.models import User
from core.events.actor import Actor
from core.events.models import Event
from crm.memory import forget_all
from crm.pipeline.models import Lead, Pipeline, Stage
from crm.pipeline.operations import move_lead
from crm.qualification.models import LeadAnswer
from crm.qualification.operations import correct_answer
from crm.scoring.models import ScoreEntry
from tests.desk.conftest import Counting
from tests.desk.reading import attributes, words
from tests.factories.conversations import make_conversation
from tests.factories.core import TeamFactory
from tests.factories.crm import ContactFactory, CriterionFactory, LeadFactory, RuleFactory

NOW = datetime(2026, 3, 5, 9, tzinfo=UTC)
GETS = (
    "lead",
    "head",
    "side",
    "about",
    "history",
    "panel",
    "timeline",
    "why",
    "move",
    "details",
    "next_step",
)


def name_of(part: str) -> str:
    return "desk:lead" if part == "lead" else f"desk:lead_{part}"


@pytest.fixture(autouse=True)
def _at_one_moment() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def stages(pipeline: Pipeline) -> dict[str, Stage]:
    return {stage.name: stage for stage in pipeline.stages.all()}


@pytest.fixture
def lead(stages: dict[str, Stage]) -> Lead:
    return LeadFactory(stage=stages["New"], title="Kitchen", contact=ContactFactory(name="Olga"))


@pytest.mark.parametrize("part", GETS)
def test_every_part_refuses_an_outsider_and_opens_to_a_manager(
    part: str, lead: Lead, agent: User, manager: User, sign_in: Callable[[User], Client]
) -> None:
    lead.owner, lead.team = manager, TeamFactory()
    lead.save()
    address = reverse(name_of(part), args=[lead.public_id])

    assert sign_in(agent).get(address).status_code == 404
    assert sign_in(manager).get(address).status_code == 200


def test_the_timeline_merges_messages_answers_scores_moves_and_notes(
    lead: Lead, stages: dict[str, Stage], manager: User, sign_in: Callable[[User], Client]
) -> None:
    CriterionFactory(key="city", name="City")
    RuleFactory(name="City is known", condition={"field": "answer.city", "op": "is_set"}, points=2)
    conversation = make_conversation(lead=lead)
    Message.objects.create(
        conversation=conversation,
        account=conversation.account,
        sequence=1,
        direction=Direction.IN,
        author_kind=AuthorKind.CUSTOMER,
        text="I live in Yerevan",
        status=MessageStatus.RECEIVED,
        sent_at=NOW - timedelta(hours=3),
    )
    conversation.last_sequence = 1
    conversation.save()
    correct_answer(lead_id=lead.pk, key="city", value="Yerevan", user=manager)
    for model, field in ((Event, "created_at"), (LeadAnswer, "created_at"), (ScoreEntry, "created_at")):
        model.objects.update(**{field: NOW - timedelta(hours=2)})
    move_lead(lead_id=lead.pk, to_stage_id=stages["Offer"].pk, actor=Actor.of(manager))
    Event.objects.filter(name="lead.stage_changed").update(created_at=NOW - timedelta(hours=1))
    threads.add_note(conversation_id=conversation.pk, user=manager, text="Call him")
    client = sign_in(manager)

    everything = words(client.get(reverse("desk:lead", args=[lead.public_id])).content, "timeline-item")
    notes = words(
        client.get(reverse("desk:lead_timeline", args=[lead.public_id]), {"kind": "note"}).content,
        "timeline-item",
    )

    assert everything == [
        "Mariam Manager Call him now",
        "Mariam Manager moved the lead from New to Offer 1 h",
        "The lead is now: Nurture 2 h",
        "Score +2 City is known +2 2 h",
        "City: Yerevan · Mariam Manager 2 h",
        "Olga I live in Yerevan 3 h",
    ]
    assert notes == ["Mariam Manager Call him now"]


def test_the_timeline_goes_on_page_by_page_without_a_gap(
    lead: Lead, manager: User, sign_in: Callable[[User], Client]
) -> None:
    conversation = make_conversation(lead=lead)
    Message.objects.bulk_create(
        Message(
            conversation=conversation,
            account=conversation.account,
            sequence=number,
            direction=Direction.IN,
            author_kind=AuthorKind.CUSTOMER,
            text=f"Message {number}",
            status=MessageStatus.RECEIVED,
            # Pairs of one instant: the place in the list must not depend on the time alone.
            sent_at=NOW - timedelta(minutes=number // 2),
        )
        for number in range(75)
    )
    client, seen = sign_in(manager), []
    page = client.get(reverse("desk:lead_timeline", args=[lead.public_id]), {"kind": "message"}).content
    while True:
        seen += words(page, "timeline-text")
        more = attributes(page, "timeline-more", "hx-get")
        if not more:
            break
        page = client.get(more[0]).content

    assert len(seen) == 75
    assert sorted(seen) == sorted(f"Message {number}" for number in range(75))


def test_why_adds_up_to_the_score(lead: Lead, manager: User, sign_in: Callable[[User], Client]) -> None:
    CriterionFactory(key="city", name="City", must_have=True)
    rule = RuleFactory(name="City is known", condition={"field": "answer.city", "op": "is_set"}, points=2)
    RuleFactory(
        rule_set=rule.rule_set,
        name="Has an owner",
        condition={"field": "lead.has_owner", "op": "is", "value": True},
    )
    client = sign_in(manager)
    address = reverse("desk:lead_why", args=[lead.public_id])

    before = words(client.get(address).content, "why")
    correct_answer(lead_id=lead.pk, key="city", value="Yerevan", user=manager)
    after = words(client.get(address).content, "why")

    assert before == ["City is known 0 of 2 Has an owner 0 of 1 Score, grade D 0"]
    assert after == ["City is known +2 Has an owner 0 of 1 Score, grade C 2"]


def test_a_fact_is_corrected_in_its_place(
    lead: Lead, manager: User, sign_in: Callable[[User], Client]
) -> None:
    CriterionFactory(key="budget", kind="money", name="Budget")
    client = sign_in(manager)
    address = reverse("desk:lead_answer", args=[lead.public_id, "budget"])

    wrong = client.post(address, {"value": "plenty"})
    right = client.post(address, {"value": "1 500 000 AMD"})

    lead.refresh_from_db()
    assert (wrong.status_code, words(wrong.content, "invalid-feedback")) == (
        422,
        ["Write an amount, like 500,000 AMD."],
    )
    assert words(right.content, "fact-edit") == ["1,500,000 AMD"]
    assert set(json.loads(right["HX-Trigger"])) == {"board:moved", "lead:refresh", "modal:close"}
    assert (lead.answers["budget"], lead.value) == (
        {"amount": "1500000.0000", "currency": "AMD"},
        Decimal(1_500_000),
    )
    assert client.get(reverse("desk:lead_answer", args=[lead.public_id, "nonsense"])).status_code == 404


def test_title_value_owner_and_next_step_are_set(
    lead: Lead, manager: User, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(manager)

    def post(part: str, **values: Any) -> int:
        return client.post(reverse(f"desk:lead_{part}", args=[lead.public_id]), values).status_code

    assert post("details", title="  Big kitchen ", value="250.5", currency="USD", revision=0) == 200
    assert post("next_step", next_step="Call", due_at="2026-03-06T10:00", revision=1) == 200
    assert post("owner", owner=str(manager.public_id)) == 200
    assert post("details", title="Late", currency="USD", revision=0) == 409
    assert post("details", title="", currency="USD") == 422

    lead.refresh_from_db()
    assert (lead.title, lead.value, lead.currency, lead.owner) == (
        "Big kitchen",
        Decimal("250.5"),
        "USD",
        manager,
    )
    assert (lead.next_step, lead.next_step_at) == ("Call", datetime(2026, 3, 6, 6, tzinfo=UTC))


def test_the_panel_shows_the_chat_beside_the_board(
    lead: Lead, manager: User, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(manager)
    address = reverse("desk:lead_panel", args=[lead.public_id])

    assert words(client.get(address, {"tab": "chat"}).content, "empty-hint") == ["This lead has no chat yet."]
    make_conversation(lead=lead)
    chat = client.get(address, {"tab": "chat"}).content
    assert (len(words(chat, "thread-pane")), words(chat, "only-phone")) == (1, [])


def test_the_pages_keep_their_budget(
    lead: Lead, manager: User, sign_in: Callable[[User], Client], statements: Counting
) -> None:
    conversation = make_conversation(lead=lead)
    client, costs = sign_in(manager), {}
    for notes in (3, 60):
        for number in range(notes):
            threads.add_note(conversation_id=conversation.pk, user=manager, text=f"Note {number}")
        for part in GETS:
            forget_all()
            cache.clear()
            with statements() as sent:
                client.get(reverse(name_of(part), args=[lead.public_id]))
            costs.setdefault(part, []).append(len(sent))

    assert {part: cost for part, cost in costs.items() if cost[0] != cost[1] or cost[0] > 12} == {}
