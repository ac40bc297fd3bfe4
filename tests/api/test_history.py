from __future__ import annotations

from core.access.models import Role
from core.keys.scopes import Scope
from crm.pipeline.models import Stage
from tests.api.program import Program, make_program
from tests.factories.conversations import make_user

KIND = {"kind", "name", "did", "who", "origin"}


def test_what_a_program_changed_in_a_lead(program: Program) -> None:
    lead = program.post("leads/", {"title": "Kitchen", "contact": {"phones": ["077123456"]}})
    program.patch(
        f"leads/{lead['id']}/", {"title": "Kitchen in oak", "value": {"amount": "500000", "currency": "AMD"}}
    )

    changed, *_ = program.get(f"leads/{lead['id']}/history/")["results"]

    assert {name: changed[name] for name in KIND} == {
        "kind": "lead",
        "name": "Kitchen in oak",
        "did": "update",
        "who": changed["who"],
        "origin": "api",
    }
    assert changed["who"].endswith("(API key)")
    assert changed["object"] == lead["id"]
    assert changed["person"] is None
    assert {(each["name"], each["before"], each["after"]) for each in changed["fields"]} >= {
        ("title", "Kitchen", "Kitchen in oak")
    }
    assert not any("{" in each["after"] for each in changed["fields"])


def test_a_contact_tells_of_its_phones_and_consent(program: Program) -> None:
    contact = program.post("contacts/", {"name": "Anna"})
    program.post(f"contacts/{contact['id']}/points/", {"kind": "phone", "value": "077123456"})
    program.post(f"contacts/{contact['id']}/consent/", {"purpose": "marketing", "granted": True})

    found = program.get(f"contacts/{contact['id']}/history/")["results"]

    assert {(each["kind"], each["name"], each["part_of"]) for each in found} >= {
        ("contact", "Anna", ""),
        ("contactpoint", "+374 77 123456", "Anna"),
        ("consentrecord", "Marketing", "Anna"),
    }


def test_the_settings_are_read_page_by_page_and_narrowed(program: Program) -> None:
    stage = Stage.objects.order_by("id")[0]
    stage.name = "First talk"
    stage.save()

    seen, link = [], "history/?limit=7"
    while link:
        found = program.get(link)
        seen += [each["id"] for each in found["results"]]
        link = (found["next"] or "").partition("/api/v1/")[2]
    assert len(seen) == len(set(seen)) > 20
    newest, *_ = program.get(f"history/?kind=stage&object={stage.public_id}")["results"]
    assert (newest["name"], newest["fields"][0]["after"]) == ("First talk", "First talk")
    assert program.get("history/?kind=stage&by=programs")["results"] == []
    assert program.get("history/?until=2020-01-01T00:00:00Z")["results"] == []


def test_a_key_reads_what_its_person_may(company: None) -> None:
    scopes = [Scope.EVENTS_READ]
    as_agent = make_program(scopes, person=make_user("Aram"))
    as_manager = make_program(scopes, person=make_user("Mariam", role=Role.MANAGER))
    as_agent.get("history/", expect=403)
    kinds = {each["kind"] for each in as_manager.get("history/?limit=200")["results"]}
    assert "stage" in kinds
    assert not kinds & {"apikey", "companyprofile", "businesscalendar", "openinghours"}
    as_manager.get("history/?kind=apikey", expect=400)


def test_odd_questions_are_refused(program: Program) -> None:
    for query in (
        "kind=tables",
        "object=01890000-0000-7000-8000-000000000000",
        "kind=companyprofile&object=01890000-0000-7000-8000-000000000000",
        "person=01890000-0000-7000-8000-000000000000",
        "by=magic",
        "since=yesterday",
        "cursor=x",
        "limit=0",
        "q=1",
    ):
        program.get(f"history/?{query}", expect=400)
