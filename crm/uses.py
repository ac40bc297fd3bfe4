"""Who relies on something that conditions ask for: each room that may name it in rules, scripts or views registers how
to find that out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from crm.errors import Use

Finder = Callable[[str, str | None], Iterable[Use]]

_finders: list[Finder] = []


def register(finder: Finder) -> Finder:
    """`finder(field, choice)` names the places that mention the condition field ("answer.budget", "custom.size"), or
    that choice of it; called at start.
    """
    if finder in _finders:
        raise ValueError(f"{finder.__name__} is already registered")
    _finders.append(finder)
    return finder


def uses_of(field: str, choice: str | None = None) -> list[Use]:
    return [use for finder in _finders for use in finder(field, choice)]


def mentions(condition: Any, field: str, choice: str | None = None) -> bool:
    """Whether a condition's JSON asks for the field, or compares it with that choice."""
    return any(_names(leaf, field, choice) for leaf in _leaves(condition))


def _leaves(json: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(json, Mapping):
        if "field" in json:
            yield json
        parts: Iterable[Any] = json.values()
    else:
        parts = json if isinstance(json, list) else ()
    for part in parts:
        if isinstance(part, dict | list):
            yield from _leaves(part)


def _names(leaf: Mapping[str, Any], field: str, choice: str | None) -> bool:
    value = leaf.get("value")
    named = choice is None or choice == value or (isinstance(value, list) and choice in value)
    return leaf["field"] == field and named
