"""The form of a sequence: what was typed stays as it was typed, also where it cannot be used yet."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from automation.sequences.errors import Problem
from automation.sequences.script import EVERYBODY, MOST_STEPS
from core.languages import Language
from desk.conditions.builder import ConditionForm
from desk.filters.leads import LEADS

UNITS: Mapping[str, tuple[str | Promise, int]] = {
    "days": (_("days"), 24 * 60),
    "hours": (_("hours"), 60),
    "minutes": (_("minutes"), 1),
}
_NUMBERS = ("quiet_hours", "within_days", "held_out")
_TOKEN = re.compile(r"^\w{1,24}$")


@dataclass(frozen=True, slots=True)
class TextBox:
    language: str
    name: str
    text: str
    errors: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class StepBox:
    """One message of the form. `token` names its fields."""

    token: str
    number: int
    wait: str
    unit: str
    channel: str
    texts: Sequence[TextBox]
    errors: Sequence[str] = field(default_factory=tuple)


def posted(data: QueryDict, *, currency: str) -> tuple[dict[str, Any], ConditionForm | None]:
    """The script as it was typed, and its segment's form where only some leads are meant."""
    some = data.get("whom") == "some"
    condition = ConditionForm(LEADS, currency=currency, data=data) if some else None
    segment = condition.condition() if condition else None
    tokens = [token for token in dict.fromkeys(data.getlist("step")) if _TOKEN.match(token)]
    plain: dict[str, Any] = {
        "trigger": data.get("trigger", ""),
        "yes": data.get("yes", ""),
        "segment": segment or dict(EVERYBODY),
        "steps": [_step(data, token) for token in tokens[: MOST_STEPS + 1]],
    }
    return plain | {name: _whole(data.get(name, "")) for name in _NUMBERS}, condition


def _step(data: QueryDict, token: str) -> dict[str, Any]:
    unit = UNITS.get(data.get(f"unit-{token}", ""), UNITS["days"])[1]
    wait = _whole(data.get(f"wait-{token}", ""))
    return {
        "wait_minutes": wait * unit if isinstance(wait, int) else wait,
        "channel": data.get(f"channel-{token}", ""),
        "texts": {each: data.get(f"text-{token}-{each}", "").strip() for each in Language.values},
    }


def _whole(text: str) -> int | str:
    """The number, or the text that is none, for whoever checks it."""
    text = text.strip()
    return int(text) if text.isdecimal() and len(text) < 7 else text[:20]


def boxes(script: Mapping[str, Any], problems: Sequence[Problem]) -> list[StepBox]:
    steps = [step for step in script.get("steps") or () if isinstance(step, Mapping)]
    return [_box(step, index, problems) for index, step in enumerate(steps)]


def blank_box() -> StepBox:
    """What a new message begins as; its token is put in by the page."""
    return _filled({"wait_minutes": 2 * 24 * 60}, "__row__", 0, {})


def _box(step: Mapping[str, Any], index: int, problems: Sequence[Problem]) -> StepBox:
    prefix = f"steps.{index}"
    found: dict[str, list[str]] = {}
    for each in problems:
        if each.path == prefix or each.path.startswith(f"{prefix}."):
            found.setdefault(each.path.removeprefix(prefix).removeprefix("."), []).append(each.message)
    return _filled(step, f"s{index}", index + 1, found)


def _filled(step: Mapping[str, Any], token: str, number: int, found: Mapping[str, list[str]]) -> StepBox:
    wait, unit = _wait(step.get("wait_minutes"))
    texts = step.get("texts") or {}
    own = [each for path, messages in found.items() if not path.startswith("texts.") for each in messages]
    written = [
        TextBox(code, str(label), str(texts.get(code, "")), found.get(f"texts.{code}", ()))
        for code, label in Language.choices
    ]
    return StepBox(token, number, wait, unit, str(step.get("channel", "")), written, own)


def _wait(minutes: Any) -> tuple[str, str]:
    if not isinstance(minutes, int):
        return str(minutes or ""), "days"
    unit = next(name for name, (_label, length) in UNITS.items() if minutes % length == 0)
    return str(minutes // UNITS[unit][1]), unit


def condition_of(script: Mapping[str, Any], *, currency: str) -> tuple[ConditionForm, bool]:
    """The segment to be shown, and whether only some leads are meant."""
    stored = script.get("segment") or dict(EVERYBODY)
    some = dict(stored) != dict(EVERYBODY)
    return ConditionForm(LEADS, currency=currency, stored=stored if some else None), some
