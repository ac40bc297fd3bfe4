"""Many leads changed by a program."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from core.events.models import Event
from core.jobs import operations as jobs
from core.keys.models import ApiKey
from crm.bulk.models import LeadBulk
from crm.pipeline.models import Lead, LostReason, Stage
from tests.api.program import Program, make_program
from tests.factories.conversations import make_user
from tests.factories.core import TeamFactory
from tests.factories.crm import LeadFactory

GOOD = {"field": "lead.grade", "op": "is", "value": "A"}


def work() -> None:
    while jobs.work_next(now=timezone.now()):
        pass


def first_stage() -> Stage:
    return Stage.objects.order_by("pipeline__position", "position")[0]


def test_leads_that_match_are_changed_looked_at_and_put_back(program: Program) -> None:
    good = LeadFactory.create_batch(3, stage=first_stage(), grade="A")
    LeadFactory(stage=first_stage(), grade="B")
    body = {"filter": GOOD, "excluded": [str(good[0].public_id)], "action": "tag", "add_tags": ["hot"]}

    begun = program.post("leads/bulk/", body, expect=202)
    assert (begun["status"], begun["total"], begun["changed"]) == ("working", 2, 0)
    assert begun["url"] == f"/api/v1/leads/bulk/{begun['id']}/"
    work()

    done = program.get(f"leads/bulk/{begun['id']}/")
    assert (done["status"], done["changed"], done["refused"]) == ("done", 2, 0)
    rows = program.get(f"leads/bulk/{begun['id']}/rows/?outcome=changed&limit=1")
    assert rows["results"] == [
        {
            "lead": str(good[1].public_id),
            "outcome": "changed",
            "reason": None,
            "details": None,
            "undone": None,
        }
    ]
    assert rows["next"]
    event = Event.objects.filter(name="lead.updated").first()
    assert event is not None
    assert (event.actor_kind, event.api_key_id) == ("api", ApiKey.objects.get().pk)

    undoing = program.post(f"leads/bulk/{begun['id']}/undo/", expect=202)
    assert undoing["status"] == "undoing"
    work()
    undone = program.get(f"leads/bulk/{begun['id']}/")
    assert (undone["status"], undone["undone"], undone["kept"]) == ("undone", 2, 0)
    assert not Lead.objects.filter(tags__contains=["hot"]).exists()
    assert program.get("leads/bulk/")["results"] == [undone]
    program.post(f"leads/bulk/{begun['id']}/undo/", expect=422)


def test_a_request_that_is_sent_again_begins_nothing_new(program: Program) -> None:
    lead = LeadFactory(stage=first_stage())
    body = {"leads": [str(lead.public_id)], "action": "tag", "add_tags": ["hot"]}

    first = program.send("POST", "leads/bulk/", body, **{"Idempotency-Key": "one"})
    again = program.send("POST", "leads/bulk/", body, **{"Idempotency-Key": "one"})

    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json() == again.json()
    assert LeadBulk.objects.count() == 1


def test_every_action_is_done(program: Program) -> None:
    lead, davit, team = LeadFactory(stage=first_stage()), make_user("Davit"), TeamFactory()
    team.members.add(davit)
    other = Stage.objects.filter(pipeline=lead.pipeline, kind="open").exclude(pk=lead.stage_id)[0]
    reason = LostReason.objects.all()[0]
    for body in (
        {"action": "assign", "owner": str(davit.public_id)},
        {"action": "share", "team": str(team.public_id)},
        {"action": "move", "stage": str(other.public_id)},
        {"action": "next_step", "next_step": "Call", "next_step_at": "2030-03-01T10:00:00Z"},
        {"action": "close", "outcome": "lost", "lost_reason": reason.name},
    ):
        begun = program.post("leads/bulk/", {"leads": [str(lead.public_id)], **body}, expect=202)
        work()
        assert program.get(f"leads/bulk/{begun['id']}/")["changed"] == 1, body

    lead.refresh_from_db()
    assert (lead.owner, lead.team, lead.stage_kind, lead.lost_reason) == (davit, team, "lost", reason)


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"action": "tag", "add_tags": ["a"]}, "/leads"),
        ({"leads": [str(uuid4())], "filter": {}, "action": "tag", "add_tags": ["a"]}, "/leads"),
        (
            {"filter": {"field": "lead.none", "op": "is", "value": 1}, "action": "tag", "add_tags": ["a"]},
            "/filter/field",
        ),
        ({"filter": {}, "pipeline": str(uuid4()), "action": "tag", "add_tags": ["a"]}, "/pipeline"),
        ({"filter": {}, "action": "tag"}, "/add_tags"),
        ({"filter": {}, "action": "assign"}, "/owner"),
        ({"filter": {}, "action": "share"}, "/team"),
        ({"filter": {}, "action": "move", "stage": str(uuid4())}, "/stage"),
        ({"filter": {}, "action": "close"}, "/outcome"),
        ({"filter": {}, "action": "close", "outcome": "lost"}, "/lost_reason"),
        ({"filter": {}, "action": "next_step"}, "/next_step"),
        ({"filter": {}, "action": "delete"}, "/action"),
    ],
)
def test_what_cannot_be_done_is_refused_with_its_place(
    program: Program, body: dict[str, Any], path: str
) -> None:
    LeadFactory(stage=first_stage())

    problem = program.post("leads/bulk/", body, expect=400)

    assert [each["path"] for each in problem["errors"]] == [path]
    assert not LeadBulk.objects.exists()


def test_a_key_of_a_seller_changes_what_the_seller_sees(company: None) -> None:
    seller = make_user("Seller")
    own = LeadFactory(stage=first_stage(), owner=seller)
    LeadFactory(stage=first_stage(), owner=make_user("Other"), team=TeamFactory())
    program = make_program(person=seller)

    begun = program.post("leads/bulk/", {"filter": {}, "action": "tag", "add_tags": ["hot"]}, expect=202)
    work()

    assert begun["total"] == 1
    assert list(Lead.objects.filter(tags=["hot"])) == [own]
    stranger = make_program(person=make_user("Stranger"))
    assert stranger.send("GET", f"leads/bulk/{begun['id']}/", {}).status_code == 404
    assert stranger.send("GET", f"leads/bulk/{begun['id']}/rows/", {}).status_code == 404
    assert stranger.send("POST", f"leads/bulk/{begun['id']}/undo/", {}).status_code == 404
    assert stranger.get("leads/bulk/")["results"] == []
