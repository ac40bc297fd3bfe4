from __future__ import annotations

from core.events.sequencer import sequence
from crm.contacts.models import Contact
from crm.pipeline.models import Lead
from tests.api.program import Program, make_program
from tests.factories.conversations import make_user

PHONE = "+37477123456"


def add(program: Program, name: str, **more: object) -> str:
    return str(program.post("contacts/", {"name": name, "phones": [PHONE], **more})["id"])


def test_duplicates_are_shown_merged_and_taken_apart(program: Program) -> None:
    anna, ann = add(program, "Anna", company="Masis"), add(program, "Ann", company="Ararat", tags=["fair"])
    lead = program.post("leads/", {"contact": ann})

    found = program.get(f"contacts/{anna}/duplicates/")["results"]
    assert found == [
        {
            "contact": ann,
            "name": "Ann",
            "evidence": [{"kind": "phone", "value": PHONE, "description": "The same phone: +374 77 123456"}],
        }
    ]
    merge = program.post(f"contacts/{anna}/merge/", {"contact": ann, "take": ["company"]})

    assert (merge["contact"], merge["merged_id"], merge["moved"]) == (anna, ann, {"lead": 1})
    left = program.get(f"contacts/{anna}/?expand=company")
    assert (left["name"], left["company"]["name"], left["tags"]) == ("Anna", "Ararat", ["fair"])
    assert program.get(f"leads/{lead['id']}/")["contact"] == anna
    assert [row["id"] for row in program.get("contacts/")["results"]] == [anna]
    assert [row["id"] for row in program.get(f"contacts/{anna}/merges/")["results"]] == [merge["id"]]
    sequence()
    event = program.get("events/?name=contact.merged")["results"][0]
    assert event["payload"]["merged_id"] == ann

    undone = program.post(f"contacts/{anna}/merges/{merge['id']}/undo/", expect=200)

    assert undone["undone_at"] is not None
    assert program.get(f"leads/{lead['id']}/")["contact"] == ann
    program.post(f"contacts/{anna}/merges/{merge['id']}/undo/", expect=409)


def test_the_id_of_a_merged_contact_leads_on(program: Program) -> None:
    anna, ann = add(program, "Anna"), add(program, "Ann")
    program.post(f"contacts/{anna}/merge/", {"contact": ann})

    moved = program.send("GET", f"contacts/{ann}/points/")
    assert (moved.status_code, moved.json()["merged_into"]) == (301, anna)
    assert moved.headers["Location"].endswith(f"/api/v1/contacts/{anna}/points/")
    assert program.get(f"contacts/{ann}/", expect=301)["code"] == "merged"
    assert program.patch(f"contacts/{ann}/", {"name": "X"}, expect=409)["merged_into"] == anna
    program.post("leads/", {"contact": ann})
    assert str(Lead.objects.get().contact.public_id) == anna


def test_what_cannot_be_merged_is_refused_with_the_reason(program: Program) -> None:
    anna, ann = add(program, "Anna"), add(program, "Ann")

    program.post(f"contacts/{anna}/merge/", {"contact": anna}, expect=422)
    odd = program.post(f"contacts/{anna}/merge/", {"contact": ann, "take": ["shoe"]}, expect=422)
    unknown = program.post(
        f"contacts/{anna}/merge/", {"contact": "01890000-0000-7000-8000-000000000000"}, expect=400
    )

    assert odd["detail"] == "The two do not differ in: shoe."
    assert unknown["errors"][0]["path"] == "/contact"
    assert Contact.objects.filter(merged_into__isnull=False).count() == 0


def test_a_key_of_a_person_merges_only_what_that_person_sees(company: None) -> None:
    everything, agent = make_program(), make_user("Agent")
    own = make_program(person=agent)
    mine = add(everything, "Mine", owner=str(agent.public_id))
    theirs = add(everything, "Theirs", owner=str(make_user("Other").public_id))

    assert own.get(f"contacts/{mine}/duplicates/") == {"results": []}
    own.post(f"contacts/{mine}/merge/", {"contact": theirs}, expect=400)
    own.post(f"contacts/{theirs}/merge/", {"contact": mine}, expect=404)
    merge = everything.post(f"contacts/{theirs}/merge/", {"contact": mine})
    own.post(f"contacts/{theirs}/merges/{merge['id']}/undo/", expect=404)
