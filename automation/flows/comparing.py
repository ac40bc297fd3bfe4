"""What differs between two flows, step by step, the words of texts one by one. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

from automation.flows.editing import SECTIONS, SETTINGS, kind_of
from automation.flows.wording import LANGUAGES

_TOKEN = re.compile(r"\s+|\w+|[^\w\s]")
STEPS, WHOLE = "steps", "settings"


class Mark(StrEnum):
    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True)
class Part:
    mark: Mark
    text: str


@dataclass(frozen=True)
class TextChange:
    """A text in one language; `key` leads to it inside its step or part."""

    key: str
    language: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class ValueChange:
    key: str
    before: Any
    after: Any


class State(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


@dataclass(frozen=True)
class Change:
    """One step or part. `section` is "steps", one of the parts, or "settings"; `below`: above it now stands this step."""

    section: str
    key: str
    state: State
    kind: str = ""
    texts: tuple[TextChange, ...] = ()
    values: tuple[ValueChange, ...] = ()
    moved: bool = False
    below: str = ""


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Every difference in the order of the newer script, what is gone last within its section."""
    return [
        *_steps(old.get(STEPS) or [], new.get(STEPS) or []),
        *(
            change
            for section in SECTIONS
            for change in _section(section, old.get(section) or {}, new.get(section) or {})
        ),
        *_settings(old, new),
    ]


def marked(before: str, after: str) -> tuple[Part, ...]:
    """The two texts in one, with what was added and what was taken out."""
    one, other = _TOKEN.findall(before), _TOKEN.findall(after)
    parts: list[Part] = []
    for act, i, j, k, m in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if act == "equal":
            parts.append(Part(Mark.SAME, "".join(one[i:j])))
            continue
        if i < j:
            parts.append(Part(Mark.REMOVED, "".join(one[i:j])))
        if k < m:
            parts.append(Part(Mark.ADDED, "".join(other[k:m])))
    return tuple(parts)


def _steps(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> Iterator[Change]:
    before = {str(step.get("id")): step for step in old}
    after = {str(step.get("id")): step for step in new}
    moved = _moved([each for each in before if each in after], [each for each in after if each in before])
    above = ""
    for key, step in after.items():
        found = _difference(STEPS, key, before.get(key), step, kind_of(step), key in moved, above)
        above = key
        if found is not None:
            yield found
    for key, step in before.items():
        if key not in after:
            yield _one(STEPS, key, State.REMOVED, step, {}, kind_of(step))


def _moved(old: Sequence[str], new: Sequence[str]) -> set[str]:
    """Those that do not stand in the longest run of steps whose order is the same."""
    kept: set[str] = set()
    matcher = SequenceMatcher(None, list(old), list(new), autojunk=False)
    for block in matcher.get_matching_blocks():
        kept.update(old[block.a : block.a + block.size])
    return set(new) - kept


def _section(section: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for key in dict.fromkeys([*new, *old]):
        found = _difference(section, key, old.get(key), new.get(key))
        if found is not None:
            yield found


def _settings(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    before = {key: old[key] for key in SETTINGS if key in old}
    after = {key: new[key] for key in SETTINGS if key in new}
    if before != after:
        yield _one(WHOLE, WHOLE, State.CHANGED, before, after)


def _difference(
    section: str,
    key: str,
    before: Any,
    after: Any,
    kind: str = "",
    moved: bool = False,
    above: str = "",
) -> Change | None:
    if before == after and not moved:
        return None
    if before is None:
        return _one(section, key, State.ADDED, {}, after, kind, below=above)
    if after is None:
        return _one(section, key, State.REMOVED, before, {}, kind)
    state = State.MOVED if before == after else State.CHANGED
    return _one(section, key, state, before, after, kind, moved=moved, below=above if moved else "")


def _one(
    section: str, key: str, state: State, before: Any, after: Any, kind: str = "", **more: Any
) -> Change:
    one, other = dict(_flat(before, "")), dict(_flat(after, ""))
    texts: list[TextChange] = []
    values: list[ValueChange] = []
    for path in dict.fromkeys([*other, *one]):
        was, now = one.get(path), other.get(path)
        if was == now or path == "id":
            continue
        if _is_texts(was) or _is_texts(now):
            texts += _texts(path, was, now)
        else:
            values.append(ValueChange(path, was, now))
    return Change(section, key, state, kind, tuple(texts), tuple(values), **more)


def _texts(path: str, before: Any, after: Any) -> Iterator[TextChange]:
    old = before if _is_texts(before) else {}
    new = after if _is_texts(after) else {}
    for language in LANGUAGES:
        was, now = str(old.get(language, "")), str(new.get(language, ""))
        if was != now:
            yield TextChange(path, language, marked(was, now))


def _is_texts(value: Any) -> bool:
    return isinstance(value, Mapping) and bool(value) and set(value) <= set(LANGUAGES)


def _flat(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Values by their path; texts, and lists of anything but mappings, as a whole. Cases of a branch stay whole, too."""
    if isinstance(value, Mapping) and not _is_texts(value) and "field" not in value:
        for key, item in value.items():
            if key in ("branch", "when"):
                yield f"{path}{key}", item
            else:
                yield from _flat(item, f"{path}{key}.")
    elif isinstance(value, list) and value and all(isinstance(each, Mapping) for each in value):
        for place, item in enumerate(value):
            yield from _flat(item, f"{path}{place}.")
    elif path or _is_texts(value):
        yield path.rstrip("."), value
