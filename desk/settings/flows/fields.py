"""Fields of the forms of steps and other parts of a flow: what each shows, and what it makes of what was typed.

A form is a list of `Spec`; the part is a plain mapping of the document. Keys that no field knows stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.http import QueryDict
from django.utils.functional import Promise

from automation.flows.document import standard_phrases
from automation.flows.wording import LANGUAGES
from core.languages import Language
from core.text import clean
from desk.settings.flows.cases import Cases
from desk.settings.flows.facts import Facts

LANGUAGE_NAMES = dict(Language.choices)
PREFIX = "f."
MOST_ITEMS = 12


class Shape(StrEnum):
    TEXTS = "texts"
    SELECT = "select"
    STEP = "step"
    CHECKS = "checks"
    NUMBER = "number"
    FLAG = "flag"
    LINE = "line"
    CASES = "cases"
    ITEMS = "items"


@dataclass(frozen=True)
class Spec:
    """`key` is the key in the part, "a.b" one inside another. `choices` are offered; `standard` is the phrase that stands
    in for an empty text; `default` is what an empty value means; `more` puts it among what is seldom changed. `ordered`:
    the chosen ones can be put in an order. `item`: the key of the texts in each of several.
    """

    key: str
    label: str | Promise
    shape: Shape
    hint: str | Promise = ""
    required: bool = False
    choices: Callable[[Facts], Iterable[tuple[str, str]]] | None = None
    standard: str = ""
    default: Any = None
    lowest: int = 1
    highest: int = 5
    more: bool = False
    ordered: bool = False
    item: str = ""

    @property
    def name(self) -> str:
        return f"{PREFIX}{self.key}"


@dataclass(frozen=True)
class TextField:
    language: str
    label: str
    name: str
    value: str
    shipped: str


@dataclass
class Bound:
    """A field with its value, as the template shows it."""

    spec: Spec
    value: Any
    facts: Facts
    form_id: str
    errors: list[str] = field(default_factory=list)

    @property
    def id(self) -> str:
        return f"{self.form_id}-{self.spec.key.replace('.', '-')}"

    @property
    def texts(self) -> list[TextField]:
        return self._texts(self.spec.name, self.value)

    @property
    def items(self) -> list[tuple[str, list[TextField]]]:
        found = self.value if isinstance(self.value, list) else []
        rows = [(f"i{number}", item) for number, item in enumerate(found or [{}])]
        return [(token, self._item_texts(token, item)) for token, item in rows]

    @property
    def blank_item(self) -> tuple[str, list[TextField]]:
        return "__row__", self._item_texts("__row__", {})

    def _item_texts(self, token: str, item: Any) -> list[TextField]:
        texts = item.get(self.spec.item) if isinstance(item, Mapping) else None
        return self._texts(f"{self.spec.name}.{token}", texts)

    def _texts(self, name: str, value: Any) -> list[TextField]:
        shipped = standard_phrases().get(f"phrases.{self.spec.standard}", {}) if self.spec.standard else {}
        own = value if isinstance(value, Mapping) else {}
        return [
            TextField(
                language,
                str(LANGUAGE_NAMES[language]),
                f"{name}:{language}",
                str(own.get(language, "")),
                shipped.get(language, ""),
            )
            for language in self.facts.languages
        ]

    @property
    def options(self) -> list[tuple[str, str, bool]]:
        """The choices, and the value as it is where it is none of them."""
        known = list(self.spec.choices(self.facts)) if self.spec.choices else []
        if self.spec.shape is Shape.CHECKS:
            chosen = [str(each) for each in self.value or ()]
            order = {value: place for place, value in enumerate(chosen)}
            known += [(each, each) for each in chosen if each not in dict(known)]
            known.sort(key=lambda each: order.get(each[0], len(order)))
            return [(value, label, value in order) for value, label in known]
        given = self.value if self.value is not None else self.spec.default
        current = _option(given)
        if current and current not in dict(known):
            known.append((current, current))
        return [(value, label, value == current) for value, label in known]

    @property
    def shown(self) -> str:
        given = self.value if self.value is not None else self.spec.default
        return "" if given is None or isinstance(given, Mapping | list) else str(given)

    @property
    def is_filled(self) -> bool:
        return bool(self.value) or bool(self.errors)


def _option(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def value_in(part: Mapping[str, Any], key: str) -> Any:
    value: Any = part
    for name in key.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def bound(specs: Sequence[Spec], part: Mapping[str, Any], facts: Facts, form_id: str) -> list[Bound]:
    found = []
    for spec in specs:
        value = value_in(part, spec.key)
        if spec.shape is Shape.CASES:
            value = Cases.of(value, facts)
        found.append(Bound(spec, value, facts, form_id))
    return found


def posted(
    specs: Sequence[Spec], data: QueryDict, before: Mapping[str, Any], facts: Facts
) -> tuple[dict[str, Any], Cases | None]:
    """What was typed, put over the part as it was; and the cases of a branch, which know their own faults."""
    part = deepcopy(dict(before))
    cases = None
    for spec in specs:
        if spec.shape is Shape.CASES:
            cases = Cases.posted(data, facts, value_in(before, spec.key))
            _put(part, spec.key, cases.plain())
        else:
            _put(part, spec.key, _READERS[spec.shape](spec, data, value_in(before, spec.key), facts))
    return part, cases


def _put(part: dict[str, Any], key: str, value: Any) -> None:
    *above, name = key.split(".")
    owner = part
    for each in above:
        owner = owner.setdefault(each, {})
    if value is None:
        owner.pop(name, None)
    else:
        owner[name] = value
    if above and not owner:
        part.pop(above[0], None)


def _texts(spec: Spec, data: QueryDict, before: Any, facts: Facts) -> Any:
    return texts_posted(spec.name, data, before, facts.languages)


def texts_posted(name: str, data: QueryDict, before: Any, languages: Sequence[str]) -> dict[str, str] | None:
    """A text per language; languages that are not shown keep theirs."""
    own = before if isinstance(before, Mapping) else {}
    found = {}
    for language in LANGUAGES:
        given = data.get(f"{name}:{language}") if language in languages else None
        text = own.get(language, "") if given is None else _line_ends(clean(given)).strip()
        if text:
            found[language] = text
    return found or None


def _line_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _chosen(spec: Spec, data: QueryDict, _before: Any, _facts: Facts) -> Any:
    given = data.get(spec.name, "").strip()
    if given in ("true", "false") and any(
        value in ("true", "false") for value, _label in _offered(spec, _facts)
    ):
        return given == "true"
    return None if not given or (given == _option(spec.default) and not spec.required) else given


def _offered(spec: Spec, facts: Facts) -> Iterable[tuple[str, str]]:
    return spec.choices(facts) if spec.choices else ()


def _checked(spec: Spec, data: QueryDict, _before: Any, _facts: Facts) -> Any:
    return [each for each in data.getlist(spec.name) if each] or None


def _number(spec: Spec, data: QueryDict, _before: Any, _facts: Facts) -> Any:
    given = data.get(spec.name, "").strip()
    if not given.isdecimal() or len(given) > 9:
        return given or None
    number = int(given)
    return None if number == spec.default else number


def _flag(spec: Spec, data: QueryDict, _before: Any, _facts: Facts) -> Any:
    return True if data.get(spec.name) else None


def _line(spec: Spec, data: QueryDict, _before: Any, _facts: Facts) -> Any:
    return clean(data.get(spec.name, "")).strip() or None


def _items(spec: Spec, data: QueryDict, _before: Any, facts: Facts) -> Any:
    tokens = list(dict.fromkeys(data.getlist(f"{spec.name}.item")))[:MOST_ITEMS]
    texts = [texts_posted(f"{spec.name}.{token}", data, {}, facts.languages) for token in tokens]
    return [{spec.item: each} for each in texts if each] or None


_READERS: Mapping[Shape, Callable[[Spec, QueryDict, Any, Facts], Any]] = {
    Shape.TEXTS: _texts,
    Shape.SELECT: _chosen,
    Shape.STEP: _chosen,
    Shape.CHECKS: _checked,
    Shape.NUMBER: _number,
    Shape.FLAG: _flag,
    Shape.LINE: _line,
    Shape.ITEMS: _items,
}
