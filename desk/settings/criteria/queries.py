from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from automation.flows.queries import document_of, published_versions
from automation.flows.wording import choose
from core.languages import Language, in_active_language
from crm.errors import StaleEdit
from crm.qualification.models import Criterion

LABELS = {
    "key": Criterion._meta.get_field("key").verbose_name,
    "kind": Criterion._meta.get_field("kind").verbose_name,
    "name": Criterion._meta.get_field("name").verbose_name,
    "question": Criterion._meta.get_field("question").verbose_name,
    "hint": Criterion._meta.get_field("hint").verbose_name,
    "choices": Criterion._meta.get_field("choices").verbose_name,
    "disqualifying": Criterion._meta.get_field("disqualifying").verbose_name,
    "must_have": Criterion._meta.get_field("must_have").verbose_name,
    "active": Criterion._meta.get_field("active").verbose_name,
    "position": Criterion._meta.get_field("position").verbose_name,
}


@dataclass(frozen=True)
class CriterionLine:
    """`asked_in` are the flows that ask for it; `question` is in the reader's language."""

    criterion: Criterion
    question: str
    asked_in: list[str]


def criterion_lines() -> list[CriterionLine]:
    """Every criterion in order; one query and one for the flows."""
    flows = _flows_by_criterion()
    return [
        CriterionLine(each, in_active_language(each.question), flows.get(each.key, []))
        for each in Criterion.objects.order_by("position", "id")
    ]


def _flows_by_criterion() -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for version in published_versions():
        for target in dict.fromkeys(step.target for step in document_of(version).asks()):
            found[target].append(version.flow.name)
    return found


@dataclass(frozen=True)
class Shown:
    """How the widget asks in one language; `borrowed` where another language has to stand in."""

    language: str
    name: str
    text: str
    replies: list[str]
    borrowed: bool


def as_asked(
    *, kind: str, question: Mapping[str, str], hint: Mapping[str, str], labels: Iterable[Mapping[str, str]]
) -> list[Shown]:
    """The question with its fact and buttons in each language, as the engine puts it the first time."""
    choices = list(labels) or (_yes_no() if kind == "yes_no" else [])
    return [
        Shown(
            code,
            str(name),
            f"{choose(hint, code)} {choose(question, code)}".strip(),
            [text for each in choices if (text := choose(each, code))],
            bool(question) and not question.get(code),
        )
        for code, name in Language.choices
    ]


def _yes_no() -> list[Mapping[str, str]]:
    version = next(iter(published_versions()), None)
    if version is None:
        return [{"en": "Yes"}, {"en": "No"}]
    table = document_of(version).table
    return [table["phrases.yes"], table["phrases.no"]]


def changed_fields(stale: StaleEdit, criterion: Criterion) -> list[tuple[str, str]]:
    """Name and present value of each field that somebody else changed, in words."""
    return [
        (str(LABELS[name]).capitalize(), _in_words(criterion, name))
        for name in stale.changes
        if name in LABELS
    ]


def _in_words(criterion: Criterion, name: str) -> str:
    value: Any = getattr(criterion, name)
    if name == "kind":
        return str(criterion.get_kind_display())
    if name == "choices":
        return ", ".join(in_active_language(each.get("label", {}), str(each["value"])) for each in value)
    if isinstance(value, dict):
        return " · ".join(f"{code}: {text}" for code, text in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)
