from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from core.access.models import User
from crm.pipeline.models import Pipeline
from tests.desk.reading import attributes, words

GOOD = {"field": "lead.grade", "op": "in", "value": ["A", "B"]}


def builder(path: str, **asked: str) -> str:
    on = f"{path}?{urlencode(asked)}" if asked else path
    return f"{reverse('desk:lead_filter')}?{urlencode({'on': on})}"


def row(field: str, op: str, *values: str) -> dict[str, Any]:
    return {
        "node": ["root", "row:r1:root"],
        "joint-root": "all",
        "field-r1": field,
        "op-r1": op,
        "value-r1": list(values),
    }


def place(answer: Any) -> tuple[str, dict[str, str]]:
    path, _mark, query = json.loads(answer["HX-Location"])["path"].partition("?")
    return path, QueryDict(query).dict()  # type: ignore[return-value]


def test_the_builder_begins_with_the_filter_of_the_list(
    agent: User, pipeline: Pipeline, sign_in: Callable[[User], Client]
) -> None:
    page = sign_in(agent).get(builder("/pipeline/x/", filter=json.dumps(GOOD))).content

    assert words(page, "modal-title") == ["Show leads for which"]
    assert attributes(page, "form-check-input", "value") == ["A", "B", "C", "D"]


def test_what_was_built_becomes_the_address_of_the_list(
    agent: User, pipeline: Pipeline, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(agent)
    answer = client.post(
        builder("/pipeline/x/", filter=json.dumps(GOOD), mine="1", sort="title"),
        row("lead.source", "is", "webchat"),
    )

    path, asked = place(answer)
    assert (answer.status_code, path) == (204, "/pipeline/x/")
    assert json.loads(asked.pop("filter")) == {"field": "lead.source", "op": "is", "value": "webchat"}
    assert asked == {"mine": "1", "sort": "title"}
    assert answer["HX-Trigger"] == "modal:close"


def test_without_any_part_the_list_is_shown_whole(
    agent: User, pipeline: Pipeline, sign_in: Callable[[User], Client]
) -> None:
    answer = sign_in(agent).post(
        builder("/pipeline/x/", filter=json.dumps(GOOD)), {"node": "root", "joint-root": "all"}
    )

    assert place(answer) == ("/pipeline/x/", {})


def test_a_wrong_value_is_named_at_its_row(
    agent: User, pipeline: Pipeline, sign_in: Callable[[User], Client]
) -> None:
    answer = sign_in(agent).post(builder("/pipeline/x/"), row("lead.score", "gte", "many"))

    assert answer.status_code == 422
    assert len(words(answer.content, "invalid-feedback")) == 1


def test_only_a_path_of_ours_may_be_led_to(
    agent: User, pipeline: Pipeline, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(agent)

    for bad in ("", "https://example.org/", "//example.org/", "/\\example.org", "javascript:alert(1)"):
        assert client.get(builder(bad)).status_code == 400


def test_an_agent_gets_parts_of_a_filter_but_not_of_a_rule(
    agent: User, pipeline: Pipeline, sign_in: Callable[[User], Client]
) -> None:
    client, part = sign_in(agent), reverse("desk:condition_part")

    fields = client.get(part, {"purpose": "leads"})
    assert fields.status_code == 200
    assert 'value="lead.step"' in fields.content.decode()
    assert client.get(part, {"purpose": "scoring"}).status_code == 403
