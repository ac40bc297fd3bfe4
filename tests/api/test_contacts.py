from __future__ import annotations

from core.events.models import Event
from core.keys.scopes import Scope
from crm.contacts.models import Contact
from tests.api.program import Program, make_program
from tests.factories.conversations import make_user


def test_a_contact_is_added_found_and_changed(program: Program) -> None:
    anna = make_user("Seller")
    made = program.post(
        "contacts/",
        {
            "name": "Գոհար",
            "phones": ["077123456"],
            "language": "hy",
            "timezone": "Asia/Yerevan",
            "company": "Masis",
            "owner": str(anna.public_id),
            "tags": ["vip"],
        },
    )

    assert (made["name"], made["phones"], made["emails"], made["language"]) == (
        "Գոհար",
        ["+37477123456"],
        [],
        "hy",
    )
    for query in (
        "phone=%2B37477123456",
        "phone=077 123456",
        "name__contains=gohar",
        "tag=vip",
        "company__isnull=false",
    ):
        assert [row["id"] for row in program.get(f"contacts/?{query}")["results"]] == [made["id"]], query
    assert program.get("contacts/?email=no@example.com")["results"] == []
    changed = program.patch(
        f"contacts/{made['id']}/?expand=company,owner", {"name": "Gohar", "company": "Ararat", "owner": None}
    )
    assert (changed["name"], changed["company"]["name"], changed["owner"]) == ("Gohar", "Ararat", None)
    assert program.patch(f"contacts/{made['id']}/", {"company": ""})["company"] is None


def test_points_come_and_go(program: Program) -> None:
    contact = program.post("contacts/", {"name": "Anna"})
    path = f"contacts/{contact['id']}/points/"

    point = program.post(path, {"kind": "email", "value": " Anna@Example.com "})

    assert (point["kind"], point["value"], point["verified_at"]) == ("email", "anna@example.com", None)
    assert program.post(path, {"kind": "email", "value": "anna@example.com"}) == point
    problem = program.post(path, {"kind": "phone", "value": "12"}, expect=400)
    assert problem["errors"][0]["path"] == "/value"
    assert [each["value"] for each in program.get(path)["results"]] == ["anna@example.com"]
    program.delete(f"{path}email/anna@example.com/")
    program.delete(f"{path}email/anna@example.com/", expect=404)
    assert program.get(path)["results"] == []


def test_consent_is_recorded_with_its_words(program: Program) -> None:
    contact = program.post("contacts/", {"name": "Anna"})
    path = f"contacts/{contact['id']}/consent/"

    given = program.post(path, {"purpose": "marketing", "granted": True, "source": "form", "text": "I agree"})

    assert (given["purpose"], given["granted"], given["source"], given["text"]) == (
        "marketing",
        True,
        "form",
        "I agree",
    )
    taken = program.post(path, {"purpose": "follow_up", "granted": False})
    assert (taken["granted"], taken["channel"], taken["source"]) == (False, None, "api")
    assert [row["purpose"] for row in program.get(path)["results"]] == ["follow_up", "marketing"]
    assert Event.objects.get(name="contact.opted_out").actor_kind == "api"


def test_who_saw_an_older_contact_changes_nothing(program: Program) -> None:
    contact = program.post("contacts/", {"name": "Anna", "company": "Masis"})
    path = f"contacts/{contact['id']}/"
    seen = program.send("GET", f"{path}?expand=company").headers["ETag"]

    program.patch(path, {"name": "Ann"}, If_Match=seen)

    program.patch(path, {"name": "Anne"}, expect=412, If_Match=seen)
    assert Contact.objects.get().name == "Ann"


def test_a_key_that_works_as_a_person_sees_and_acts_like_that_person(company: None) -> None:
    agent, other = make_user("Agent"), make_user("Other")
    everything, own = make_program(), make_program(person=agent)
    mine = everything.post("contacts/", {"name": "Mine", "owner": str(agent.public_id)})
    theirs = everything.post("contacts/", {"name": "Theirs", "owner": str(other.public_id)})

    assert [row["id"] for row in own.get("contacts/")["results"]] == [mine["id"]]
    own.get(f"contacts/{theirs['id']}/", expect=404)
    own.patch(f"contacts/{theirs['id']}/", {"name": "X"}, expect=404)
    own.post("leads/", {"contact": theirs["id"]}, expect=400)
    own.patch(f"contacts/{mine['id']}/", {"name": "Ours"})
    event = Event.objects.get(name="contact.updated")
    assert (event.actor_kind, event.actor_id) == ("user", agent.pk)
    assert event.api_key_id is not None


def test_an_expansion_needs_the_scope_of_what_it_shows(company: None) -> None:
    narrow = make_program([Scope.LEADS_READ, Scope.LEADS_WRITE])
    lead = narrow.post("leads/", {"contact": {"phones": ["077123456"]}})

    problem = narrow.get(f"leads/{lead['id']}/?expand=contact", expect=403)

    assert problem["detail"] == "To expand contact a key needs the scope contacts:read."
    assert narrow.get("leads/?expand=stage")["results"][0]["stage"]["name"] == "New"
