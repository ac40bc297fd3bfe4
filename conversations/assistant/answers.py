"""What the model may answer, read strictly: another form is no answer. Pure.

Every answer is one JSON object with exactly the parts named here and a `confidence` from 0 to 1.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from conversations.assistant.enums import Purpose, Step

LONGEST_LINE = 240
LONGEST_REPLY = 1500
LONGEST_TRANSLATION = 6000
MOST_LINES = 3
MOST_FACTS = 6


class BadAnswer(ValueError):
    """`str()` says what is wrong, for the log."""


@dataclass(frozen=True, slots=True)
class Summary:
    lines: tuple[str, ...]
    confidence: float


@dataclass(frozen=True, slots=True)
class Reply:
    """`can_answer` False: what was shown does not hold the answer. `sources`: ids of those it rests on."""

    can_answer: bool
    text: str
    sources: tuple[str, ...]
    confidence: float


@dataclass(frozen=True, slots=True)
class Suggestion:
    step: str
    why: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Fact:
    """`words`: where the customer said it. `value`: a whole number, or text."""

    type: str
    value: Any
    words: str
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Classified:
    intent: str
    facts: tuple[Fact, ...]
    confidence: float


@dataclass(frozen=True, slots=True)
class Translation:
    text: str
    language: str
    confidence: float


Answer = Summary | Reply | Suggestion | Classified | Translation


def read_answer(purpose: str, content: str) -> Answer:
    """The answer to a call for `purpose`. Raises BadAnswer."""
    try:
        body = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise BadAnswer("It is no JSON.") from error
    if not isinstance(body, dict):
        raise BadAnswer("It is no JSON object.")
    return _READERS[purpose](_Parts(body))


class _Parts:
    """The object, part by part; what is left over is a fault."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        self._body = dict(body)

    def text(self, name: str, longest: int, *, empty: bool = False) -> str:
        value = self._take(name)
        if not isinstance(value, str) or len(value) > longest or "\x00" in value:
            raise BadAnswer(f"{name} must be a text of at most {longest} characters.")
        if not (value := value.strip()) and not empty:
            raise BadAnswer(f"{name} is empty.")
        return value

    def word(self, name: str, choices: Collection[str]) -> str:
        value = self._take(name)
        if not isinstance(value, str) or value not in choices:
            raise BadAnswer(f"{name} is none of those asked for.")
        return value

    def flag(self, name: str) -> bool:
        value = self._take(name)
        if not isinstance(value, bool):
            raise BadAnswer(f"{name} must be true or false.")
        return value

    def texts(self, name: str, most: int, longest: int) -> tuple[str, ...]:
        return tuple(
            _Parts({"line": each}).text("line", longest) for each in self.several(name, most) if each != ""
        )

    def several(self, name: str, most: int) -> list[Any]:
        value = self._take(name)
        if not isinstance(value, list) or len(value) > most:
            raise BadAnswer(f"{name} must be a list of at most {most}.")
        return value

    def share(self, name: str) -> float:
        value = self._take(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise BadAnswer(f"{name} must be a number from 0 to 1.")
        return float(value)

    def anything(self, name: str) -> Any:
        return self._take(name)

    def end(self) -> None:
        if self._body:
            raise BadAnswer(f"It has parts that were not asked for: {', '.join(sorted(self._body))[:100]}.")

    def _take(self, name: str) -> Any:
        if name not in self._body:
            raise BadAnswer(f"{name} is missing.")
        return self._body.pop(name)


def _summary(parts: _Parts) -> Summary:
    lines, confidence = parts.texts("lines", MOST_LINES, LONGEST_LINE), parts.share("confidence")
    parts.end()
    if not lines:
        raise BadAnswer("lines is empty.")
    return Summary(lines, confidence)


def _reply(parts: _Parts) -> Reply:
    can_answer = parts.flag("can_answer")
    text = parts.text("text", LONGEST_REPLY, empty=not can_answer)
    sources = tuple(dict.fromkeys(parts.texts("sources", 20, 20)))
    confidence = parts.share("confidence")
    parts.end()
    return Reply(can_answer, text, sources, confidence)


def _suggestion(parts: _Parts) -> Suggestion:
    step, why = parts.word("step", Step.values), parts.text("why", LONGEST_LINE)
    confidence = parts.share("confidence")
    parts.end()
    return Suggestion(step, why, confidence)


def _classified(parts: _Parts) -> Classified:
    intent = parts.text("intent", 40)
    facts = tuple(_fact(each) for each in parts.several("facts", MOST_FACTS))
    confidence = parts.share("confidence")
    parts.end()
    return Classified(intent, facts, confidence)


def _fact(given: Any) -> Fact:
    if not isinstance(given, dict):
        raise BadAnswer("A fact must be an object.")
    parts = _Parts(given)
    kind, words = parts.word("type", tuple(_VALUES)), parts.text("words", 200)
    value = _VALUES[kind](parts.anything("value"))
    currency = parts.text("currency", 3) if kind == "budget" else ""
    parts.end()
    if currency and not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
        raise BadAnswer("currency must be a code like AMD.")
    return Fact(kind, value, words, currency.upper())


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 10**9:
        raise BadAnswer("value must be a whole number above 0.")
    return value


def _amount(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 10**12:
        raise BadAnswer("value must be an amount above 0.")
    return Decimal(str(value))


def _place(value: Any) -> str:
    return _Parts({"value": value}).text("value", 80)


_VALUES: Mapping[str, Callable[[Any], Any]] = {
    "budget": _amount,
    "quantity": _whole,
    "timeline_days": _whole,
    "place": _place,
}


def _translation(parts: _Parts) -> Translation:
    text, language = parts.text("text", LONGEST_TRANSLATION), parts.text("language", 40)
    confidence = parts.share("confidence")
    parts.end()
    return Translation(text, language, confidence)


_READERS: Mapping[str, Callable[[_Parts], Answer]] = {
    Purpose.SUMMARISE: _summary,
    Purpose.HANDOFF: _summary,
    Purpose.DRAFT: _reply,
    Purpose.ANSWER: _reply,
    Purpose.TRY: _reply,
    Purpose.SUGGEST: _suggestion,
    Purpose.CLASSIFY: _classified,
    Purpose.TRANSLATE: _translation,
    Purpose.TRANSLATE_OUT: _translation,
}
