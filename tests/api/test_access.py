"""Who may not come in: every operation of the schema refuses every kind of outsider. An operation without a row fails."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from functools import lru_cache
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from core.api.schema import schema_text
from core.keys.models import ApiKey
from core.keys.operations import revoke_key
from core.keys.scopes import Scope
from tests.api.program import ROOT, Program, make_program
from tests.factories.conversations import make_user

S = Scope
OPERATIONS: dict[str, Scope | None] = {
    "GET me/": None,
    "GET people/": S.SETTINGS_READ,
    "GET teams/": S.SETTINGS_READ,
    "GET contacts/": S.CONTACTS_READ,
    "POST contacts/": S.CONTACTS_WRITE,
    "GET contacts/{public_id}/": S.CONTACTS_READ,
    "PATCH contacts/{public_id}/": S.CONTACTS_WRITE,
    "GET contacts/{public_id}/points/": S.CONTACTS_READ,
    "POST contacts/{public_id}/points/": S.CONTACTS_WRITE,
    "DELETE contacts/{public_id}/points/{kind}/{value}/": S.CONTACTS_WRITE,
    "GET contacts/{public_id}/history/": S.CONTACTS_READ,
    "GET contacts/{public_id}/consent/": S.CONTACTS_READ,
    "POST contacts/{public_id}/consent/": S.CONTACTS_WRITE,
    "GET contacts/{public_id}/duplicates/": S.CONTACTS_READ,
    "POST contacts/{public_id}/merge/": S.CONTACTS_WRITE,
    "GET contacts/{public_id}/merges/": S.CONTACTS_READ,
    "POST contacts/{public_id}/merges/{merge_id}/undo/": S.CONTACTS_WRITE,
    "GET payments/": S.LEADS_READ,
    "POST payments/": S.LEADS_WRITE,
    "GET payments/{public_id}/": S.LEADS_READ,
    "POST payments/{public_id}/state/": S.LEADS_WRITE,
    "GET quotes/": S.LEADS_READ,
    "POST quotes/": S.LEADS_WRITE,
    "GET quotes/figures/": S.LEADS_READ,
    "GET quotes/{public_id}/": S.LEADS_READ,
    "PATCH quotes/{public_id}/": S.LEADS_WRITE,
    "POST quotes/{public_id}/answer/": S.LEADS_WRITE,
    "POST quotes/{public_id}/withdraw/": S.LEADS_WRITE,
    "POST quotes/{public_id}/next-version/": S.LEADS_WRITE,
    "POST quotes/{public_id}/renew/": S.LEADS_WRITE,
    "POST quotes/{public_id}/copy/": S.LEADS_WRITE,
    "GET orders/": S.ORDERS_READ,
    "POST orders/": S.ORDERS_WRITE,
    "GET orders/by-number/{number}/": S.ORDERS_READ,
    "PUT orders/by-number/{number}/": S.ORDERS_WRITE,
    "GET orders/{public_id}/": S.ORDERS_READ,
    "PATCH orders/{public_id}/": S.ORDERS_WRITE,
    "POST orders/{public_id}/status/": S.ORDERS_WRITE,
    "GET orders/{public_id}/notices/": S.ORDERS_READ,
    "POST orders/{public_id}/notices/{notice_id}/answer/": S.ORDERS_WRITE,
    "GET quotes/{public_id}/follow-ups/": S.LEADS_READ,
    "POST quotes/{public_id}/follow-ups/": S.LEADS_WRITE,
    "GET playbooks/": S.SETTINGS_READ,
    "GET playbooks/{key}/": S.SETTINGS_READ,
    "GET playbooks/{key}/preview/": S.SETTINGS_READ,
    "POST playbooks/{key}/install/": S.SETTINGS_WRITE,
    "POST playbooks/{key}/upgrade/": S.SETTINGS_WRITE,
    "POST playbooks/{key}/remove/": S.SETTINGS_WRITE,
    "POST playbooks/{key}/switch/": S.SETTINGS_WRITE,
    "GET flows/{key}/drop-off/": S.SETTINGS_READ,
    "GET ratings/": S.CONVERSATIONS_READ,
    "GET sequences/": S.SETTINGS_READ,
    "GET enrolments/": S.LEADS_READ,
    "POST enrolments/": S.LEADS_WRITE,
    "GET enrolments/{public_id}/": S.LEADS_READ,
    "POST enrolments/{public_id}/stop/": S.LEADS_WRITE,
    "GET leads/": S.LEADS_READ,
    "POST leads/": S.LEADS_WRITE,
    "GET leads/bulk/": S.LEADS_READ,
    "POST leads/bulk/": S.LEADS_WRITE,
    "GET leads/bulk/{public_id}/": S.LEADS_READ,
    "GET leads/bulk/{public_id}/rows/": S.LEADS_READ,
    "POST leads/bulk/{public_id}/undo/": S.LEADS_WRITE,
    "GET leads/{public_id}/": S.LEADS_READ,
    "PATCH leads/{public_id}/": S.LEADS_WRITE,
    "POST leads/{public_id}/move/": S.LEADS_WRITE,
    "POST leads/{public_id}/assign/": S.LEADS_WRITE,
    "POST leads/{public_id}/next-step/done/": S.LEADS_WRITE,
    "GET leads/{public_id}/history/": S.LEADS_READ,
    "GET leads/{public_id}/answers/": S.LEADS_READ,
    "POST leads/{public_id}/answers/": S.LEADS_WRITE,
    "GET leads/{public_id}/score/": S.LEADS_READ,
    "GET leads/{public_id}/chance/": S.LEADS_READ,
    "GET leads/{public_id}/next-action/": S.LEADS_READ,
    "GET win-chance/": S.SETTINGS_READ,
    "GET views/": S.LEADS_READ,
    "POST views/": S.LEADS_WRITE,
    "GET views/{public_id}/": S.LEADS_READ,
    "PATCH views/{public_id}/": S.LEADS_WRITE,
    "DELETE views/{public_id}/": S.LEADS_WRITE,
    "GET pipelines/": S.SETTINGS_READ,
    "POST pipelines/": S.SETTINGS_WRITE,
    "PATCH pipelines/{public_id}/": S.SETTINGS_WRITE,
    "DELETE pipelines/{public_id}/": S.SETTINGS_WRITE,
    "POST stages/": S.SETTINGS_WRITE,
    "PATCH stages/{public_id}/": S.SETTINGS_WRITE,
    "POST stages/{public_id}/remove/": S.SETTINGS_WRITE,
    "GET pipelines/{public_id}/": S.SETTINGS_READ,
    "GET stages/": S.SETTINGS_READ,
    "GET stages/{public_id}/": S.SETTINGS_READ,
    "GET lost-reasons/": S.SETTINGS_READ,
    "POST lost-reasons/": S.SETTINGS_WRITE,
    "GET lost-reasons/{public_id}/": S.SETTINGS_READ,
    "PATCH lost-reasons/{public_id}/": S.SETTINGS_WRITE,
    "GET criteria/": S.SETTINGS_READ,
    "GET criteria/{public_id}/": S.SETTINGS_READ,
    "POST criteria/": S.SETTINGS_WRITE,
    "PATCH criteria/{public_id}/": S.SETTINGS_WRITE,
    "DELETE criteria/{public_id}/": S.SETTINGS_WRITE,
    "GET fields/": S.SETTINGS_READ,
    "POST fields/": S.SETTINGS_WRITE,
    "GET fields/{public_id}/": S.SETTINGS_READ,
    "PATCH fields/{public_id}/": S.SETTINGS_WRITE,
    "DELETE fields/{public_id}/": S.SETTINGS_WRITE,
    "GET scoring/rules/": S.SETTINGS_READ,
    "GET scoring/recalculation/": S.SETTINGS_READ,
    "GET products/": S.CATALOGUE_READ,
    "POST products/": S.CATALOGUE_WRITE,
    "GET products/{public_id}/": S.CATALOGUE_READ,
    "PATCH products/{public_id}/": S.CATALOGUE_WRITE,
    "DELETE products/{public_id}/": S.CATALOGUE_WRITE,
    "PUT products/{public_id}/picture/": S.CATALOGUE_WRITE,
    "DELETE products/{public_id}/picture/": S.CATALOGUE_WRITE,
    "POST products/{public_id}/price/": S.CATALOGUE_READ,
    "GET taxes/": S.CATALOGUE_READ,
    "POST taxes/": S.CATALOGUE_WRITE,
    "GET taxes/{public_id}/": S.CATALOGUE_READ,
    "PATCH taxes/{public_id}/": S.CATALOGUE_WRITE,
    "POST taxes/{public_id}/replace/": S.CATALOGUE_WRITE,
    "POST quotes/{public_id}/send/": S.MESSAGES_SEND,
    "POST quotes/{public_id}/template/": S.CATALOGUE_WRITE,
    "GET quote-templates/": S.CATALOGUE_READ,
    "POST quote-templates/": S.CATALOGUE_WRITE,
    "GET quote-templates/{public_id}/": S.CATALOGUE_READ,
    "PATCH quote-templates/{public_id}/": S.CATALOGUE_WRITE,
    "DELETE quote-templates/{public_id}/": S.CATALOGUE_WRITE,
    "GET rates/": S.CATALOGUE_READ,
    "POST rates/": S.CATALOGUE_WRITE,
    "GET scoring/versions/": S.SETTINGS_READ,
    "POST scoring/roll-back/": S.SETTINGS_WRITE,
    "GET scoring/draft/": S.SETTINGS_READ,
    "PATCH scoring/draft/": S.SETTINGS_WRITE,
    "DELETE scoring/draft/": S.SETTINGS_WRITE,
    "POST scoring/draft/rules/": S.SETTINGS_WRITE,
    "PATCH scoring/draft/rules/{public_id}/": S.SETTINGS_WRITE,
    "DELETE scoring/draft/rules/{public_id}/": S.SETTINGS_WRITE,
    "POST scoring/draft/consequences/": S.SETTINGS_WRITE,
    "DELETE scoring/draft/consequences/{public_id}/": S.SETTINGS_WRITE,
    "GET scoring/draft/effect/": S.SETTINGS_READ,
    "POST scoring/draft/test/": S.SETTINGS_READ,
    "POST scoring/draft/publish/": S.SETTINGS_WRITE,
    "GET calls/": S.LEADS_READ,
    "POST calls/": S.LEADS_WRITE,
    "GET calls/{public_id}/": S.LEADS_READ,
    "GET conversations/": S.CONVERSATIONS_READ,
    "GET conversations/{public_id}/": S.CONVERSATIONS_READ,
    "GET conversations/{public_id}/messages/": S.CONVERSATIONS_READ,
    "POST conversations/{public_id}/messages/": S.MESSAGES_SEND,
    "POST conversations/{public_id}/notes/": S.CONVERSATIONS_WRITE,
    "POST conversations/{public_id}/assign/": S.CONVERSATIONS_WRITE,
    "POST conversations/{public_id}/close/": S.CONVERSATIONS_WRITE,
    "POST conversations/{public_id}/reopen/": S.CONVERSATIONS_WRITE,
    "GET services/": S.BOOKINGS_READ,
    "GET services/{public_id}/": S.BOOKINGS_READ,
    "GET services/{public_id}/slots/": S.BOOKINGS_READ,
    "GET resources/": S.BOOKINGS_READ,
    "GET bookings/": S.BOOKINGS_READ,
    "POST bookings/": S.BOOKINGS_WRITE,
    "GET bookings/{public_id}/": S.BOOKINGS_READ,
    "POST bookings/{public_id}/confirm/": S.BOOKINGS_WRITE,
    "POST bookings/{public_id}/move/": S.BOOKINGS_WRITE,
    "POST bookings/{public_id}/cancel/": S.BOOKINGS_WRITE,
    "POST bookings/{public_id}/mark/": S.BOOKINGS_WRITE,
    "GET assistant/": S.SETTINGS_READ,
    "GET assistant/calls/": S.SETTINGS_READ,
    "GET assistant/calls/{public_id}/": S.SETTINGS_READ,
    "GET articles/": S.SETTINGS_READ,
    "POST articles/": S.SETTINGS_WRITE,
    "GET articles/{public_id}/": S.SETTINGS_READ,
    "PATCH articles/{public_id}/": S.SETTINGS_WRITE,
    "DELETE articles/{public_id}/": S.SETTINGS_WRITE,
    "GET article-collections/": S.SETTINGS_READ,
    "POST article-collections/": S.SETTINGS_WRITE,
    "GET article-collections/{public_id}/": S.SETTINGS_READ,
    "PATCH article-collections/{public_id}/": S.SETTINGS_WRITE,
    "DELETE article-collections/{public_id}/": S.SETTINGS_WRITE,
    "GET known-problems/": S.SETTINGS_READ,
    "POST known-problems/": S.SETTINGS_WRITE,
    "GET known-problems/{public_id}/": S.SETTINGS_READ,
    "PATCH known-problems/{public_id}/": S.SETTINGS_WRITE,
    "GET flows/": S.SETTINGS_READ,
    "POST flows/": S.SETTINGS_WRITE,
    "POST flows/lint/": S.SETTINGS_READ,
    "GET flows/{key}/": S.SETTINGS_READ,
    "PATCH flows/{key}/": S.SETTINGS_WRITE,
    "DELETE flows/{key}/": S.SETTINGS_WRITE,
    "PUT flows/{key}/draft/": S.SETTINGS_WRITE,
    "DELETE flows/{key}/draft/": S.SETTINGS_WRITE,
    "POST flows/{key}/draft/publish/": S.SETTINGS_WRITE,
    "POST flows/{key}/roll-back/": S.SETTINGS_WRITE,
    "GET flows/{key}/versions/": S.SETTINGS_READ,
    "GET flows/{key}/versions/{number}/": S.SETTINGS_READ,
    "GET goals/": S.SETTINGS_READ,
    "POST goals/": S.SETTINGS_WRITE,
    "GET goals/{key}/": S.SETTINGS_READ,
    "PATCH goals/{key}/": S.SETTINGS_WRITE,
    "GET goals/{key}/phrases/": S.SETTINGS_READ,
    "POST goals/{key}/phrases/": S.SETTINGS_WRITE,
    "DELETE goals/{key}/phrases/{public_id}/": S.SETTINGS_WRITE,
    "GET history/": S.EVENTS_READ,
    "GET events/": S.EVENTS_READ,
}
METHODS = ("get", "post", "put", "patch", "delete")


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(schema_text())
    return found


def declared() -> Iterator[tuple[str, str | None]]:
    for path, methods in document()["paths"].items():
        for method in METHODS:
            if method in methods:
                yield f"{method.upper()} {path.removeprefix(ROOT)}", methods[method].get("x-scope")


def ask(program: Program, operation: str) -> Any:
    method, _, path = operation.partition(" ")
    path = re.sub(r"\{(public|merge|notice)_id\}", "01890000-0000-7000-8000-000000000000", path)
    return program.send(method, re.sub(r"\{\w+\}", "x", path), {})


def test_every_operation_has_a_row_with_its_scope() -> None:
    assert dict(declared()) == OPERATIONS


@pytest.mark.parametrize("operation", OPERATIONS)
def test_outsiders_are_refused(operation: str, company: None) -> None:
    revoked, expired, of_one_who_left = make_program(), make_program(), make_program(person=make_user("Left"))
    left = ApiKey.objects.select_related("person").get(person__isnull=False)
    assert left.person is not None
    left.person.is_active = False
    left.person.save()
    revoke_key(key_id=ApiKey.objects.order_by("pk")[0].pk, by=None, now=timezone.now())
    outsiders = {
        "no_key": Program(""),
        "bad_key": Program("parley_abcdefgh_" + "x" * 43),
        "odd": Program("§ not a key"),
        "revoked": revoked,
        "left": of_one_who_left,
    }

    answers = {name: ask(outsider, operation) for name, outsider in outsiders.items()}
    with time_machine.travel(timezone.now() + timedelta(days=1, seconds=1), tick=False):
        answers["expired"] = ask(expired, operation)

    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(answers, 401)
    for answer in answers.values():
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="Parley"'
        assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(("operation", "scope"), [pair for pair in OPERATIONS.items() if pair[1]])
def test_a_key_without_the_scope_is_refused(operation: str, scope: Scope, company: None) -> None:
    others = [each for each in Scope if each != scope]

    answer = ask(make_program(others), operation)

    assert answer.status_code == 403
    assert answer.json()["code"] == "scope_missing"
    assert scope.value in answer.json()["detail"]
    assert ask(make_program([scope]), operation).status_code in (200, 201, 204, 400, 404, 422)
