from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from core.keys.scopes import Scope
from crm.lists.models import SavedView
from crm.pipeline.models import Lead
from crm.qualification.models import Criterion
from crm.qualification.queries import all_criteria
from tests.api.program import Program, make_program
from tests.factories.core import ManagerFactory, UserFactory

GRADED = {"all": [{"field": "lead.grade", "op": "in", "value": ["A"]}]}


def asking(**parameters: Any) -> str:
    return f"leads/?{urlencode(parameters)}"


def titles(program: Program, url: str) -> list[str]:
    return [lead["title"] for lead in program.get(url)["results"]]


@pytest.fixture
def two_leads(program: Program) -> None:
    for title in ("Good", "Poor"):
        program.post("leads/", {"title": title, "contact": {"name": title}})
    Lead.objects.filter(title="Good").update(grade="A")


def test_a_program_saves_and_uses_a_shared_view(program: Program, two_leads: None) -> None:
    view = program.post("views/", {"name": "Best", "shared": True, "filter": GRADED, "sort": "-score"})
    assert (view["owner"], view["filter"], view["sort"], view["revision"]) == (None, GRADED, "-score", 0)
    assert program.get("views/")["results"] == [view]
    assert titles(program, asking(view=view["id"])) == ["Good"]

    changed = program.patch(f"views/{view['id']}/", {"name": "Better", "filter": {}})
    assert (changed["name"], changed["revision"]) == ("Better", 1)
    assert titles(program, asking(view=view["id"])) == ["Poor", "Good"]
    assert titles(program, asking(view=view["id"], filter=json.dumps(GRADED))) == ["Good"]

    program.delete(f"views/{view['id']}/")
    assert not SavedView.objects.exists()


def test_a_view_is_of_its_pipeline(program: Program, two_leads: None) -> None:
    stages = program.get("stages/")["results"]
    view = program.post(
        "views/", {"name": "Sales", "shared": True, "pipeline": stages[0]["pipeline"], "columns": ["title"]}
    )
    assert (view["pipeline"], view["columns"]) == (stages[0]["pipeline"], ["title"])
    assert titles(program, asking(view=view["id"])) == ["Poor", "Good"]


def test_own_views_are_seen_by_their_owner_alone(program: Program) -> None:
    anna = make_program(person=UserFactory(name="Anna"))
    own = anna.post("views/", {"name": "Mine"})
    boss = make_program(person=ManagerFactory(name="Boss"))
    assert anna.get("views/")["results"] == [own]
    assert boss.get("views/")["results"] == program.get("views/")["results"] == []
    boss.get(f"views/{own['id']}/", expect=404)
    boss.patch(f"views/{own['id']}/", {"name": "x"}, expect=404)

    anna.patch(f"views/{own['id']}/", {"shared": True})
    davit = make_program(person=UserFactory(name="Davit"))
    assert davit.patch(f"views/{own['id']}/", {"name": "x"}, expect=422)["code"] == "refused"
    assert boss.patch(f"views/{own['id']}/", {"name": "Ours"})["name"] == "Ours"


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"filter": {"all": [{"field": "lead.nothing", "op": "is"}]}}, "/filter/all/0/field"),
        ({"filter": [1]}, "/filter"),
        ({"columns": ["secret"]}, "/columns"),
        ({"sort": "owner"}, "/sort"),
        ({"shared": False}, "/shared"),
        ({"pipeline": "018f2b6e-5f6d-7c3a-9d2e-3f1a5b7c9d0e"}, "/pipeline"),
    ],
)
def test_what_is_wrong_with_a_view_is_named(body: dict[str, Any], path: str, program: Program) -> None:
    problem = program.post("views/", {"name": "View", "shared": True, **body}, expect=400)
    assert [error["path"] for error in problem["errors"]] == [path]


@pytest.mark.parametrize(
    "text",
    ["{", "[]", '{"all": [{"field": "lead.nothing", "op": "is", "value": 1}]}', "{}", "[" * 90_000],
)
def test_a_filter_that_cannot_be_read_is_refused(text: str, program: Program, two_leads: None) -> None:
    problem = program.get(asking(filter=text[:60_000]), expect=400)
    assert [error["path"] for error in problem["errors"]] == ["?filter"]


def test_a_view_that_asks_for_what_is_gone_shows_nothing(program: Program, two_leads: None) -> None:
    Criterion.objects.create(
        key="garden", kind="yes_no", name="Garden", question={"en": "Garden?"}, position=9
    )
    all_criteria.drop()
    wanted = {"all": [{"field": "answer.garden", "op": "is", "value": True}]}
    view = program.post("views/", {"name": "Gardens", "shared": True, "filter": wanted})
    Criterion.objects.get(key="garden").delete()
    all_criteria.drop()
    assert program.get(asking(view=view["id"]), expect=422)["detail"].startswith(
        "The view “Gardens” asks for"
    )
    program.get(asking(view="018f2b6e-5f6d-7c3a-9d2e-3f1a5b7c9d0e"), expect=400)


def test_views_belong_to_the_scopes_of_leads(program: Program) -> None:
    reader = make_program(scopes=[Scope.LEADS_READ])
    reader.get("views/")
    reader.post("views/", {"name": "View", "shared": True}, expect=403)
