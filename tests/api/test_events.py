from __future__ import annotations

from core.access.models import Role
from core.events.models import Event
from core.events.sequencer import sequence
from tests.api.program import Program, make_program
from tests.factories.conversations import make_conversation, make_user


def test_the_feed_tells_everything_once_in_order(program: Program) -> None:
    lead = program.post("leads/", {"contact": {"phones": ["077123456"]}})
    sequence()

    seen, after = [], 0
    for _ in range(10):
        page = program.get(f"events/?after={after}&limit=2")
        seen += page["results"]
        after = page["last"]
        if page["next"] is None:
            break
    program.post(f"leads/{lead['id']}/assign/", {"owner": str(make_user("Anna").public_id)}, expect=200)
    assert program.get(f"events/?after={after}") == {"results": [], "last": after, "next": None}
    sequence()
    fresh = program.get(f"events/?after={after}")["results"]

    assert [event["position"] for event in seen] == list(range(1, len(seen) + 1))
    assert {"contact.created", "contact.point_added", "lead.created"} < {event["name"] for event in seen}
    assert [event["name"] for event in fresh] == ["lead.assigned"]
    assert fresh[0]["position"] == after + 1


def test_rows_are_named_by_their_public_ids(program: Program) -> None:
    anna = make_user("Anna")
    lead = program.post("leads/", {"contact": {"phones": ["077123456"]}})
    program.post(f"leads/{lead['id']}/assign/", {"owner": str(anna.public_id)}, expect=200)
    conversation = make_conversation()
    program.post(
        f"conversations/{conversation.public_id}/assign/", {"assignee": str(anna.public_id)}, expect=200
    )
    sequence()

    assigned, talk = program.get("events/?name=lead.assigned,conversation.assigned")["results"]

    assert assigned["subject"] == {"type": "lead", "id": lead["id"]}
    assert (assigned["lead"], assigned["contact"]) == (lead["id"], lead["contact"])
    assert assigned["payload"] == {
        "owner_id": str(anna.public_id),
        "owner": "Anna",
        "team_id": None,
        "team": "",
    }
    assert assigned["actor"] == {"kind": "api", "person": None, "key": program.get("me/")["id"]}
    assert talk["payload"] == {"from": None, "to": str(anna.public_id)}
    assert talk["conversation"] == str(conversation.public_id)


def test_what_has_no_position_yet_is_not_told(program: Program) -> None:
    program.post("contacts/", {"name": "Anna"})
    sequence()
    program.post("contacts/", {"name": "Berta"})

    names = [event["payload"].get("name") for event in program.get("events/?name=contact.created")["results"]]

    assert names == ["Anna"]
    assert Event.objects.filter(name="contact.created").count() == 2


def test_odd_questions_are_refused(program: Program) -> None:
    for query in (
        "after=-1",
        "after=x",
        "limit=0",
        "limit=201",
        "name=lead.eaten",
        "since=1",
        "after=1&after=2",
    ):
        program.get(f"events/?{query}", expect=400)


def test_the_feed_is_for_those_who_see_everything(company: None) -> None:
    make_program(person=make_user("Agent")).get("events/", expect=403)
    make_program(person=make_user("Boss", Role.MANAGER)).get("events/")
