"""Moving a lead from a screen: what the stage asks for, its limit, and what somebody else did in between."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from core.access.models import User
from core.events.actor import Actor
from crm.pipeline.models import Lead, Pipeline, Stage
from crm.pipeline.operations import move_lead
from crm.qualification.models import LeadAnswer
from tests.desk.reading import attributes, words
from tests.desk.settings.htmx import htmx, toast_of
from tests.factories.crm import CriterionFactory, LeadFactory, LostReasonFactory

NOW = datetime(2026, 3, 5, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _at_one_moment() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def stages(pipeline: Pipeline) -> dict[str, Stage]:
    CriterionFactory(key="start", kind="duration", name="Start")
    return {stage.name: stage for stage in pipeline.stages.all()}


@pytest.fixture
def lead(stages: dict[str, Stage], agent: User) -> Lead:
    return LeadFactory(stage=stages["New"], title="Kitchen", owner=agent)


@pytest.fixture
def desk(agent: User, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(agent)


def post(desk: Client, lead: Lead, stage: Stage, **values: str) -> Any:
    board = reverse("desk:board", args=[lead.pipeline.public_id])
    headers = {**htmx(), "HX-Current-URL": f"http://testserver{board}"}
    sent = {"stage": str(stage.public_id), "revision": str(lead.revision), **values}
    return desk.post(reverse("desk:lead_move", args=[lead.public_id]), sent, headers=headers)


def inputs(answer: Any) -> set[str]:
    """What stands in the inputs, hidden ones included."""
    return set(re.findall(r'<input[^>]* value="([^"]*)"', answer.content.decode()))


def wants(stage: Stage, *keys: str) -> None:
    Stage.objects.filter(pk=stage.pk).update(required=list(keys))


def test_a_drag_to_a_stage_that_wants_more_asks_for_just_that(
    desk: Client, lead: Lead, stages: dict[str, Stage]
) -> None:
    wants(stages["Offer"], "lead.owner", "lead.value", "answer.start", "lead.next_step")

    asked = post(desk, lead, stages["Offer"])

    assert (asked.status_code, asked.headers["HX-Retarget"]) == (200, "#modal-body")
    assert words(asked.content, "form-label") == ["Value", "Start", "What happens next", "When"]
    assert Lead.objects.get().stage == stages["New"]


def test_what_is_written_there_is_stored_with_the_move(
    desk: Client, lead: Lead, stages: dict[str, Stage], agent: User
) -> None:
    wants(stages["Offer"], "lead.value", "answer.start", "lead.next_step", "contact.phone")
    given = {
        "given-lead.value": "1 200 000",
        "given-answer.start": "7",
        "given-lead.next_step": "Send the offer",
        "given-lead.next_step-at": "2026-03-06T10:00",
        "given-contact.phone": "091 23 45 67",
    }

    done = post(desk, lead, stages["Offer"], **given)

    assert (done.status_code, toast_of(done)) == (200, "Kitchen is now in Offer")
    lead = Lead.objects.get()
    assert (lead.stage, lead.value, lead.currency, lead.revision) == (
        stages["Offer"],
        Decimal(1200000),
        "AMD",
        1,
    )
    assert (lead.answers, lead.next_step) == ({"start": 7}, "Send the offer")
    assert lead.next_step_at == datetime(2026, 3, 6, 6, tzinfo=UTC)
    assert lead.contact.points.get().value == "+37491234567"
    assert (LeadAnswer.objects.get().source, LeadAnswer.objects.get().user) == ("person", agent)


def test_what_cannot_be_read_is_said_at_its_place_and_the_rest_is_kept(
    desk: Client, lead: Lead, stages: dict[str, Stage]
) -> None:
    wants(stages["Offer"], "lead.value", "answer.start")

    answer = post(desk, lead, stages["Offer"], **{"given-lead.value": "much", "given-answer.start": "7"})

    assert answer.status_code == 422
    assert words(answer.content, "invalid-feedback") == ["Write an amount, like 500,000 AMD."]
    assert {"much", "7"} <= inputs(answer)
    phone = post(desk, lead, stages["Offer"], **{"given-contact.phone": "12"})
    assert phone.status_code in (200, 422)
    assert (Lead.objects.get().stage, Lead.objects.get().answers) == (stages["New"], {})


def test_a_lost_stage_asks_for_its_reason_and_then_for_the_rest(
    desk: Client, lead: Lead, stages: dict[str, Stage]
) -> None:
    wants(stages["Lost"], "answer.start")
    reason = LostReasonFactory(name="Price")

    first = post(desk, lead, stages["Lost"])
    second = post(desk, lead, stages["Lost"], reason=str(reason.pk))
    done = post(desk, lead, stages["Lost"], **{"reason": str(reason.pk), "given-answer.start": "3"})

    assert "Why was" in first.content.decode()
    assert words(second.content, "form-label") == ["Start"]
    assert str(reason.pk) in inputs(second)
    assert done.status_code == 200
    assert (Lead.objects.get().lost_reason, Lead.objects.get().answers) == (reason, {"start": 3})


def test_a_full_stage_is_told_to_an_agent_and_asked_of_a_manager(
    desk: Client, lead: Lead, stages: dict[str, Stage], manager: User, sign_in: Callable[[User], Client]
) -> None:
    Stage.objects.filter(name="Offer").update(wip_limit=1)
    LeadFactory(stage=stages["Offer"])

    refused = post(desk, lead, stages["Offer"])
    anyway = post(desk, lead, stages["Offer"], beyond="1")
    asked = post(sign_in(manager), lead, stages["Offer"])

    assert [each.status_code for each in (refused, anyway)] == [409, 409]
    assert toast_of(refused).startswith("“Offer” is full: it takes 1 lead.")
    assert f'id="card-{lead.pk}"' in refused.content.decode()
    assert "It holds 1 of 1 leads." in asked.content.decode()
    assert Lead.objects.get(pk=lead.pk).stage == stages["New"]
    wants(stages["Offer"], "answer.start")
    more = post(sign_in(manager), lead, stages["Offer"], beyond="1")
    assert re.search(r'name="beyond" value="1"', more.content.decode())
    done = post(sign_in(manager), lead, stages["Offer"], **{"beyond": "1", "given-answer.start": "7"})
    assert done.status_code == 200
    assert Lead.objects.get(pk=lead.pk).stage == stages["Offer"]


def test_the_head_of_a_column_says_how_full_it_is(desk: Client, lead: Lead, stages: dict[str, Stage]) -> None:
    Stage.objects.filter(name="Offer").update(wip_limit=1)
    LeadFactory.create_batch(2, stage=stages["Offer"])

    heads = desk.get(reverse("desk:board_totals", args=[lead.pipeline.public_id])).content

    assert words(heads, "column-limit") == ["2 of 1"]
    assert b"column-limit is-over" in heads


def test_a_card_that_somebody_else_moved_goes_to_its_true_place(
    desk: Client, lead: Lead, stages: dict[str, Stage], manager: User
) -> None:
    move_lead(lead_id=lead.pk, to_stage_id=stages["Meeting"].pk, actor=Actor.of(manager))

    stale = post(desk, lead, stages["Offer"])

    assert stale.status_code == 409
    assert toast_of(stale).startswith("Mariam Manager moved this lead to “Meeting” (")
    assert attributes(stale.content, "card-lead", "data-stage") == [str(stages["Meeting"].pk)]


def test_what_was_written_in_the_dialog_survives_somebody_elses_move(
    desk: Client, lead: Lead, stages: dict[str, Stage], manager: User
) -> None:
    wants(stages["Offer"], "answer.start")
    move_lead(lead_id=lead.pk, to_stage_id=stages["Meeting"].pk, actor=Actor.of(manager))

    stale = post(desk, lead, stages["Offer"], **{"given-answer.start": "7"})
    lead.refresh_from_db()
    done = post(desk, lead, stages["Offer"], **{"given-answer.start": "7"})

    assert (stale.status_code, stale.headers["HX-Retarget"]) == (409, "#modal-body")
    assert "Mariam Manager moved this lead to “Meeting”" in stale.content.decode()
    assert {"7", "1"} <= inputs(stale)
    assert done.status_code == 200
    assert (Lead.objects.get().stage, Lead.objects.get().answers) == (stages["Offer"], {"start": 7})
