"""A step or another part of a flow as a form: made of what is stored or of what was typed, with its faults in place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from automation.flows.editing import Plain
from automation.flows.errors import DocumentError, Problem
from automation.flows.source import read
from automation.flows.writing import step_to_yaml
from core.text import clean
from desk.settings.flows.facts import Facts
from desk.settings.flows.fields import Bound, Spec, bound, posted, value_in
from desk.settings.flows.kinds import PLAIN_TEXTS, Kind, kind_called

MOST_YAML = 40_000


@dataclass
class ItemForm:
    """`yaml` holds the whole step where its kind has no form. `value` is the part as it would be stored."""

    id: str
    kind: Kind
    fields: list[Bound]
    value: Any
    yaml: str | None = None
    errors: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    is_faulty: bool = False

    @property
    def usual(self) -> list[Bound]:
        return [each for each in self.fields if not each.spec.more]

    @property
    def seldom(self) -> list[Bound]:
        return [each for each in self.fields if each.spec.more]

    @property
    def opens_seldom(self) -> bool:
        return any(each.errors for each in self.seldom)

    def take(self, error: DocumentError, start: Sequence[str | int]) -> None:
        """Put each fault at its field; what lies elsewhere stands above the form."""
        for problem in error.problems:
            path = problem.path.split(".")
            inside = path[: len(start)] == [str(each) for each in start]
            rest = ".".join(path[len(start) :]) if inside else ""
            at = next((each for each in self.fields if rest and _is_in(rest, each.spec.key)), None)
            if at is not None:
                at.errors.append(_at_language(problem.message, rest))
            else:
                self.errors.append(str(problem) if not inside else problem.message)


def _is_in(path: str, key: str) -> bool:
    return path == key or path.startswith(f"{key}.")


def _at_language(message: str, path: str) -> str:
    last = path.rsplit(".", 1)[-1]
    return f"{last}: {message}" if len(last) == 2 else message


def step_form(form_id: str, kind: str, step: Plain, facts: Facts) -> ItemForm:
    known = kind_called(kind)
    if not known.fields:
        return ItemForm(form_id, known, [], step, yaml=step_to_yaml(step))
    return ItemForm(form_id, known, bound(known.fields, step, facts, form_id), step)


def posted_step(form_id: str, kind: str, data: QueryDict, before: Plain, facts: Facts) -> ItemForm:
    """The step as it was typed over the one before."""
    known = kind_called(kind)
    if not known.fields or "yaml" in data:
        return _posted_yaml(form_id, known, data, before)
    return _posted(form_id, known, known.fields, data, before, facts)


def _posted_yaml(form_id: str, known: Kind, data: QueryDict, before: Plain) -> ItemForm:
    text = clean(data.get("yaml", ""))[:MOST_YAML]
    form = ItemForm(form_id, known, [], before, yaml=text)
    try:
        value, _lines = read(text)
        if not isinstance(value, dict):
            raise DocumentError([Problem("", _("expected keys and values"), line=1)])
    except DocumentError as error:
        form.problems, form.is_faulty = list(error.problems), True
    else:
        form.value = {"id": before.get("id"), **value}
    return form


def part_form(form_id: str, section: str, kind: Kind, value: Any, facts: Facts) -> ItemForm:
    part = {"text": value or {}} if section in PLAIN_TEXTS else (value or {})
    return ItemForm(form_id, kind, bound(_specs(section, kind, form_id), part, facts, form_id), value)


def posted_part(
    form_id: str, section: str, kind: Kind, data: QueryDict, before: Any, facts: Facts
) -> ItemForm:
    part = {"text": before or {}} if section in PLAIN_TEXTS else (before or {})
    form = _posted(form_id, kind, _specs(section, kind, form_id), data, part, facts)
    if section in PLAIN_TEXTS:
        form.value = form.value.get("text")
    return form


def _specs(section: str, kind: Kind, form_id: str) -> Sequence[Spec]:
    """A phrase shows the one that ships with Parley where it has no words of its own."""
    if section != "phrases":
        return kind.fields
    name = form_id.removeprefix("form-phrases-")
    return [Spec(each.key, each.label, each.shape, standard=name) for each in kind.fields]


def _posted(
    form_id: str,
    kind: Kind,
    specs: Sequence[Spec],
    data: QueryDict,
    before: Mapping[str, Any],
    facts: Facts,
) -> ItemForm:
    value, cases = posted(specs, data, before, facts)
    fields = bound(specs, value, facts, form_id)
    if cases is not None:
        for each in fields:
            if each.spec.shape == "cases":
                each.value = cases
    form = ItemForm(form_id, kind, fields, value)
    form.is_faulty = cases is not None and cases.is_faulty
    for each in fields:
        if each.spec.required and value_in(value, each.spec.key) is None:
            each.errors.append(_("Fill this in."))
            form.is_faulty = True
    return form
