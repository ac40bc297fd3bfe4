from __future__ import annotations

from django.utils import timezone

from automation.sequences.operations import install_ready
from core.events.models import Event
from crm.defaults import install_defaults
from tests.api.program import Program


def test_a_program_starts_and_stops_a_sequence(program: Program) -> None:
    install_defaults()
    install_ready(language="en", active=True, now=timezone.now())
    keys = [each["key"] for each in program.get("sequences/")["results"]]
    assert "quote_not_accepted" in keys

    lead = program.post("leads/", {"contact": {"phones": ["077123456"]}})
    begun = program.post("enrolments/", {"lead": lead["id"], "sequence": "quote_not_accepted"}, expect=201)
    assert (begun["lead"], begun["state"], begun["sent"]) == (lead["id"], "active", 0)
    assert begun["due_at"] is not None
    again = program.post("enrolments/", {"lead": lead["id"], "sequence": "quote_not_accepted"}, expect=201)
    assert again["id"] == begun["id"]
    assert program.get(f"enrolments/?lead={lead['id']}&state=active")["results"] == [begun]

    stopped = program.post(f"enrolments/{begun['id']}/stop/", {}, expect=200)
    assert (stopped["state"], stopped["stop_reason"], stopped["due_at"]) == ("stopped", "cancelled", None)
    assert program.post(f"enrolments/{begun['id']}/stop/", {}, expect=200)["state"] == "stopped"
    assert Event.objects.get(name="sequence.stopped").actor_kind == "api"


def test_what_cannot_be_started_says_why(program: Program) -> None:
    install_defaults()
    lead = program.post("leads/", {"contact": {"phones": ["077123456"]}})
    refused = program.post("enrolments/", {"lead": lead["id"], "sequence": "no_show"}, expect=422)
    assert refused["detail"] == "This sequence is not in use. Publish it and switch it on first."
    nobody = {"lead": "01900000-0000-7000-8000-000000000000", "sequence": "no_show"}
    assert program.post("enrolments/", nobody, expect=400)["errors"][0]["path"] == "/lead"
