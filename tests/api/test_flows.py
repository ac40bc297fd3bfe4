from __future__ import annotations

from typing import Any

import pytest

from automation.flows.models import Flow
from automation.flows.operations import install_shipped
from core.keys.scopes import Scope
from tests.api.program import Program, make_program
from tests.factories.conversations import make_web_chat


@pytest.fixture
def flow(db: None) -> Flow:
    return install_shipped("first_answer")


def test_a_flow_is_read_as_values_and_as_text(program: Program, flow: Flow) -> None:
    (line,) = program.get("flows/")["flows"]
    assert line == {
        "key": "first_answer",
        "name": "First answer",
        "active": True,
        "revision": 1,
        "published": 1,
        "draft": None,
    }

    whole = program.get("flows/first_answer/")

    assert whole["document"] == flow.versions.get().document
    assert whole["yaml"].startswith("flow: first_answer\ntitle: First answer\n")
    assert [each["level"] for each in whole["findings"] if each["level"] == "error"] == []
    (version,) = program.get("flows/first_answer/versions/")["versions"]
    assert (version["number"], version["status"], version["created_by"]) == (1, "published", None)
    assert program.get("flows/first_answer/versions/1/")["yaml"] == whole["yaml"]
    program.get("flows/first_answer/versions/9/", expect=404)
    program.get("flows/nothing/", expect=404)
    make_program([Scope.LEADS_READ]).get("flows/", expect=403)


def test_a_draft_is_written_published_and_rolled_back(program: Program, flow: Flow) -> None:
    whole = program.get("flows/first_answer/")
    text = whole["yaml"].replace("What can we help you with?", "How can we help?")

    drafted = program.send("PUT", "flows/first_answer/draft/", {"yaml": text, "revision": 1})
    assert (drafted.status_code, drafted.json()["draft"]) == (200, 2)
    assert "How can we help?" in program.get("flows/first_answer/")["yaml"]
    late = program.send("PUT", "flows/first_answer/draft/", {"yaml": text, "revision": 1})
    assert (late.status_code, late.json()["code"], late.json()["revision"]) == (409, "conflict", 2)

    published = program.post("flows/first_answer/draft/publish/", {"revision": 2}, expect=200)
    assert (published["published"], published["draft"]) == (2, None)
    again = program.post("flows/first_answer/draft/publish/", {}, expect=200)
    assert again["published"] == 2
    back = program.post("flows/first_answer/roll-back/", {"to": 1}, expect=200)
    assert (back["published"], back["yaml"]) == (3, whole["yaml"])
    program.post("flows/first_answer/roll-back/", {"to": 7}, expect=400)
    assert program.send("DELETE", "flows/first_answer/draft/").status_code == 204


def test_faults_are_told_with_their_place(program: Program, flow: Flow) -> None:
    whole = program.get("flows/first_answer/")
    document = {**whole["document"], "start": "nowhere"}

    refused = program.send("PUT", "flows/first_answer/draft/", {"document": document})
    assert refused.status_code == 400
    assert [(each["path"], each["code"]) for each in refused.json()["errors"]] == [
        ("/document/start", "script")
    ]
    text = whole["yaml"].replace("start: greet", "start: nowhere")
    checked = program.post("flows/lint/", {"yaml": text}, expect=200)
    assert [(each["path"], each["line"]) for each in checked["problems"]] == [("start", 4)]
    two: dict[str, Any] = {**whole["document"], "answers": {"price": {"en": "A? B?"}}}
    found = program.post("flows/lint/", {"document": two}, expect=200)["findings"]
    assert "several_questions" in {each["code"] for each in found if each["level"] == "error"}
    for body in ({}, {"yaml": text, "document": document}):
        assert program.send("PUT", "flows/first_answer/draft/", body).status_code == 400


def test_an_error_holds_up_publishing(program: Program, flow: Flow) -> None:
    document = program.get("flows/first_answer/")["document"]
    document["answers"]["price"]["en"] = "A? B?"
    program.send("PUT", "flows/first_answer/draft/", {"document": document})

    refused = program.send("POST", "flows/first_answer/draft/publish/", {})

    assert refused.status_code == 422
    assert {each["place"] for each in refused.json()["findings"]} == {"answers.price"}


def test_a_flow_is_made_switched_and_deleted(program: Program, flow: Flow) -> None:
    made = program.post("flows/", {"name": "After hours"})
    assert (made["key"], made["draft"], made["published"]) == ("after-hours", 1, None)
    program.patch("flows/after-hours/", {"active": False})
    assert program.send("PATCH", "flows/after-hours/", {"active": True}).status_code == 422
    account = make_web_chat(flow_key="after-hours")
    assert program.send("DELETE", "flows/after-hours/").status_code == 422
    account.flow_key = ""
    account.save()
    assert program.send("DELETE", "flows/after-hours/").status_code == 204
    program.get("flows/after-hours/", expect=404)
