from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from core.keys.models import AnsweredRequest
from core.tidy.operations import tidy
from crm.contacts.models import Contact
from crm.defaults import install_defaults
from crm.pipeline.models import Lead
from tests.api.program import Program, make_program

BODY = {"contact": {"name": "Anna", "phones": ["077123456"]}, "title": "Kitchen"}


def test_sent_twice_it_happens_once(program: Program) -> None:
    first = program.send("POST", "leads/", BODY, Idempotency_Key="a-1")
    again = program.send("POST", "leads/", BODY, Idempotency_Key="a-1")

    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert first.headers["ETag"] == again.headers["ETag"]
    assert (first.headers.get("Idempotent-Replayed"), again.headers["Idempotent-Replayed"]) == (None, "true")
    assert Lead.objects.count() == 1


def test_another_body_under_the_same_key_is_refused(program: Program) -> None:
    program.post("leads/", BODY, Idempotency_Key="a-1")

    problem = program.post("leads/", {**BODY, "title": "Hall"}, expect=422, Idempotency_Key="a-1")

    assert problem["code"] == "key_reused"
    program.post("contacts/", {"name": "Anna"}, Idempotency_Key="a-1")
    make_program().post("leads/", {**BODY, "title": "Hall"}, Idempotency_Key="a-1")


def test_what_was_refused_may_be_mended_and_sent_again(program: Program) -> None:
    program.post("leads/", {**BODY, "title": 5}, expect=400, Idempotency_Key="a-1")
    nobody = "01890000-0000-7000-8000-000000000000"
    program.post("leads/", {**BODY, "stage": nobody}, expect=400, Idempotency_Key="a-1")

    program.post("leads/", BODY, Idempotency_Key="a-1")

    for key in ("", "ä", "x" * 256):
        assert (
            program.post("leads/", BODY, expect=400, Idempotency_Key=key)["errors"][0]["path"]
            == "Idempotency-Key"
        )


def test_answers_are_kept_for_a_day(program: Program) -> None:
    program.post("leads/", BODY, Idempotency_Key="a-1")

    assert "answered requests" not in tidy(now=timezone.now() + timedelta(hours=23))
    assert tidy(now=timezone.now() + timedelta(hours=25))["answered requests"] == 1


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_one() -> None:
    install_defaults()
    program = make_program()
    answers = at_once(lambda: program.send("POST", "leads/", BODY, Idempotency_Key="b-1"), 4)

    assert {answer.status_code for answer in answers} <= {201, 409}
    assert {answer.content for answer in answers if answer.status_code == 201} == {
        AnsweredRequest.objects.get().body.encode()
    }
    assert Lead.objects.count() == Contact.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_request_in_flight_is_told_of() -> None:
    install_defaults()
    program = make_program()
    program.get("me/")
    from core.api.idempotency import Once
    from core.keys.models import ApiKey

    once = Once(ApiKey.objects.get().pk, "/api/v1/leads/", "c-1", "")
    from django.db import transaction

    answers: list[Any] = []
    with transaction.atomic():
        once.look()
        other = threading.Thread(target=lambda: _send(program, answers))
        other.start()
        other.join(timeout=20)

    assert answers[0].status_code == 409
    assert answers[0].json()["code"] == "in_flight"
    assert answers[0].headers["Retry-After"] == "1"
    program.post("leads/", BODY, Idempotency_Key="c-1")


@pytest.mark.django_db(transaction=True)
def test_two_forms_with_one_phone_make_one_contact() -> None:
    install_defaults()
    program = make_program()

    answers = at_once(lambda: program.send("POST", "leads/", BODY), 4)

    assert [answer.status_code for answer in answers] == [201] * 4
    assert (Contact.objects.count(), Lead.objects.count()) == (1, 4)


def _send(program: Program, answers: list[Any]) -> None:
    try:
        answers.append(program.send("POST", "leads/", BODY, Idempotency_Key="c-1"))
    finally:
        connection.close()


def at_once(act: Any, count: int) -> list[Any]:
    answers: list[Any] = []
    barrier = threading.Barrier(count)

    def run() -> None:
        try:
            barrier.wait(timeout=20)
            answers.append(act())
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return answers
