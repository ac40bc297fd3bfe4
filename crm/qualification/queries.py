from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.access.models import User
from core.conditions import Field, answer_field, load
from core.conditions.words import value_text
from core.languages import in_active_language
from crm.memory import Remembered
from crm.pipeline.models import Lead
from crm.qualification.answers import FIELD_TYPES, Question
from crm.qualification.errors import UnknownCriterion
from crm.qualification.models import Criterion, LeadAnswer

EDITABLE = (
    "key",
    "kind",
    "name",
    "question",
    "hint",
    "choices",
    "disqualifying",
    "must_have",
    "position",
    "active",
)


@Remembered
def all_criteria() -> tuple[Criterion, ...]:
    """Every criterion in order, those no longer asked included; at most 3 seconds old, one query."""
    return tuple(Criterion.objects.order_by("position", "id"))


def active_criteria() -> tuple[Criterion, ...]:
    """Criteria that the flow asks for, in order; at most 3 seconds old."""
    return tuple(criterion for criterion in all_criteria() if criterion.active)


def criterion(key: str) -> Criterion:
    """Raises UnknownCriterion; one that another process has just added is looked up afresh."""
    for attempt in range(2):
        found = next((each for each in all_criteria() if each.key == key), None)
        if found is not None:
            return found
        if not attempt:
            all_criteria.drop()
    raise UnknownCriterion(key)


def questions() -> tuple[Question, ...]:
    """The active criteria as `crm.scoring.scoring` needs them."""
    return tuple(
        Question(each.key, each.name, each.must_have, tuple(each.disqualifying)) for each in active_criteria()
    )


def choice_labels(criterion: Criterion) -> list[tuple[str, str]]:
    """Values of the choices with their labels in the active language."""
    return [
        (each["value"], in_active_language(each.get("label", {}), each["value"]))
        for each in criterion.choices
    ]


def field_of(criterion: Criterion) -> Field:
    """The condition field "answer.<key>" (core.conditions) of a criterion, for leads."""

    def options() -> list[tuple[str, str]]:
        return choice_labels(criterion)

    choices = options if criterion.kind == "choice" and criterion.choices else None
    return answer_field(criterion.key, FIELD_TYPES[criterion.kind], criterion.name, choices)


def answer_text(criterion: Criterion, value: Any) -> str:
    """A canonical answer in words of the active language."""
    kind = FIELD_TYPES[criterion.kind]
    loaded = load(kind, value)
    if loaded is None:
        return ""
    text = value_text(field_of(criterion), loaded)
    return loaded.raw if kind.is_text else text  # type: ignore[union-attr]


@dataclass(frozen=True)
class AnswerLine:
    """A criterion and what is known of it: `row` is the current answer, None while it is open."""

    criterion: Criterion
    row: LeadAnswer | None

    @property
    def text(self) -> str:
        return answer_text(self.criterion, self.row.value) if self.row else ""

    @property
    def is_missing(self) -> bool:
        return self.row is None and self.criterion.must_have

    @property
    def is_disqualifying(self) -> bool:
        asked = Question(self.criterion.key, "", disqualifying=tuple(self.criterion.disqualifying))
        return self.row is not None and asked.disqualifies(self.row.value)


def answer_lines(lead: Lead) -> list[AnswerLine]:
    """One line per active criterion, and per inactive one that was answered.

    One query; none where the lead, as it was read, has no answers.
    """
    rows = {row.criterion_id: row for row in current_answers(lead)} if lead.answers else {}
    return [AnswerLine(each, rows.get(each.pk)) for each in all_criteria() if each.active or each.pk in rows]


def current_answers(lead: Lead) -> list[LeadAnswer]:
    """The answers that hold, each with its criterion and the person who entered it."""
    rows = LeadAnswer.objects.filter(lead=lead, superseded_at__isnull=True)
    return list(rows.select_related("criterion", "user"))


def fingerprint(criterion: Criterion | Mapping[str, Any]) -> str:
    """A short mark of all that can be edited: an edit form carries it, so that a second editor is noticed."""
    values = (
        criterion if isinstance(criterion, Mapping) else {name: getattr(criterion, name) for name in EDITABLE}
    )
    text = json.dumps([values[name] for name in EDITABLE], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def changes_since(criterion: Criterion, mark: str) -> tuple[str, ...]:
    """Fields that differ now from the version with that fingerprint; all of them when it is not in the
    history.
    """
    past = Criterion.pgh_event_model.objects  # type: ignore[attr-defined]
    for values in past.filter(pgh_obj_id=criterion.pk).order_by("-pgh_id").values(*EDITABLE)[:50]:
        if fingerprint(values) == mark:
            return tuple(name for name in EDITABLE if values[name] != getattr(criterion, name))
    return EDITABLE


@dataclass(frozen=True)
class LastEdit:
    """From the history that triggers write: `who` is empty when no signed-in person did it."""

    who: str
    when: datetime | None


def last_edit(criterion: Criterion) -> LastEdit:
    past = Criterion.pgh_event_model.objects.filter(pgh_obj_id=criterion.pk)  # type: ignore[attr-defined]
    row = past.order_by("-pgh_id").values("pgh_created_at", "pgh_context").first()
    if row is None:
        return LastEdit("", None)
    user_id = (row["pgh_context"] or {}).get("user")
    person = User.objects.filter(pk=user_id).first() if user_id else None
    return LastEdit(str(person or ""), row["pgh_created_at"])
