"""JSON Schema (2020-12) of the language of flows, made by letting the readers read: what they ask the checker for is what
the schema says. There is no second list that could drift from them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from automation.flows.checking import MAX_TEXT, NAME, Checker
from automation.flows.document import faults_of, traverse
from automation.flows.source import Path
from automation.flows.steps import STEP_KINDS, keys_of, read_step
from automation.flows.wording import LANGUAGES, Texts

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
ADDRESS = "/api/schema/flow.json"
ANY_KEY = "*"
NAME_REF: Schema = {"$ref": "#/$defs/name"}
TEXT_REF: Schema = {"$ref": "#/$defs/texts"}
STEP: Path = ("steps", 0)


class _Anything(str):
    """Stands for whatever a document may hold at a place."""


_ANYTHING = _Anything("?")


class Probe(Checker):
    """Takes everything, and writes down what each reader expects where."""

    def __init__(self) -> None:
        super().__init__({})
        self.expected: dict[Path, Schema] = {}

    def fault(self, path: Path, message: str) -> None:
        """Nothing is wrong with anything."""

    def expects(self, path: Path, schema: Mapping[str, Any]) -> None:
        self.expected[path] = dict(schema)

    def mapping(self, value: Any, path: Path, *, allowed: Sequence[str] = ()) -> dict[str, Any]:
        keys = allowed or (ANY_KEY,)
        self.expects(path, {"type": "object", "keys": [*self._keys(path), *keys]})
        return dict.fromkeys(keys, _ANYTHING)

    def sequence(self, value: Any, path: Path) -> list[Any]:
        self.expects(path, {"type": "array"})
        return [_ANYTHING]

    def name(self, value: Any, path: Path) -> str:
        if isinstance(value, _Anything):
            self.expects(path, NAME_REF)
        return _ANYTHING

    def line_of_text(self, value: Any, path: Path, *, default: str = "") -> str:
        self.expects(path, {"type": "string", "minLength": 1, "maxLength": MAX_TEXT})
        return _ANYTHING

    def number(self, value: Any, path: Path, *, default: int, lowest: int, highest: int) -> int:
        self.expects(path, {"type": "integer", "minimum": lowest, "maximum": highest, "default": default})
        return default

    def flag(self, value: Any, path: Path) -> bool:
        self.expects(path, {"type": "boolean"})
        return False

    def one_of(self, value: Any, path: Path, *, options: Sequence[str], default: str) -> str:
        self.expects(path, {"enum": [str(each) for each in options]})
        return default or options[0]

    def texts(self, value: Any, path: Path) -> Texts:
        self.expects(path, TEXT_REF)
        return {}

    def _keys(self, path: Path) -> list[str]:
        known: list[str] = self.expected.get(path, {}).get("keys", [])
        return known


class _Draft:
    """What the readers of steps write into, and nobody reads."""

    def __init__(self, check: Checker) -> None:
        self.check = check

    def text(self, value: Any, path: Path, text_id: str) -> str:
        self.check.texts(value, path)
        return text_id

    def optional_text(self, value: Any, path: Path, text_id: str) -> str | None:
        return None if value is None else self.text(value, path, text_id)


@cache
def schema() -> Schema:
    """The schema of a flow document."""
    probe = Probe()
    traverse(probe, _ANYTHING)
    whole = _built(probe.expected, (), _needed)
    whole["properties"]["steps"] = {
        "type": "array",
        "minItems": 1,
        "items": {"oneOf": [{"$ref": f"#/$defs/{kind}"} for kind in STEP_KINDS]},
    }
    texts = {lang: {"type": "string", "minLength": 1, "maxLength": MAX_TEXT} for lang in LANGUAGES}
    return {
        "$schema": DIALECT,
        "$id": ADDRESS,
        "title": "A flow of Parley",
        **whole,
        "$defs": {
            "name": {"type": "string", "pattern": f"^{NAME.pattern}$"},
            "texts": {
                "description": "A text by language.",
                "type": "object",
                "properties": texts,
                "minProperties": 1,
                "additionalProperties": False,
            },
            **{kind: _step(kind) for kind in STEP_KINDS},
        },
    }


def schema_text() -> str:
    return json.dumps(schema(), ensure_ascii=False, indent=2) + "\n"


def _step(kind: str) -> Schema:
    probe, keys = Probe(), keys_of(kind)
    read_step(_Draft(probe), kind, _ANYTHING, dict.fromkeys(keys, _ANYTHING), STEP, _ANYTHING)
    probe.expected.setdefault((*STEP, "id"), NAME_REF)
    found = _built(probe.expected, STEP, lambda place: _needed_of_step(kind, place))
    return {"title": kind, **found}


def _built(expected: Mapping[Path, Schema], place: Path, needed: Callable[[Path], list[str]]) -> Schema:
    """The schema at a place with everything below it."""
    known = dict(expected.get(place, {}))
    keys = dict.fromkeys(known.pop("keys", ()))
    if known.get("type") == "array" and (*place, 0) in expected:
        known["items"] = _built(expected, (*place, 0), needed)
    if known.get("type") != "object" or not keys:
        return known
    if ANY_KEY in keys:
        known["propertyNames"] = NAME_REF
        known["additionalProperties"] = _built(expected, (*place, ANY_KEY), needed)
        return known
    known["properties"] = {key: _built(expected, (*place, key), needed) for key in keys}
    known["additionalProperties"] = False
    if required := [key for key in needed(place) if key in keys]:
        known["required"] = required
    return known


def _needed(place: Path) -> list[str]:
    """The keys whose absence the readers find fault with, at a place of the whole document."""
    least: dict[str, Any] = {"flow": "any", "steps": [{"id": "any", "end": "over"}]}
    paths = [fault.path for fault in faults_of(least | {"goals": {"any": {}}, "hand_offs": {"any": {}}})]
    for key in least:
        without = {name: value for name, value in least.items() if name != key}
        paths += [fault.path for fault in faults_of(without) if fault.path == key]
    return _below(paths, ".".join("any" if part == ANY_KEY else str(part) for part in place))


def _needed_of_step(kind: str, place: Path) -> list[str]:
    check = Checker({})
    lists: dict[str, Any] = {"branch": [{}], "troubleshoot": [{}]}
    read_step(_Draft(check), kind, "step", {"id": "step", kind: lists.get(kind, "x")}, STEP, None)
    found = _below([problem.path for problem in check.problems], ".".join(map(str, place)))
    return list(dict.fromkeys(["id", kind, *found])) if place == STEP else found


def _below(paths: Sequence[str], place: str) -> list[str]:
    start = f"{place}." if place else ""
    found = [path.removeprefix(start) for path in paths if path.startswith(start)]
    return list(dict.fromkeys(each for each in found if each and "." not in each))
