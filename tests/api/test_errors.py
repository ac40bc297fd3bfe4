"""Never a page, never a 500, whatever comes in."""

from __future__ import annotations

import json

import pytest
from django.test import Client, RequestFactory

from config.broken import broken
from core.api.problems import CONTENT_TYPE
from crm.pipeline.models import Lead
from tests.api.program import Program

SOMEBODY = "01890000-0000-7000-8000-000000000000"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "nothing/", 404, "not_found"),
        ("GET", "leads", 404, "not_found"),
        ("GET", "", 404, "not_found"),
        ("GET", "leads/5/", 404, "not_found"),
        ("GET", "leads/%00/", 404, "not_found"),
        ("GET", "a%0Ab/", 404, "not_found"),
        ("GET", f"leads/{SOMEBODY}/", 404, "not_found"),
        ("PUT", "leads/", 405, "method_not_allowed"),
        ("OPTIONS", "leads/", 405, "method_not_allowed"),
        ("DELETE", f"leads/{SOMEBODY}/", 405, "method_not_allowed"),
        ("PATCH", f"leads/{SOMEBODY}/", 404, "not_found"),
    ],
)
def test_addresses_that_are_none(program: Program, method: str, path: str, status: int, code: str) -> None:
    answer = program.send(method, path, {})

    assert (answer.status_code, answer.headers["Content-Type"]) == (status, CONTENT_TYPE)
    body = answer.json()
    assert (body["status"], body["code"], body["type"]) == (status, code, f"urn:parley:problem:{code}")
    if status == 405:
        assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "invalid"),
        (b"{", 400, "not_json"),
        (b"\xff\xfe", 400, "not_json"),
        (b'{"title": NaN}', 400, "not_json"),
        (b"[" * 100_000, 400, "not_json"),
        (b'{"contact": {"name": "' + b"x" * 1_100_000 + b'"}}', 413, "too_large"),
        (b'{"contact": {"phones": "077123456"}}', 400, "invalid"),
        (b'{"contact": {"name": {"a": 1}}}', 400, "invalid"),
        (b'{"contact": {}, "tags": "vip"}', 400, "invalid"),
        (b'{"contact": {}, "tags": [1]}', 400, "invalid"),
        (b'{"contact": {}, "value": {"amount": "1e5", "currency": "AMD"}}', 400, "invalid"),
        (b'{"contact": {}, "value": {"amount": "9999999999999999999", "currency": "AMD"}}', 400, "invalid"),
        (b'{"contact": {}, "value": {"amount": "1", "currency": "amd"}}', 400, "invalid"),
        (b'{"contact": {}, "next_step_at": "9999-12-31T23:59:59-14:00"}', 400, "invalid"),
        (b'{"contact": {}, "answers": [1]}', 400, "invalid"),
        (b"null", 400, "invalid"),
        (b'"x"', 400, "invalid"),
        (b"9" * 5000, 400, "not_json"),
    ],
)
def test_bodies_that_are_none(program: Program, body: bytes, status: int, code: str) -> None:
    answer = program.send("POST", "leads/", body)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["Content-Type"] == CONTENT_TYPE
    assert Lead.objects.count() == 0


def test_only_json_is_read(program: Program) -> None:
    headers = {"Authorization": f"Bearer {program.token}"}
    answer = Client().post("/api/v1/leads/", {"contact": "x"}, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (415, "not_json")


def test_what_cannot_be_stored_is_taken_out(program: Program) -> None:
    lead = program.post("leads/", {"contact": {"name": "An\x00na \ud800"}, "title": "a\x00b"})

    assert lead["title"] == "ab"
    assert program.get(f"contacts/{lead['contact']}/")["name"] == "Anna"
    assert program.post("leads/", {"contact": {"name": "x"}, "title": "\x00"}, expect=400)["errors"] == [
        {"path": "/title", "code": "blank", "message": "This field may not be blank."}
    ]


def test_our_own_faults_are_told_without_details() -> None:
    answers = [broken(RequestFactory().get(path)) for path in ("/api/v1/leads/", "/inbox/")]

    assert [answer.status_code for answer in answers] == [500, 500]
    assert [answer.headers["Content-Type"].partition(";")[0] for answer in answers] == [
        CONTENT_TYPE,
        "text/html",
    ]
    assert json.loads(answers[0].content)["code"] == "broken"  # type: ignore[attr-defined]


def test_several_faults_are_told_at_once_in_the_readers_language(program: Program) -> None:
    problem = program.post("leads/", {"titel": 1, "tags": 5}, expect=400)
    assert {fault["path"] for fault in problem["errors"]} == {"/titel"}
    problem = program.post("leads/", {"title": 1, "tags": 5}, expect=400)
    assert {fault["path"] for fault in problem["errors"]} == {"/title", "/tags", "/contact"}

    answer = program.send("POST", "contacts/", {"phones": ["12"]}, Accept_Language="ru")
    assert answer.headers["Content-Language"] == "ru"
    assert "номер" in answer.json()["errors"][0]["message"]
