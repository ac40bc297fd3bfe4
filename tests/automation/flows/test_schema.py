"""The JSON Schema says what the readers say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from automation.flows.document import TOP_KEYS, faults_of
from automation.flows.schema import ADDRESS, schema, schema_text
from automation.flows.source import read
from automation.flows.steps import STEP_KINDS, keys_of
from tests.automation.flows.builders import ROOT
from tests.automation.flows.service import CIRCLE, DESK, HELP, SELL
from tests.automation.flows.test_model import WINDING

SHIPPED = [
    ROOT / "automation/flows/data/first_answer.yaml",
    *sorted((ROOT / "automation/playbooks/data").glob("*/flow.yaml")),
]
TEXT = {"en": "Hello."}
STEP: dict[str, Any] = {"id": "a", "end": "over"}


def judge(value: Any) -> list[str]:
    validator = jsonschema.Draft202012Validator(schema())
    return [error.message for error in validator.iter_errors(value)]


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    assert schema()["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_shipped_flow_fits(path: Path) -> None:
    assert judge(read(path.read_text(encoding="utf-8"))[0]) == []


@pytest.mark.parametrize("text", [HELP, DESK, SELL, WINDING, CIRCLE.format(name="a", other="b")])
def test_the_flows_of_the_tests_fit(text: str) -> None:
    assert judge(read(text)[0]) == []


def test_every_key_that_a_reader_takes_is_in_it() -> None:
    assert set(schema()["properties"]) == set(TOP_KEYS)
    for kind in STEP_KINDS:
        known = schema()["$defs"][kind]
        assert set(known["properties"]) == set(keys_of(kind))
        assert known["required"][:2] == ["id", kind]
        told = [key for key, value in known["properties"].items() if not value and key != "score"]
        assert told == [], f"nothing is said of {told}"


BROKEN: list[dict[str, Any]] = [
    {"steps": [STEP]},
    {"flow": "a", "steps": []},
    {"flow": "A b", "steps": [STEP]},
    {"flow": "a", "steps": [STEP], "colour": "red"},
    {"flow": "a", "steps": [{**STEP, "say": TEXT}]},
    {"flow": "a", "steps": [{**STEP, "colour": "red"}]},
    {"flow": "a", "steps": [{"end": "over"}]},
    {"flow": "a", "steps": [STEP], "limits": {"messages": 0}},
    {"flow": "a", "steps": [STEP], "languages": ["fr"]},
    {"flow": "a", "steps": [STEP], "goals": {"b": {"go": "a"}}},
    {"flow": "a", "steps": [STEP], "answers": {"price": {"fr": "Bonjour"}}},
    {"flow": "a", "steps": [{"id": "a", "say": "Hello", "next": "a"}]},
    {"flow": "a", "steps": [{"id": "a", "say": TEXT, "greeting": "yes"}]},
    {"flow": "a", "steps": [{"id": "a", "ask": "contact.shoe"}]},
    {"flow": "a", "steps": [{"id": "a", "ask": "goal"}]},
    {"flow": "a", "steps": [{"id": "a", "ask": "city", "tries": 9}]},
    {"flow": "a", "steps": [{"id": "a", "branch": [{"go": "a", "when": "often"}], "otherwise": "a"}]},
    {"flow": "a", "steps": [{"id": "a", "branch": [{"go": "a", "when": {}}]}]},
    {"flow": "a", "steps": [{"id": "a", "troubleshoot": [{"tip": TEXT}], "next": "a"}]},
    {"flow": "a", "steps": [{"id": "a", "look_up_order": "always"}]},
    {"flow": "a", "steps": [{"id": "a", "request_payment": "much", "purpose": TEXT}]},
    {"flow": "a", "steps": [{"id": "a", "hand_off": "b", "open": TEXT}]},
]


@pytest.mark.parametrize("value", BROKEN, ids=range(len(BROKEN)))
def test_what_the_readers_refuse_does_not_fit(value: dict[str, Any]) -> None:
    assert faults_of(value)
    assert judge(value)


def test_it_is_served_to_anybody_and_not_twice(client: Client) -> None:
    answer = client.get(ADDRESS)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/schema+json"
    assert answer.content.decode() == schema_text()
    assert client.get(ADDRESS, headers={"If-None-Match": answer["ETag"]}).status_code == 304


def test_the_command_writes_it(tmp_path: Path) -> None:
    call_command("flow_schema", "--to", str(tmp_path / "flow.json"), verbosity=0)
    assert (tmp_path / "flow.json").read_text(encoding="utf-8") == schema_text()
    with pytest.raises(CommandError, match="Name a file in a folder that exists"):
        call_command("flow_schema", "--to", str(tmp_path / "none" / "flow.json"))
