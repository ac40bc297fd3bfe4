"""Values for the tests of the engine: the shipped flow, the default criteria, a plain parser, messages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from automation.flows import document
from automation.flows.context import Choice, Context, Criterion, Parsed
from automation.flows.effects import Effect, Say
from automation.flows.events import CustomerMessage, Entity, Reading
from automation.flows.script import FlowDocument
from core.text import normalise

ROOT = Path(__file__).resolve().parents[3]
CRITERIA_FILE = ROOT / "crm" / "qualification" / "data" / "default_criteria.yaml"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
WORD = re.compile(r"[^\W_]+")
FIGURE = re.compile(r"(\d+)\s*(k|mln)?")


def amount(units: int) -> dict[str, str]:
    return {"amount": f"{units}.0000", "currency": "AMD"}


def place(raw: str) -> dict[str, str]:
    return {"raw": raw, "norm": normalise(raw)}


@cache
def default_data() -> list[dict[str, Any]]:
    return list(yaml.safe_load(CRITERIA_FILE.read_text(encoding="utf-8"))["criteria"])


@cache
def criteria() -> tuple[Criterion, ...]:
    return tuple(
        Criterion(
            key=each["key"],
            kind=each["kind"],
            question=each["question"],
            hint=each["hint"],
            choices=tuple(
                Choice(choice["value"], choice["label"], tuple(choice.get("synonyms", ())))
                for choice in each.get("choices", ())
            ),
            must_have=each["must_have"],
        )
        for each in default_data()
    )


@cache
def flow() -> FlowDocument:
    return document.shipped()


def parse(text: str, *, kind: str, choices: Sequence[Choice] = (), language: str = "en") -> Parsed | None:
    """A small honest parser: enough for the sentences of these tests."""
    return _PARSERS[kind](text.strip(), choices)


def _choice(text: str, choices: Sequence[Choice]) -> Parsed | None:
    said = f" {' '.join(WORD.findall(normalise(text)))} "
    for choice in choices:
        for name in (*choice.label.values(), *choice.synonyms):
            if f" {normalise(name)} " in said:
                return Parsed(choice.value, 0.9)
    return None


def _money(text: str, _choices: Sequence[Choice]) -> Parsed | None:
    found = FIGURE.search(text)
    if found is None:
        return None
    return Parsed(amount(int(found[1]) * {"k": 1000, "mln": 1_000_000}.get(found[2] or "", 1)))


def _figure(text: str, _choices: Sequence[Choice]) -> Parsed | None:
    found = FIGURE.search(text)
    return Parsed(int(found[1])) if found else None


def _matched(pattern: str) -> Any:
    compiled = re.compile(pattern)

    def read(text: str, _choices: Sequence[Choice]) -> Parsed | None:
        found = compiled.search(text)
        return Parsed(found.group().strip()) if found else None

    return read


def _place(text: str, _choices: Sequence[Choice]) -> Parsed | None:
    return Parsed(place(text)) if text.isalpha() and len(text) < 20 else None


def _yes_no(text: str, _choices: Sequence[Choice]) -> Parsed | None:
    return {"yes": Parsed(True), "no": Parsed(False)}.get(text.lower())


WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _wish(text: str, _choices: Sequence[Choice]) -> Parsed | None:
    """Understands "friday", "at 15" and "after 15"."""
    words = text.lower().split()
    day = next((WEEKDAYS.index(word) for word in words if word in WEEKDAYS), None)
    hour = next(
        (int(word) for before, word in pairwise(words) if before in ("at", "after") and word.isdecimal()),
        None,
    )
    if day is None and (hour is None or hour > 23):
        return None
    date = NOW.date() + timedelta(days=(day - NOW.weekday()) % 7 or 7) if day is not None else None
    at = f"{hour:02}:00" if hour is not None else None
    return Parsed(
        {"day": date.isoformat() if date else None, "at": at, "after": "after" in words, "part": None}
    )


_PARSERS = {
    "choice": _choice,
    "money": _money,
    "duration": _figure,
    "number": _figure,
    "place": _place,
    "text": lambda text, _choices: Parsed(place(text)) if text else None,
    "yes_no": _yes_no,
    "phone": _matched(r"\+\d{8,15}"),
    "email": _matched(r"\S+@\S+\.\w+"),
    "name": _matched(r"^[^\W\d_]+( [^\W\d_]+)?$"),
    "wish": _wish,
}


def context(**changes: Any) -> Context:
    values = {
        "parser": parse,
        "now": NOW,
        "criteria": criteria(),
        "wait_minutes": 5,
        "variables": {"company": "Aregak Interiors", "person": "Ani"},
    }
    return Context(**(values | changes))


def says(
    text: str = "",
    *intents: str,
    language: str | None = None,
    payload: str | None = None,
    attachments: Sequence[str] = (),
    **entities: Any,
) -> CustomerMessage:
    found = tuple(Entity(name, value) for name, value in entities.items())
    return CustomerMessage(text, Reading(language, intents, found), payload, tuple(attachments))


def reply(effects: Sequence[Effect]) -> Say:
    """Return the only thing said."""
    said = [effect for effect in effects if isinstance(effect, Say)]
    assert len(said) == 1, effects
    return said[0]


def others(effects: Sequence[Effect]) -> list[Effect]:
    """Return the effects besides what is said."""
    return [effect for effect in effects if not isinstance(effect, Say)]
