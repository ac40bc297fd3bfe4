from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from core.keys.scopes import Scope
from tests.api.program import Program, make_program
from tests.factories.fields import make_field


@pytest.fixture
def fields(company: None) -> None:
    make_field("floor", labels={"en": "Floor", "hy": "Հարկ"})
    make_field("offer", "money")
    make_field("size", "choice")
    make_field("birthday", "date", subject="contact")
    make_field("likes", "choices", subject="contact")


def filtered(path: str, condition: Any) -> str:
    return f"{path}/?{urlencode({'filter': json.dumps(condition)})}"


def faults(problem: dict[str, Any]) -> list[tuple[str, str]]:
    return [(fault["path"], fault["message"]) for fault in problem["errors"]]


def test_fields_are_listed_with_their_choices(program: Program, fields: None) -> None:
    rows = program.get("fields/?subject=contact")["results"]
    assert [(row["key"], row["kind"], row["labels"]) for row in rows] == [
        ("birthday", "date", {"en": "Birthday"}),
        ("likes", "choices", {"en": "Likes"}),
    ]
    assert [each["value"] for each in rows[1]["choices"]] == ["small", "large"]
    assert program.get(f"fields/{rows[0]['id']}/") == rows[0]
    make_program([Scope.LEADS_READ]).get("fields/", expect=403)


def test_values_go_with_a_lead_and_are_merged(program: Program, fields: None) -> None:
    offer = {"amount": "12.50", "currency": "AMD"}
    lead = program.post("leads/", {"contact": {"name": "Ani"}, "custom": {"floor": 3, "offer": offer}})
    assert lead["custom"] == {"floor": 3, "offer": offer}

    changed = program.patch(f"leads/{lead['id']}/", {"custom": {"size": "large", "offer": None}})
    assert (changed["custom"], changed["revision"]) == ({"floor": 3, "size": "large"}, lead["revision"] + 1)

    same = program.patch(f"leads/{lead['id']}/", {"custom": {"floor": 3.0}})
    assert same["revision"] == changed["revision"]
    stale = {"If-Match": f'"{lead["revision"]}"'}
    assert program.send("PATCH", f"leads/{lead['id']}/", {"custom": {"floor": 9}}, **stale).status_code == 412


def test_values_go_with_a_contact(program: Program, fields: None) -> None:
    contact = program.post(
        "contacts/", {"name": "Ani", "custom": {"birthday": "2000-02-29", "likes": ["small"]}}
    )
    changed = program.patch(f"contacts/{contact['id']}/", {"custom": {"likes": None}})
    assert (contact["custom"]["likes"], changed["custom"]) == (["small"], {"birthday": "2000-02-29"})


@pytest.mark.parametrize(
    ("custom", "path", "message"),
    [
        ({"floor": "high"}, "/custom/floor", "Write a number, like 250 or 2.5."),
        ({"size": "huge"}, "/custom/size", "“huge” is not among the choices."),
        ({"colour": "red"}, "/custom/colour", "There is no field “colour”."),
        ({"birthday": "2000-01-01"}, "/custom/birthday", "There is no field “birthday”."),
        (["floor"], "/custom", 'Write {"<key of a field>": value}, with 100 of them at most.'),
    ],
)
def test_what_cannot_be_stored_is_named(
    program: Program, fields: None, custom: Any, path: str, message: str
) -> None:
    problem = program.post("leads/", {"contact": {"name": "Ani"}, "custom": custom}, expect=400)
    assert faults(problem) == [(path, message)]


def test_lists_are_filtered_by_fields(program: Program, fields: None) -> None:
    ani = program.post("contacts/", {"name": "Ani", "custom": {"birthday": "2000-02-29", "likes": ["small"]}})
    program.post("contacts/", {"name": "Gor", "custom": {"likes": ["large"]}})
    lead = program.post("leads/", {"contact": ani["id"], "custom": {"floor": 3}})
    program.post("leads/", {"contact": ani["id"], "custom": {"floor": 2}})

    likes = {"field": "custom.likes", "op": "has_any", "value": ["small"]}
    assert [row["id"] for row in program.get(filtered("contacts", likes))["results"]] == [ani["id"]]
    high = {"all": [{"field": "custom.floor", "op": "gte", "value": 3}, likes]}
    assert [row["id"] for row in program.get(filtered("leads", high))["results"]] == [lead["id"]]
    refused = program.get(filtered("contacts", {"field": "custom.floor", "op": "is_set"}), expect=400)
    assert faults(refused)[0][0] == "?filter"


def test_a_program_of_an_agent_reaches_only_what_the_agent_sees(program: Program, fields: None) -> None:
    from tests.factories.core import UserFactory

    lead = program.post("leads/", {"contact": {"name": "Ani"}, "custom": {"floor": 3}})
    owner = UserFactory(name="Gor")
    program.post(f"leads/{lead['id']}/assign/", {"owner": str(owner.public_id)}, expect=200)
    outsider = make_program(person=UserFactory(name="Anna"))
    outsider.patch(f"leads/{lead['id']}/", {"custom": {"floor": 4}}, expect=404)
    assert make_program(person=owner).get(f"leads/{lead['id']}/")["custom"] == {"floor": 3}
