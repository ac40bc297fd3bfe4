"""Playbooks by the API: looked at, installed, switched and removed by a program."""

from __future__ import annotations

from core.company.models import CompanyProfile
from core.events.models import Event
from tests.api.program import Program
from tests.factories.conversations import make_web_chat


def test_a_program_installs_switches_and_removes(program: Program) -> None:
    CompanyProfile.objects.update_or_create(id=1, defaults={"name": "Aregak Interiors", "currency": "AMD"})
    site = make_web_chat(name="Website", flow_key="")
    listed = program.get("playbooks/")["playbooks"]
    assert [each["key"] for each in listed][:2] == ["inbound", "qualify"]
    assert {each["installed"] for each in listed} == {None}

    parts = program.get("playbooks/inbound/preview/")["parts"]
    states = {(each["kind"], each["key"]): each["state"] for each in parts}
    assert states["flow", "inbound"] == states["sequence", "qualification_stall"] == "new"
    assert states["criterion", "start"] == "other"

    made = program.post("playbooks/inbound/install/", {}, expect=200)
    assert made["installed"] == made["release"] == 1
    assert (made["figure"]["comparison"], made["figure"]["target"], made["figure"]["value"]) == (
        "<",
        2.0,
        None,
    )
    assert program.post("playbooks/inbound/install/", {}, expect=200) == made

    given = {"account": str(site.public_id), "on": True}
    switched = program.post("playbooks/inbound/switch/", given, expect=200)
    assert switched["accounts"] == [
        {"id": str(site.public_id), "name": "Website", "kind": "webchat", "on": True}
    ]
    assert program.post("playbooks/inbound/upgrade/", {}, expect=200)["installed"] == 1
    removed = program.post("playbooks/inbound/remove/", {"edited_too": False}, expect=200)
    assert removed["kept"] == []
    assert "Answer every enquiry in two minutes" in removed["removed"]
    site.refresh_from_db()
    assert site.flow_key == ""
    assert Event.objects.get(name="playbook.removed").actor_kind == "api"


def test_what_cannot_be_done_says_why(program: Program) -> None:
    program.get("playbooks/nonsense/", expect=404)
    program.post("playbooks/nonsense/install/", {}, expect=404)
    refused = program.post("playbooks/inbound/remove/", {}, expect=422)
    assert refused["detail"] == "This playbook is not installed. Install it first."
    nobody = {"account": "01900000-0000-7000-8000-000000000000", "on": True}
    assert program.post("playbooks/inbound/switch/", nobody, expect=400)["errors"][0]["path"] == "/account"
