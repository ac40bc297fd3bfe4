"""Answers as values: their canonical form per kind of criterion, and what makes a lead not a fit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from core.conditions import FieldType, dump, load
from core.conditions.canonical import money
from crm.qualification.errors import BadAnswer

FIELD_TYPES: Mapping[str, FieldType] = {
    "choice": FieldType.CHOICE,
    "number": FieldType.NUMBER,
    "money": FieldType.MONEY,
    "duration": FieldType.DURATION,
    "date": FieldType.DATE,
    "place": FieldType.PLACE,
    "text": FieldType.TEXT,
    "yes_no": FieldType.BOOLEAN,
}


@dataclass(frozen=True)
class NewAnswer:
    """Something learned about a lead: `value` canonical (`core.conditions`) or as Python has it, `said`
    verbatim.

    `source` is one of `AnswerSource`; `user` is the person who entered it.
    """

    key: str
    value: Any
    said: str = ""
    source: str = "flow"
    message_id: Any = None
    confidence: float = 1.0
    user: Any = None


@dataclass(frozen=True)
class Question:
    """What judging a lead needs of a criterion."""

    key: str
    name: str
    must_have: bool = False
    disqualifying: tuple[Any, ...] = ()

    def disqualifies(self, value: Any) -> bool:
        return any(same(each, value) for each in self.disqualifying)


def canonical(kind: str, value: Any, choices: Sequence[Mapping[str, Any]] = ()) -> Any:
    """The JSON to store for an answer. Raises BadAnswer where the value does not suit the kind or its
    choices.
    """
    field_type = FIELD_TYPES[kind]
    try:
        stored = value if load(field_type, value) is not None else dump(field_type, value)
    except ValueError as error:
        raise BadAnswer(_("This answer does not suit the question: %(value)s") % {"value": value}) from error
    if kind == "choice" and choices and stored not in [choice["value"] for choice in choices]:
        raise BadAnswer(_("“%(value)s” is not among the choices.") % {"value": value})
    return stored


def told(value: Any) -> Any:
    """A value as a program writes it, in a form that `canonical` takes: money with any number of decimals."""
    if isinstance(value, Mapping) and set(value) == {"amount", "currency"}:
        try:
            return money(value["amount"], value["currency"])
        except ValueError as error:
            raise BadAnswer(
                _("This answer does not suit the question: %(value)s") % {"value": value}
            ) from error
    return value


def plain(value: Any) -> Any:
    """A canonical value as programs read it: texts as they were written, money without needless zeros."""
    if isinstance(value, Mapping) and "raw" in value:
        return value["raw"]
    if isinstance(value, Mapping) and "amount" in value:
        whole, _point, part = str(value["amount"]).partition(".")
        return {**value, "amount": f"{whole}.{part.rstrip('0').ljust(2, '0')}"}
    return value


def same(one: Any, other: Any) -> bool:
    """Whether two canonical values are one: texts by their normalised form, true is not 1."""
    if isinstance(one, Mapping) and isinstance(other, Mapping) and "norm" in one and "norm" in other:
        return bool(one["norm"] == other["norm"])
    return isinstance(one, bool) is isinstance(other, bool) and bool(one == other)


def contained(value: Any) -> Any:
    """The part of a canonical value that `same` compares, for a jsonb containment query."""
    return {"norm": value["norm"]} if isinstance(value, Mapping) and "norm" in value else value


def disqualified_by(questions: Iterable[Question], answers: Mapping[str, Any]) -> Question | None:
    """The first question whose answer makes the lead not a fit (spec 7.2)."""
    return next(
        (each for each in questions if each.key in answers and each.disqualifies(answers[each.key])), None
    )


def missing(questions: Iterable[Question], answers: Mapping[str, Any]) -> tuple[Question, ...]:
    """Must-haves without an answer, in order."""
    return tuple(each for each in questions if each.must_have and each.key not in answers)
