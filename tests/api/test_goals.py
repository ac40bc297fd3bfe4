from __future__ import annotations

from core.keys.scopes import Scope
from tests.api.program import Program, make_program


def test_goals_are_read_changed_and_taught(program: Program) -> None:
    goals = {goal["key"]: goal for goal in program.get("goals/")["goals"]}
    assert len(goals) == 23
    assert goals["price"]["built_in"] is True
    assert goals["price"]["gaps"] == ["answer"]
    assert min(goals["price"]["examples"].values()) > 20

    answer = {"en": "From 10.", "ru": "От 10."}
    changed = program.patch("goals/price/", {"answer": answer, "response_minutes": 3, "urgency": 1})
    assert (changed["answer"], changed["response_minutes"], changed["urgency"]) == (answer, 3, 1)
    assert changed["gaps"] == ["answer.hy", "answer.az"]

    taught = program.post("goals/price/phrases/", {"language": "en", "text": "what is the damage"})
    assert program.get("goals/price/phrases/")["results"] == [taught]
    same = program.post("goals/price/phrases/", {"language": "en", "text": "What is the damage?"})
    assert same["id"] == taught["id"]
    assert program.send("DELETE", f"goals/price/phrases/{taught['id']}/").status_code == 204
    assert program.get("goals/price/phrases/")["results"] == []
    make_program([Scope.LEADS_READ]).get("goals/", expect=403)


def test_a_goal_is_added_merged_and_switched_off(program: Program) -> None:
    added = program.post("goals/", {"key": "spare_parts", "names": {"en": "Spare parts"}})
    assert (added["name"], added["built_in"], added["active"]) == ("Spare parts", False, True)
    assert program.patch("goals/spare_parts/", {"merged_into": "price"})["merged_into"] == "price"
    assert program.patch("goals/spare_parts/", {"merged_into": None})["merged_into"] is None
    assert program.patch("goals/spare_parts/", {"active": False})["active"] is False


def test_bad_goals_are_refused_with_the_place(program: Program) -> None:
    for body, path in (
        ({"required_facts": ["nothing"]}, "/required_facts"),
        ({"response_minutes": 0}, "/response_minutes"),
        ({"merged_into": "nothing"}, "/merged_into"),
        ({"merged_into": "price"}, "/into"),
        ({"urgency": 9}, "/urgency"),
    ):
        answer = program.send("PATCH", "goals/price/", body)
        assert (answer.status_code, [fault["path"] for fault in answer.json()["errors"]]) in (
            (400, [path]),
            (422, [path]),
        )
    assert program.send("PATCH", "goals/nothing/", {}).status_code == 404
    taken = program.send("POST", "goals/", {"key": "price", "names": {"en": "x"}})
    assert [fault["path"] for fault in taken.json()["errors"]] == ["/key"]
