"""Pipelines and stages by the API, and what they ask of a move."""

from __future__ import annotations

from crm.pipeline.models import Lead, Stage
from tests.api.program import Program, make_program
from tests.factories.conversations import make_user
from tests.factories.crm import LeadFactory


def stage_of(name: str) -> Stage:
    return Stage.objects.get(name=name)


def test_a_move_names_what_is_missing_and_takes_it(program: Program) -> None:
    lead = LeadFactory(stage=stage_of("New"))
    Stage.objects.filter(name="Offer").update(required=["lead.value", "lead.next_step", "answer.start"])
    path, body = f"leads/{lead.public_id}/move/", {"stage": str(stage_of("Offer").public_id)}

    problem = program.post(path, body, expect=422)
    wrong = program.post(path, {**body, "given": {"answer.start": "soon", "lead.value": 5}}, expect=400)
    unknown = program.post(path, {**body, "given": {"lead.title": "x"}}, expect=400)
    given = {
        "lead.value": {"amount": "5000", "currency": "AMD"},
        "lead.next_step": {"text": "Call", "at": "2099-03-02T13:00:00+04:00"},
        "answer.start": 7,
    }
    moved = program.post(path, {**body, "given": given}, expect=200)

    assert problem["code"] == "stage_wants"
    assert [(each["path"], each["code"]) for each in problem["errors"]] == [
        ("/given/lead.value", "required"),
        ("/given/lead.next_step", "required"),
        ("/given/answer.start", "required"),
    ]
    assert wrong["errors"][0]["path"] == "/given/answer.start"
    assert unknown["errors"][0]["path"] == "/given/lead.title"
    assert (moved["value"], moved["next_step"]) == ({"amount": "5000.00", "currency": "AMD"}, "Call")
    assert moved["answers"]["start"] == 7
    assert Lead.objects.get(pk=lead.pk).stage == stage_of("Offer")


def test_a_full_stage_says_so_and_a_key_of_an_agent_cannot_go_beyond(program: Program) -> None:
    Stage.objects.filter(name="Offer").update(wip_limit=1)
    LeadFactory(stage=stage_of("Offer"))
    lead = LeadFactory(stage=stage_of("New"))
    path = f"leads/{lead.public_id}/move/"
    body = {"stage": str(stage_of("Offer").public_id), "beyond_limit": True}

    agents = make_program(person=make_user())
    full = agents.post(path, body, expect=409)
    program.post(path, body, expect=200)

    assert (full["code"], full["count"], full["limit"]) == ("stage_full", 1, 1)


def test_a_pipeline_is_made_changed_and_removed(program: Program) -> None:
    made = program.post(
        "pipelines/",
        {
            "name": "Hotels",
            "currency": "USD",
            "stages": [
                {"name": "In", "wip_limit": 5, "required": ["lead.owner"]},
                {"name": "Done", "kind": "won", "probability": 100},
            ],
        },
    )

    assert [each["name"] for each in made["stages"]] == ["In", "Done"]
    changed = program.patch(f"pipelines/{made['id']}/", {"name": "Big hotels", "position": 0})
    assert (changed["name"], changed["currency"], changed["position"]) == ("Big hotels", "USD", 0)
    program.delete(f"pipelines/{made['id']}/")
    program.get(f"pipelines/{made['id']}/", expect=404)


def test_a_stage_is_added_changed_and_removed(program: Program) -> None:
    pipeline = stage_of("New").pipeline
    action = {"action": "next_step", "settings": {"text": "Measure", "days": "1"}}
    stage = program.post(
        "stages/",
        {
            "pipeline": str(pipeline.public_id),
            "name": "Visit",
            "required": ["lead.value"],
            "actions": [action],
            "wip_limit": 8,
        },
    )
    path = f"stages/{stage['id']}/"

    assert (stage["required"], stage["actions"], stage["wip_limit"]) == (["lead.value"], [action], 8)
    changed = program.patch(path, {"wip_limit": None, "position": 0})
    assert (changed["wip_limit"], changed["position"], changed["required"]) == (None, 0, ["lead.value"])
    refused = program.patch(path, {"actions": [{"action": "stage", "settings": {"stage": "1"}}]}, expect=422)
    assert refused["detail"] == "A stage cannot move on the leads that enter it."
    lead = LeadFactory(stage=stage_of("Visit"))
    program.post(f"{path}remove/", expect=422)
    program.post(f"{path}remove/", {"move_leads_to": str(stage_of("Offer").public_id)}, expect=204)
    assert Lead.objects.get(pk=lead.pk).stage == stage_of("Offer")
    program.get(path, expect=404)


def test_reasons_of_lost_leads_are_added_renamed_and_no_longer_offered(program: Program) -> None:
    made = program.post("lost-reasons/", {"name": "  Moved   away "})
    path = f"lost-reasons/{made['id']}/"
    twice = program.post("lost-reasons/", {"name": "Moved away"}, expect=422)
    renamed = program.patch(path, {"name": "Left the country"})
    off = program.patch(path, {"active": False})
    lead = LeadFactory(stage=stage_of("New"))
    body = {"stage": str(stage_of("Lost").public_id), "lost_reason": "Left the country"}
    refused = program.post(f"leads/{lead.public_id}/move/", body, expect=400)

    assert (made["name"], made["code"], made["active"]) == ("Moved away", None, True)
    assert twice["detail"] == "There is a reason “Moved away” already."
    assert (renamed["name"], renamed["active"]) == ("Left the country", True)
    assert (off["name"], off["active"]) == ("Left the country", False)
    assert program.get(path) == off
    assert refused["errors"][0]["path"] == "/lost_reason"
