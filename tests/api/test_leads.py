from __future__ import annotations

from typing import Any

from core.events.models import Event
from core.keys.models import ApiKey
from crm.contacts.models import Contact
from crm.pipeline.models import Lead, Stage
from tests.api.program import Program
from tests.factories.conversations import make_user

ANNA = {"name": "Anna", "phones": ["077 12 34 56"], "emails": ["Anna@Example.com"]}


def test_a_form_makes_a_lead_and_finds_the_contact_again(program: Program) -> None:
    lead = program.post(
        "leads/?expand=contact,stage",
        {
            "contact": ANNA,
            "title": "Kitchen",
            "value": {"amount": "250000.5", "currency": "AMD"},
            "source": "form",
            "campaign": "spring",
            "tags": ["site"],
            "next_step": "Call",
            "next_step_at": "2026-03-02T13:00:00+04:00",
            "answers": {"budget": {"amount": "1200000", "currency": "AMD"}, "start": 7},
        },
    )

    assert lead["contact"]["phones"] == ["+37477123456"]
    assert lead["contact"]["emails"] == ["anna@example.com"]
    assert (lead["title"], lead["stage"]["name"], lead["status"]) == ("Kitchen", "New", "open")
    assert lead["value"] == {"amount": "250000.50", "currency": "AMD"}
    assert (lead["source"], lead["campaign"], lead["tags"]) == ("form", "spring", ["site"])
    assert (lead["next_step"], lead["next_step_at"]) == ("Call", "2026-03-02T09:00:00Z")
    assert lead["answers"] == {"budget": {"amount": "1200000.00", "currency": "AMD"}, "start": 7}
    assert lead["score"] == 11
    assert program.get(f"leads/{lead['id']}/?expand=contact,stage") == lead
    again = program.post(
        "leads/", {"contact": {"phones": ["+374 77 123456"], "emails": ["work@example.com"]}}
    )
    assert again["contact"] == lead["contact"]["id"]
    assert Contact.objects.count() == 1
    assert program.get(f"contacts/{again['contact']}/")["emails"] == ["anna@example.com", "work@example.com"]
    event = Event.objects.filter(name="lead.created").first()
    assert event is not None
    assert (event.actor_kind, event.actor_id, event.api_key_id) == ("api", None, ApiKey.objects.get().pk)


def test_a_next_step_is_done(program: Program) -> None:
    lead = program.post(
        "leads/", {"contact": ANNA, "next_step": "Call", "next_step_at": "2026-03-02T13:00:00+04:00"}
    )

    done = program.post(f"leads/{lead['id']}/next-step/done/", expect=200)

    assert (done["next_step"] or "", done["next_step_at"]) == ("", None)
    event = Event.objects.get(name="lead.next_step_done")
    assert event.payload == {"next_step": "Call", "due_at": "2026-03-02T09:00:00+00:00"}
    assert program.post(f"leads/{lead['id']}/next-step/done/", expect=200)["next_step_at"] is None


def test_the_score_explains_itself_line_by_line(program: Program) -> None:
    lead = program.post("leads/", {"contact": ANNA, "answers": {"start": 7}})

    score = program.get(f"leads/{lead['id']}/score/", Accept_Language="en")

    assert score["score"] == sum(line["points"] for line in score["lines"]) == lead["score"] == 5
    line = next(each for each in score["lines"] if each["name"] == "Starts within a week")
    assert (line["kind"], line["group"], line["points"], line["possible"], line["held"]) == (
        "rule",
        "fit",
        2,
        2,
        True,
    )
    assert line["parts"][0]["field"] == "answer.start"
    russian = program.get(f"leads/{lead['id']}/score/", Accept_Language="ru")
    assert russian["lines"][0]["description"] != score["lines"][0]["description"]


def test_a_lead_is_changed_moved_and_given_away(program: Program) -> None:
    lead = program.post("leads/", {"contact": ANNA})
    path = f"leads/{lead['id']}/"
    anna = make_user("Seller")

    changed = program.patch(
        path, {"title": "Hall", "value": {"amount": "5", "currency": "USD"}, "next_step": "Write"}
    )
    assert (changed["title"], changed["value"]) == ("Hall", {"amount": "5.00", "currency": "USD"})
    assert (changed["next_step"], changed["next_step_at"], changed["revision"]) == ("Write", None, 2)
    assert program.patch(path, {"value": None})["value"] is None

    given = program.post(f"{path}assign/", {"owner": str(anna.public_id)}, expect=200)
    assert given["owner"] == str(anna.public_id)
    lost = Stage.objects.get(name="Lost")
    refused = program.post(f"{path}move/", {"stage": str(lost.public_id)}, expect=422)
    assert refused["detail"] == "Say why the lead was lost."
    reason = program.get("lost-reasons/")["results"][1]["name"]
    moved = program.post(f"{path}move/", {"stage": str(lost.public_id), "lost_reason": reason}, expect=200)
    assert (moved["status"], moved["lost_reason"]) == ("lost", reason)


def test_answers_are_kept_with_their_history(program: Program) -> None:
    lead = program.post("leads/", {"contact": ANNA, "answers": {"start": 7}})
    path = f"leads/{lead['id']}/answers/"

    after = program.post(path, {"answers": {"start": 30, "budget": None}}, expect=200)

    assert (after["answers"], after["score"]) == ({"start": 30}, 3)
    rows = program.get(path)["results"]
    assert [(row["key"], row["value"], row["source"], row["superseded_at"] is None) for row in rows] == [
        ("start", 30, "api", True),
        ("start", 7, "api", False),
    ]
    assert [row["value"] for row in program.get(f"{path}?current=true")["results"]] == [30]


def test_whoever_saw_an_older_state_changes_nothing(program: Program) -> None:
    lead = program.post("leads/", {"contact": ANNA})
    path = f"leads/{lead['id']}/"
    seen = program.send("GET", path).headers["ETag"]
    assert program.send("GET", path, If_None_Match=seen).status_code == 304
    expanded = program.send("GET", f"{path}?expand=contact").headers["ETag"]

    program.patch(path, {"title": "First"}, If_Match=expanded)

    problem = program.patch(path, {"title": "Second"}, If_Match=seen, expect=412)
    assert problem["code"] == "stale"
    assert program.get(path)["title"] == "First"
    assert program.send("GET", path, If_None_Match=seen).status_code == 200
    program.post(f"{path}assign/", {"owner": None}, expect=412, If_Match=seen)
    program.patch(path, {"title": "Third"}, If_Match="*")


def test_what_is_wrong_is_named(program: Program) -> None:
    def faults(body: Any) -> list[tuple[str, str]]:
        problem = program.post("leads/", body, expect=400)
        return [(fault["path"], fault["code"]) for fault in problem["errors"]]

    assert faults({}) == [("/contact", "required")]
    assert faults({"contact": {"phones": ["077123456", "12"]}}) == [("/contact/phones/1", "bad_point")]
    assert faults({"contact": {"phone": "077123456"}, "titel": "x"}) == [("/titel", "unknown_field")]
    assert faults({"contact": {"phone": "077123456"}}) == [("/contact/phone", "unknown_field")]
    assert faults({"contact": ANNA, "value": {"amount": "1" * 19, "currency": "AMD"}}) == [
        ("/value", "not_money")
    ]
    assert faults({"contact": ANNA, "value": 5}) == [("/value", "not_money")]
    assert faults({"contact": ANNA, "title": 5}) == [("/title", "not_text")]
    assert faults({"contact": ANNA, "answers": {"no": 1, "start": "x"}}) == [
        ("/answers/no", "invalid"),
        ("/answers/start", "invalid"),
    ]
    assert faults({"contact": ANNA, "next_step_at": "2026-03-02T13:00:00"}) == [
        ("/next_step_at", "no_offset")
    ]
    nobody = "01890000-0000-7000-8000-000000000000"
    assert faults({"contact": nobody}) == [("/contact", "unknown")]
    assert faults({"contact": ANNA, "stage": nobody}) == [("/stage", "unknown")]
    assert faults({"contact": ANNA, "owner": nobody}) == [("/owner", "unknown")]
    assert faults([1]) == [("/", "invalid")]
    assert Lead.objects.count() == Contact.objects.count() == 0


def test_what_is_answered_at_once_is_what_is_read_later(program: Program) -> None:
    anna = make_user("Seller")
    made = program.post(
        "leads/",
        {
            "contact": {"name": "Berta", "emails": ["berta@example.com"], "company": "Masis"},
            "owner": str(anna.public_id),
            "value": {"amount": "0.1", "currency": "USD"},
            "next_step": "Call",
            "next_step_at": "2090-01-01T00:00:00+04:00",
            "answers": {"start": 7},
            "goal": "price",
        },
    )

    assert program.get(f"leads/{made['id']}/") == made
    history = Lead.pgh_event_model.objects.filter(title="Berta")  # type: ignore[attr-defined]
    assert {row.pgh_context["api_key"] for row in history} == {ApiKey.objects.get().prefix}
