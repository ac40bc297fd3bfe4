"""Criteria and custom fields by the API: who relies on them is said before anything goes."""

from __future__ import annotations

from typing import Any

import pytest

from core.events.models import Event
from core.keys.models import ApiKey
from core.keys.scopes import Scope
from crm.fields.models import CustomField
from crm.pipeline.models import Lead
from crm.qualification.models import Criterion
from tests.api.program import Program, make_program
from tests.factories.crm import sales_pipeline
from tests.factories.fields import make_field

ROOMS = {
    "key": "rooms",
    "kind": "choice",
    "name": "Rooms",
    "question": {"en": "How many rooms?"},
    "choices": [
        {"value": "one", "label": {"en": "One"}},
        {"value": "more", "label": {"en": "More", "ru": "Больше"}, "synonyms": ["two", "three"]},
    ],
}
FLOOR = {"key": "floor", "subject": "lead", "kind": "number", "labels": {"en": "Floor", "hy": "Հարկ"}}


def faults(problem: dict[str, Any]) -> list[str]:
    return [fault["path"] for fault in problem["errors"]]


def test_a_criterion_is_added_changed_moved_and_deleted(program: Program) -> None:
    made = program.post("criteria/", ROOMS)
    assert (made["key"], made["must_have"], made["active"]) == ("rooms", False, True)
    assert [each["value"] for each in made["choices"]] == ["one", "more"]
    assert program.get("criteria/")["results"][-1] == made
    assert Event.objects.filter(name="criterion.changed").last().payload["key"] == "rooms"  # type: ignore[union-attr]

    path = f"criteria/{made['id']}/"
    changed = program.patch(path, {"must_have": True, "disqualifying": ["one"], "position": 0})
    assert (changed["must_have"], changed["disqualifying"], changed["position"]) == (True, ["one"], 0)
    assert changed["question"] == {"en": "How many rooms?"}
    assert program.get("criteria/")["results"][0]["key"] == "rooms"

    program.delete(path)
    program.get(path, expect=404)


def test_values_of_choices_are_those_of_the_kind(program: Program) -> None:
    price = {"amount": "5", "currency": "AMD"}
    made = program.post(
        "criteria/",
        {"key": "price", "kind": "money", "name": "Price", "question": {"en": "?"}, "disqualifying": [price]},
    )
    assert Criterion.objects.get(key="price").disqualifying == [{"amount": "5.0000", "currency": "AMD"}]
    assert made["kind"] == "money"


@pytest.mark.parametrize(
    ("parts", "paths"),
    [
        ({"key": "not a key"}, ["/key"]),
        ({"key": "budget"}, ["/key"]),
        ({"question": {}}, ["/question"]),
        ({"question": {"fr": "?"}}, ["/question"]),
        ({"kind": "colour"}, ["/kind"]),
        ({"choices": []}, ["/choices"]),
        ({"choices": [{"label": {"en": "?"}}]}, ["/choices/0/value"]),
        ({"disqualifying": ["seven"]}, ["/disqualifying"]),
        ({"colour": "red"}, ["/colour"]),
    ],
)
def test_a_bad_criterion_is_refused_with_the_place(
    program: Program, parts: dict[str, Any], paths: list[str]
) -> None:
    before = Criterion.objects.count()
    assert faults(program.post("criteria/", {**ROOMS, **parts}, expect=400)) == paths
    assert Criterion.objects.count() == before


def test_a_used_criterion_stays_and_says_who_uses_it(program: Program) -> None:
    budget = Criterion.objects.get(key="budget")
    path = f"criteria/{budget.public_id}/"

    refused = program.delete(path, expect=409)
    assert (refused["code"], refused["status"]) == ("in_use", 409)
    assert {"kind": "Scoring rule", "name": "Budget of a million or more"} in refused["uses"]
    other = {"kind": "text", "choices": [], "disqualifying": []}
    assert program.patch(path, other, expect=409)["code"] == "in_use"
    assert Criterion.objects.get(pk=budget.pk).kind == "money"


def test_a_criterion_that_somebody_changed_is_not_overwritten(program: Program) -> None:
    made = program.post("criteria/", ROOMS)
    path = f"criteria/{made['id']}/"
    tag = program.send("GET", path).headers["ETag"]
    program.patch(path, {"name": "Rooms!"})

    assert program.send("PATCH", path, {"name": "Mine"}, **{"If-Match": tag}).status_code == 412
    assert program.send("DELETE", path, **{"If-Match": tag}).status_code == 412
    assert program.get(path)["name"] == "Rooms!"


def test_a_custom_field_is_added_changed_and_deleted(program: Program) -> None:
    rent = sales_pipeline(name="Rent")
    made = program.post("fields/", {**FLOOR, "required": True, "pipelines": [str(rent.public_id)]})
    assert (made["labels"], made["required"], made["pipelines"]) == (
        {"en": "Floor", "hy": "Հարկ"},
        True,
        [str(rent.public_id)],
    )
    path = f"fields/{made['id']}/"

    changed = program.patch(path, {"required": False, "pipelines": [], "active": False})
    assert (changed["required"], changed["pipelines"], changed["active"], changed["key"]) == (
        False,
        [],
        False,
        "floor",
    )
    assert program.post("fields/", {**FLOOR, "key": "door", "position": 0})["position"] == 0
    assert [row["key"] for row in program.get("fields/")["results"]] == ["door", "floor"]

    program.delete(path)
    assert not CustomField.objects.filter(key="floor").exists()
    assert ApiKey.objects.get().prefix in str(
        CustomField.pgh_event_model.objects.filter(key="floor").latest("pgh_id").pgh_context  # type: ignore[attr-defined]
    )


@pytest.mark.parametrize(
    ("parts", "paths"),
    [
        ({"key": "Floor"}, ["/key"]),
        ({"labels": {"en": " "}}, ["/labels"]),
        ({"kind": "choice"}, ["/choices"]),
        ({"pipelines": ["01890000-0000-7000-8000-000000000000"]}, ["/pipelines"]),
        ({"required": 1}, ["/required"]),
    ],
)
def test_a_bad_field_is_refused_with_the_place(
    program: Program, parts: dict[str, Any], paths: list[str]
) -> None:
    assert faults(program.post("fields/", {**FLOOR, **parts}, expect=400)) == paths
    assert CustomField.objects.count() == 0


def test_a_field_with_values_keeps_its_kind_and_its_choices(program: Program) -> None:
    size = make_field("size", "choice")
    program.post("leads/", {"contact": {"name": "Ani"}, "custom": {"size": "large"}})
    path = f"fields/{size.public_id}/"

    for refused in (
        program.delete(path, expect=409),
        program.patch(path, {"kind": "text"}, expect=409),
        program.patch(path, {"choices": [{"value": "small", "label": {"en": "S"}}]}, expect=409),
    ):
        assert (refused["code"], refused["uses"]) == ("in_use", [{"kind": "Values", "name": "1 lead"}])
    assert program.patch(path, {"choices": [{"value": "large", "label": {"en": "L"}}]})["choices"] == [
        {"value": "large", "label": {"en": "L"}}
    ]
    assert Lead.objects.get().custom == {"size": "large"}


def test_reading_settings_does_not_change_them(company: None) -> None:
    reader = make_program([Scope.SETTINGS_READ])
    reader.post("criteria/", ROOMS, expect=403)
    reader.post("fields/", FLOOR, expect=403)
    reader.delete(f"criteria/{Criterion.objects.all()[0].public_id}/", expect=403)
