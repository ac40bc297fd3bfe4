from __future__ import annotations

from tests.api.program import Program


def test_a_lead_says_what_to_do_next(program: Program) -> None:
    step = {"next_step": "Call", "next_step_at": "2026-03-02T13:00:00+04:00"}
    lead = program.post("leads/", {"contact": {"name": "Anna"}, **step})

    told = program.get(f"leads/{lead['id']}/next-action/", Accept_Language="en")

    assert (told["kind"], told["words"]) == ("do_step", "Do the next step")
    assert told["reason"].startswith("“Call” was due ")
    assert (told["since"], told["until"], told["criterion"], told["text"], told["conversation"]) == (
        "2026-03-02T09:00:00Z",
        None,
        None,
        None,
        None,
    )
    program.post(f"leads/{lead['id']}/next-step/done/", expect=200)
    after = program.get(f"leads/{lead['id']}/next-action/", Accept_Language="ru")
    assert after["kind"] in ("ask", "plan")
    assert after["reason"] != told["reason"]


def test_a_closed_lead_needs_nothing(program: Program) -> None:
    lead = program.post("leads/", {"contact": {"name": "Anna"}})
    won = next(stage for stage in program.get("stages/?kind=won")["results"])
    program.post(f"leads/{lead['id']}/move/", {"stage": won["id"]}, expect=200)

    assert set(program.get(f"leads/{lead['id']}/next-action/").values()) == {None}
