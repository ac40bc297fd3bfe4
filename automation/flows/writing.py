"""A flow document as YAML for people: keys in the order of docs/flows.md, texts by language. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from automation.flows.document import GOAL_KEYS, RULE_KEYS, TOP_KEYS
from automation.flows.editing import kind_of
from automation.flows.source import Loader
from automation.flows.steps import keys_of
from automation.flows.wording import LANGUAGES

_WIDE = 4000
_CONDITION = ("field", "op", "value")


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


class _Names(list[Any]):
    """A list of names, which stands on one line."""


def _on_one_line(dumper: _Dumper, names: _Names) -> yaml.Node:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", names, flow_style=True)


_Dumper.yaml_implicit_resolvers = Loader.yaml_implicit_resolvers
_Dumper.add_representer(_Names, _on_one_line)


def to_yaml(document: Mapping[str, Any]) -> str:
    """The document as one text that `document.loads` reads back to the same value."""
    data = _ordered(document, TOP_KEYS)
    if "steps" in data:
        data["steps"] = [step_in_order(step) for step in data["steps"]]
    for section, keys in (("goals", GOAL_KEYS), ("hand_offs", RULE_KEYS)):
        if section in data:
            data[section] = {key: _ordered(item, keys) for key, item in data[section].items()}
    parts = [_dumped({key: value}) for key, value in data.items() if not _short(value)]
    head = _dumped({key: value for key, value in data.items() if _short(value)})
    return "\n".join([head, *parts])


def step_to_yaml(step: Mapping[str, Any]) -> str:
    """One step, without its id."""
    return _dumped({key: value for key, value in step_in_order(step).items() if key != "id"})


def step_in_order(step: Mapping[str, Any]) -> dict[str, Any]:
    return _ordered(step, keys_of(kind_of(step)))


def _short(value: Any) -> bool:
    return not isinstance(value, Mapping) and not (
        isinstance(value, list) and value and isinstance(value[0], Mapping)
    )


def _dumped(value: Any) -> str:
    if not value:
        return ""
    text: str = yaml.dump(
        _plain(value),
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=False,
        width=_WIDE,
        default_flow_style=False,
    )
    return text


def _ordered(value: Mapping[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    known = [key for key in keys if key in value]
    return {key: value[key] for key in (*known, *(each for each in value if each not in known))}


def _plain(value: Any) -> Any:
    """Mappings whose keys are languages, and conditions, in their usual order."""
    if isinstance(value, Mapping):
        if value and set(value) <= set(LANGUAGES):
            value = _ordered(value, LANGUAGES)
        elif "op" in value:
            value = _ordered(value, _CONDITION)
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        if all(not isinstance(item, Mapping | list) for item in value):
            return _Names(value)
        return [_plain(item) for item in value]
    return value
