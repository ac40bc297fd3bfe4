"""Articles by the API (spec 11.3, 14.1)."""

from __future__ import annotations

import pytest

from conversations.articles.queries import forget, library
from core.keys.scopes import Scope
from tests.api.program import Program, make_program

pytestmark = pytest.mark.django_db

CARE = {
    "slug": "care",
    "titles": {"en": "Care", "ru": "Уход"},
    "bodies": {"en": "Wipe it **dry**."},
    "questions": {"en": ["How do I clean it?"]},
}


@pytest.fixture(autouse=True)
def _fresh_library() -> None:
    forget()


def test_an_article_is_added_published_changed_and_deleted(program: Program) -> None:
    home = program.post("article-collections/", {"slug": "home", "names": {"en": "At home"}})
    made = program.post("articles/", {**CARE, "collection": "home", "state": "published"})
    assert {name: made[name] for name in CARE} == CARE
    assert (made["collection"], made["state"], made["review_on"]) == ("home", "published", None)
    found = library().answer("how do I clean it")
    assert found is not None
    changed = program.patch(
        f"articles/{made['id']}/", {"titles": {"en": "Caring"}, "review_on": "2027-01-31"}
    )
    assert (changed["titles"], changed["review_on"], changed["slug"]) == (
        {"en": "Caring"},
        "2027-01-31",
        "care",
    )
    assert program.send("DELETE", f"articles/{made['id']}/").status_code == 400
    program.patch(f"articles/{made['id']}/", {"state": "draft", "collection": None})
    assert library().answer("how do I clean it") is None
    assert [row["id"] for row in program.get("articles/?state=draft")["results"]] == [made["id"]]
    assert program.send("DELETE", f"articles/{made['id']}/").status_code == 204
    assert program.send("DELETE", f"article-collections/{home['id']}/").status_code == 204
    make_program([Scope.LEADS_READ]).get("articles/", expect=403)


def test_bad_articles_are_refused_with_the_place(program: Program) -> None:
    for body, place in (
        ({**CARE, "slug": "Not Good"}, "/slug"),
        ({**CARE, "titles": {"de": "Pflege"}}, "/titles"),
        ({**CARE, "titles": {"en": " "}}, "/titles"),
        ({**CARE, "questions": {"en": "one"}}, "/questions/en"),
        ({**CARE, "collection": "nowhere"}, "/collection"),
        ({**CARE, "review_on": "soon"}, "/review_on"),
        ({"slug": "empty", "titles": {"en": "x"}, "state": "published"}, "/bodies"),
    ):
        answer = program.send("POST", "articles/", body)
        assert answer.status_code == 400, body
        assert answer.json()["errors"][0]["path"].startswith(place), answer.json()
    assert program.get("articles/")["results"] == [], "what is refused leaves nothing behind"


def test_a_known_problem_is_told_and_switched_off(program: Program) -> None:
    body = {
        "name": "Snow",
        "texts": {"en": "Late."},
        "starts_at": "2026-03-01T10:00:00Z",
        "goals": ["delivery"],
    }
    made = program.post("known-problems/", body)
    assert (made["goals"], made["ends_at"], made["active"]) == (["delivery"], None, True)
    off = program.patch(f"known-problems/{made['id']}/", {"active": False, "ends_at": "2026-03-02T10:00:00Z"})
    assert (off["active"], off["name"]) == (False, "Snow")
    bad = program.send("PATCH", f"known-problems/{made['id']}/", {"goals": ["nonsense"]})
    assert (bad.status_code, bad.json()["errors"][0]["path"]) == (400, "/goals")
