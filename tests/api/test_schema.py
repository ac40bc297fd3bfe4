"""The document is valid OpenAPI 3.1, and what it promises holds whatever is sent (bounded; the same on every run)."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation.modes import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from automation.flows.operations import install_shipped
from automation.sequences.operations import install_ready
from conversations.assistant.models import AssistantCall
from core.api.schema import schema_text
from crm.pipeline.models import Lead, LostReason, Pipeline, Stage
from crm.qualification.models import Criterion
from tests.api.program import Program
from tests.api.test_access import OPERATIONS, document
from tests.factories.bookings import make_resource, make_service
from tests.factories.catalogue import make_kitchen, make_vat
from tests.factories.conversations import make_conversation, make_user, make_web_chat
from tests.factories.fields import make_field
from tests.factories.orders import make_order
from tests.factories.payments import make_payment
from tests.factories.quotes import make_draft

EXAMPLES = 5
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


def test_the_document_is_valid_and_complete() -> None:
    found = document()

    assert found["openapi"] == "3.1.1"
    refs = [value for key, value in walk(found) if key == "$ref"]
    for ref in refs:
        assert ref.rpartition("/")[2] in found["components"]["schemas"], ref
    for name, schema in found["components"]["schemas"].items():
        jsonschema.Draft202012Validator.check_schema(schema)
        assert schema.get("properties") or name == "NothingDraft", name
    ids = [operation["operationId"] for operation in operations()]
    assert len(ids) == len(set(ids)) == len(OPERATIONS)
    for operation in operations():
        assert operation["summary"], operation["operationId"]
        assert operation["security"] == [{"key": []}]
        assert {"400", "401", "403", "404", "429"} <= set(operation["responses"])


def test_the_document_and_its_page_are_open_to_anybody(client: Client) -> None:
    answer = client.get("/api/schema/")
    assert (answer.status_code, answer.content) == (200, schema_text())
    assert client.get("/api/schema/", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    page = client.get("/api/docs/")
    assert 'data-schema="/api/schema/"' in page.content.decode()
    assert "'unsafe-inline'" not in page.headers["Content-Security-Policy"]


def operations() -> list[dict[str, Any]]:
    return [
        operation
        for methods in document()["paths"].values()
        for name, operation in methods.items()
        if name != "parameters"
    ]


def walk(value: Any) -> Any:
    if isinstance(value, dict):
        for key, item in value.items():
            yield key, item
            yield from walk(item)
    elif isinstance(value, list):
        for item in value:
            yield from walk(item)


@pytest.fixture
def things(program: Program) -> dict[str, str]:
    """Real ids for the examples, by the name under which an address or a body asks for them."""
    service = make_service(make_resource("Anna"))
    lead = program.post("leads/", {"contact": {"phones": ["077123456"], "name": "Anna"}})
    call = program.post("calls/", {"lead": lead["id"], "outcome": "busy"})
    slots = program.get(f"services/{service.public_id}/slots/")["results"]
    booking = program.post(
        "bookings/",
        {"service": str(service.public_id), "starts_at": slots[-1]["starts_at"], "contact": lead["contact"]},
    )
    person = str(make_user("Anna").public_id)
    view = program.post("views/", {"name": "Fresh", "shared": True})
    pipeline, stage, criterion = Pipeline.objects.first(), Stage.objects.first(), Criterion.objects.first()
    assert pipeline is not None
    assert stage is not None
    assert criterion is not None
    drawn = make_draft(Lead.objects.get(public_id=lead["id"]), make_user("Aram"), now=timezone.now())
    quote = str(drawn.quote.public_id)
    install_ready(language="en", active=True, now=timezone.now())
    silent = program.post("leads/", {"contact": {"name": "Silent"}})
    begun = program.post("enrolments/", {"lead": silent["id"], "sequence": "no_show"})
    return {
        "contact": lead["contact"],
        "lead": lead["id"],
        "call": call["id"],
        "booking": booking["id"],
        "service": str(service.public_id),
        "resource": booking["resource"],
        "conversation": str(make_conversation().public_id),
        "pipeline": str(pipeline.public_id),
        "stage": str(stage.public_id),
        "criterion": str(criterion.public_id),
        "field": str(make_field().public_id),
        "view": view["id"],
        "product": str(make_kitchen(rules={}).public_id),
        "tax": str(make_vat().public_id),
        "quote": quote,
        "goal": program.post("goals/price/phrases/", {"language": "en", "text": "what would it be"})["id"],
        "goals": "price",
        "flows": install_shipped("first_answer").key,
        "playbooks": "inbound",
        "account": str(make_web_chat(flow_key="").public_id),
        "assistant": str(AssistantCall.objects.create(purpose="try").public_id),
        "article": program.post("articles/", {"slug": "care", "titles": {"en": "Care"}})["id"],
        "article-collection": program.post("article-collections/", {"slug": "h", "names": {"en": "H"}})["id"],
        "known-problem": program.post(
            "known-problems/",
            {
                "name": "Snow",
                "texts": {"en": "Late."},
                "starts_at": "2026-03-01T10:00:00Z",
                "goals": ["price"],
            },
        )["id"],
        "quote-template": program.post("quote-templates/", {"name": "Kitchen", "currency": "AMD"})["id"],
        "order": str(make_order(currency="AMD").public_id),
        "enrolment": begun["id"],
        "sequence": "no_show",
        "payment": str(make_payment(Lead.objects.get(public_id=lead["id"]), now=timezone.now()).public_id),
        "owner": person,
        "assignee": person,
        "person": person,
        "starts_at": slots[0]["starts_at"],
        "lost_reason": LostReason.objects.values_list("name", flat=True)[0],
        "lost-reason": str(LostReason.objects.values_list("public_id", flat=True)[0]),
    }


@pytest.fixture
def application(program: Program) -> Iterator[Any]:
    """The product as a server calls it, but with the connection of the test, which is not to be closed."""
    signals = (request_started, request_finished)
    found = get_wsgi_application()
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield found
    for signal in signals:
        signal.connect(close_old_connections)


PLURALS = {"criteria": "criterion", "taxes": "tax"}
UNMADE = {"scoring"}
"""Where no example has a row yet: the parts of a draft."""


def put_in(case: Any, things: dict[str, str]) -> None:
    """Every other example speaks of things that are there."""
    kind = case.path.removeprefix("/api/v1/").partition("/")[0]
    if "public_id" in case.path_parameters and kind not in UNMADE:
        case.path_parameters["public_id"] = things[PLURALS.get(kind, kind.removesuffix("s"))]
    if "key" in case.path_parameters:
        case.path_parameters["key"] = things[kind]
    if isinstance(case.body, dict):
        for name in case.body:
            if name in things and isinstance(case.body[name], str):
                case.body[name] = things[name]


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_whatever_is_sent_the_answer_is_as_the_document_says(
    mode: GenerationMode, program: Program, things: dict[str, str], application: Any
) -> None:
    warnings.simplefilter("ignore")
    schema = schemathesis.openapi.from_dict(document())
    schema.app = application
    refused = []
    for found in schema.get_all_operations():
        operation = found.ok()
        count = 0

        @seed(20261127)
        @settings(
            max_examples=EXAMPLES,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def examples(case: Any) -> None:
            nonlocal count
            count += 1
            if count % 2:
                put_in(case, things)
            response = case.call(headers={"Authorization": f"Bearer {program.token}"})
            case.validate_response(response, checks=CHECKS)

        try:
            examples()
        except (AssertionError, BaseExceptionGroup) as error:  # every operation is to be heard
            refused.append(f"{operation.label}: {error}")

    assert refused == []
