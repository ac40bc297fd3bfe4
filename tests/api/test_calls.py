from __future__ import annotations

from core.events.models import Event
from tests.api.program import Program


def test_a_telephone_system_logs_a_call(program: Program) -> None:
    lead = program.post("leads/", {"contact": {"phones": ["077123456"]}})

    call = program.post(
        "calls/",
        {
            "lead": lead["id"],
            "outcome": "no_answer",
            "direction": "in",
            "phone": "+37477123456",
            "seconds": 12,
            "called_at": "2026-03-02T09:00:00Z",
            "next_step": "Call again",
        },
    )

    assert (call["contact"], call["lead"], call["person"]) == (lead["contact"], lead["id"], None)
    assert (call["outcome"], call["direction"], call["seconds"], call["called_at"]) == (
        "no_answer",
        "in",
        12,
        "2026-03-02T09:00:00Z",
    )
    assert program.get(f"calls/{call['id']}/") == call
    assert program.get(f"calls/?lead={lead['id']}&outcome=no_answer")["results"] == [call]
    assert program.get(f"leads/{lead['id']}/")["next_step"] == "Call again"
    assert Event.objects.get(name="call.logged").actor_kind == "api"


def test_a_call_is_with_somebody_and_has_been_made(program: Program) -> None:
    contact = program.post("contacts/", {"name": "Anna"})
    assert program.post("calls/", {"outcome": "busy"}, expect=400)["errors"][0]["path"] == "/contact"
    ahead = {"contact": contact["id"], "outcome": "busy", "called_at": "2090-01-01T00:00:00Z"}
    assert program.post("calls/", ahead, expect=422)["detail"] == "A call is logged after it was made."
    assert program.post("calls/", {**ahead, "outcome": "sung"}, expect=400)["errors"][0]["path"] == "/outcome"
