"""Scoring drafts by the API: written, looked at, published, rolled back; nobody is overwritten silently."""

from __future__ import annotations

from typing import Any

import pytest

from core.keys.scopes import Scope
from crm.pipeline.models import Lead
from crm.scoring.models import RuleSet
from tests.api.program import Program, make_program
from tests.factories.conversations import make_user
from tests.support import work_off

SOON = {
    "name": "Came by the form",
    "group": "fit",
    "points": 7,
    "condition": {"field": "lead.source", "op": "is", "value": "form"},
}


def draft(program: Program) -> dict[str, Any]:
    found: dict[str, Any] = program.get("scoring/draft/")
    return found


def rule(shown: dict[str, Any]) -> dict[str, Any]:
    return next(each for each in shown["rules"] if each["name"] == SOON["name"])


def test_without_a_draft_the_rules_that_count_are_shown(program: Program) -> None:
    shown, counting = draft(program), program.get("scoring/rules/")
    assert (shown["is_draft"], shown["version"], shown["changes"]) == (False, 1, [])
    assert [each["id"] for each in shown["rules"]] == [each["id"] for each in counting["rules"]]
    assert shown["thresholds"] == counting["thresholds"]


def test_a_draft_is_written_published_and_rolled_back(program: Program) -> None:
    program.post("leads/", {"contact": {"name": "Ani"}, "title": "Kitchen", "source": "form"})
    lead = Lead.objects.get()
    before = lead.score

    added = program.post("scoring/draft/rules/", SOON)
    assert (added["is_draft"], added["version"]) == (True, 2)
    assert added["changes"] == [{"did": "added", "what": "rule", "name": SOON["name"]}]
    made = rule(added)
    assert made["words"] == "Source is Form on a site"
    changed = program.patch(f"scoring/draft/rules/{made['id']}/", {"points": 9})
    assert rule(changed)["points"] == 9
    limits = program.patch("scoring/draft/", {"thresholds": {"qualified": 12}, "order": [made["id"]]})
    assert (limits["thresholds"]["qualified"], limits["thresholds"]["nurture"]) == (12, 2)
    assert limits["rules"][0]["id"] == made["id"]
    lead.refresh_from_db()
    assert lead.score == before

    published = program.post("scoring/draft/publish/", {"act": False}, expect=200)
    assert published["version"] == 2
    work_off()
    lead.refresh_from_db()
    assert lead.score == before + 9
    assert not draft(program)["is_draft"]

    assert program.post("scoring/roll-back/", {"version": 1}, expect=200)["version"] == 3
    work_off()
    lead.refresh_from_db()
    assert lead.score == before
    states = [(each["version"], each["status"]) for each in program.get("scoring/versions/")["versions"]]
    assert states == [(3, "published"), (2, "archived"), (1, "archived")]


def test_groups_and_consequences(program: Program) -> None:
    grouped = program.patch("scoring/draft/", {"sections": [{"name": "Money", "group": "fit", "cap": 3}]})
    (section,) = grouped["sections"]
    program.post("scoring/draft/rules/", {**SOON, "section": section["id"]})

    shown = program.post(
        "scoring/draft/consequences/",
        {"when": "qualified", "action": "next_step", "settings": {"text": "Call", "days": "1"}},
    )
    (consequence,) = [each for each in shown["consequences"] if each["settings"].get("text") == "Call"]
    assert (consequence["when"], consequence["fault"]) == ("qualified", None)
    assert rule(shown)["section"] == section["id"]

    program.delete(f"scoring/draft/consequences/{consequence['id']}/")
    program.delete(f"scoring/draft/rules/{rule(shown)['id']}/")
    program.delete(f"scoring/draft/rules/{rule(shown)['id']}/", expect=404)
    assert consequence["id"] not in [each["id"] for each in draft(program)["consequences"]]

    program.delete("scoring/draft/")
    assert not draft(program)["is_draft"]
    assert RuleSet.objects.count() == 1


@pytest.mark.parametrize(
    ("condition", "path"),
    [
        ({"field": "lead.colour", "op": "is", "value": "red"}, "/condition/field"),
        ({"all": [{"field": "lead.source", "op": "is", "value": 5}]}, "/condition/all/0/value"),
        ({"all": [{"any": [{"field": "lead.source", "op": "above"}]}]}, "/condition/all/0/any/0/op"),
    ],
)
def test_the_fault_of_a_condition_is_named_with_its_place(
    program: Program, condition: Any, path: str
) -> None:
    refused = program.post("scoring/draft/rules/", {**SOON, "condition": condition}, expect=400)
    (fault,) = refused["errors"]
    assert (fault["path"], fault["code"]) == (path, "bad_condition")
    assert not draft(program)["is_draft"]


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ({"points": 0}, 422),
        ({"points": 5000}, 400),
        ({"group": "luck"}, 400),
        ({"half_life_days": 7}, 422),
        ({"condition": {"field": "lead.score", "op": "gte", "value": 3}}, 422),
    ],
)
def test_a_rule_that_cannot_count_is_refused(program: Program, parts: dict[str, Any], status: int) -> None:
    program.post("scoring/draft/rules/", {**SOON, **parts}, expect=status)
    assert not draft(program)["is_draft"]


def test_a_stale_save_is_told_what_changed_and_writes_nothing(program: Program) -> None:
    seen = program.post("scoring/draft/rules/", SOON)
    mark, path = {"If-Match": f'"{seen["mark"]}"'}, f"scoring/draft/rules/{rule(seen)['id']}/"
    other = make_program(person=make_user("Nare", role="admin"))
    other.patch("scoring/draft/", {"thresholds": {"qualified": 20}})

    for method, address, body in (
        ("PATCH", path, {"points": 9}),
        ("DELETE", path, None),
        ("POST", "scoring/draft/rules/", SOON),
        ("PATCH", "scoring/draft/", {"order": []}),
        ("POST", "scoring/draft/publish/", {}),
        ("DELETE", "scoring/draft/", None),
    ):
        refused = program.ask(method, address, body, expect=409, **mark)
        assert (refused["code"], refused["who"], refused["changes"]) == ("conflict", "Nare", ["Thresholds"])
    now = draft(program)
    assert (rule(now)["points"], now["thresholds"]["qualified"], now["changed_by"]) == (7, 20, "Nare")

    fresh = {"If-Match": f'"{now["mark"]}"'}
    assert rule(program.ask("PATCH", path, {"points": 9}, **fresh))["points"] == 9


def test_what_a_draft_does_to_the_leads(program: Program) -> None:
    for source in ("form", "form", "phone"):
        program.post("leads/", {"contact": {"name": source}, "title": source, "source": source})
    program.post("scoring/draft/rules/", SOON)

    effect = program.get("scoring/draft/effect/")
    assert (effect["leads"], effect["changed"], effect["share"], effect["separation"]) == (3, 2, 1.0, None)
    assert sum(each["before"] for each in effect["distribution"]) == 3
    assert [(each["title"], each["after"] - each["before"]) for each in effect["movers"]] == [
        ("form", 7),
        ("form", 7),
    ]
    assert effect["movers"][0]["rules"] == [{"name": SOON["name"], "before": 0, "after": 7}]
    crossed = {each["grade"]: each["comes"] - each["goes"] for each in effect["grades"]}
    assert sum(crossed.values()) == 0
    assert crossed["D"] == -2

    agent = make_program(person=make_user("Agent"))
    Lead.objects.update(owner=make_user("Other"))
    assert agent.get("scoring/draft/effect/")["movers"] == []


def test_the_score_of_a_made_up_lead(program: Program) -> None:
    program.post("scoring/draft/rules/", SOON)
    asked = {"source": "form", "answers": {"start": 7}}

    tried = program.post("scoring/draft/test/", asked, expect=200)

    assert tried["score"] == tried["before"]["score"] + 7
    assert {"name": SOON["name"], "before": 0, "after": 7} in tried["changes"]
    assert Lead.objects.count() == 0
    refused = program.post("scoring/draft/test/", {"answers": {"colour": 1}}, expect=400)
    assert refused["errors"][0]["path"] == "/answers/colour"


def test_reading_rules_does_not_change_them(company: None) -> None:
    reader = make_program([Scope.SETTINGS_READ])
    reader.get("scoring/draft/")
    reader.post("scoring/draft/rules/", SOON, expect=403)
    reader.post("scoring/draft/publish/", {}, expect=403)
