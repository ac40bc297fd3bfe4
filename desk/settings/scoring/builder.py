"""A rule's condition as rows of field, operator and value, joined by all, any or none (spec 7.4)."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from core.conditions import ConditionError, Field, FieldType, Operator, parse, registry
from core.conditions.operators import Shape, shape_of
from core.conditions.words import operator_label
from crm.scoring.operations import JUDGED
from crm.scoring.queries import SUBJECT
from desk.settings.scoring.operands import DATE, NotShown, Typed, from_json, to_json, units_of

MOST_ROWS = 20
CURRENCIES = ("AMD", "AZN", "EUR", "GEL", "RUB", "USD")
_NEVER = frozenset({"time.now", *JUDGED})
_OFFERED_NOT = frozenset({Operator.IS_OPEN})

Fields = Mapping[str, Field]


def fields() -> Fields:
    """What a rule may ask: stored, and not decided by the rules themselves."""
    known = registry.fields(SUBJECT)
    return {key: each for key, each in known.items() if key not in _NEVER and each.orm is not None}


def field_groups(known: Fields) -> list[tuple[str, list[tuple[str, str]]]]:
    """The fields to choose from under the headings of where they come from."""
    headings = {"answer.": _("Answers"), "contact.": _("Contact"), "lead.": _("Lead")}
    return [
        (heading, [(key, str(each.label)) for key, each in known.items() if key.startswith(prefix)])
        for prefix, heading in headings.items()
    ]


def operators_of(asked: Field) -> list[tuple[str, str]]:
    found = (operator for operator in asked.operators if operator not in _OFFERED_NOT)
    return [(operator.value, operator_label(asked.type, operator)) for operator in found]


@dataclass
class Row:
    """One comparison. `values` and `unit` as typed."""

    token: str
    field: Field
    operator: Operator
    typed: Typed
    error: str = ""

    @property
    def input_type(self) -> str:
        """Which control takes the value: select, checks, number, date or text; empty for none."""
        shape = shape_of(self.operator)
        if shape is Shape.NOTHING:
            return ""
        if self.options:
            return "checks" if shape is Shape.LIST else "select"
        if shape is Shape.LIST:
            return "text"
        if shape is Shape.SPAN or self.field.type in (FieldType.NUMBER, FieldType.DURATION):
            return "number"
        if self.field.type in (FieldType.DATE, FieldType.DATETIME):
            return "date" if self.typed.unit in (DATE, "") else "number"
        return "text"

    @property
    def values(self) -> list[str]:
        """One text for each control."""
        count = 2 if shape_of(self.operator) is Shape.PAIR else 1
        given = list(self.typed.values)
        return (given + [""] * count)[:count]

    @property
    def options(self) -> list[tuple[str, str, bool]]:
        if self.field.type is FieldType.BOOLEAN:
            known: Iterable[tuple[str, Any]] = (("yes", _("yes")), ("no", _("no")))
        else:
            known = self.field.options() or ()
        return [(value, str(label), value in self.typed.values) for value, label in known]

    @property
    def units(self) -> list[tuple[str, str, bool]]:
        known = units_of(self.field, self.operator)
        if self.field.type is FieldType.MONEY and shape_of(self.operator) is not Shape.NOTHING:
            known = [(code, code) for code in dict.fromkeys([self.typed.unit, *CURRENCIES]) if code]
        return [(value, label, value == self.typed.unit) for value, label in known]

    @property
    def suffix(self) -> str:
        return _("days") if self.field.type is FieldType.DURATION and self.input_type == "number" else ""

    @property
    def operators(self) -> list[tuple[str, str]]:
        return operators_of(self.field)

    def to_json(self) -> dict[str, Any]:
        leaf: dict[str, Any] = {"field": self.field.key, "op": self.operator.value}
        value = to_json(self.field, self.operator, self.typed)
        return leaf if value is None else {**leaf, "value": value}


class ConditionForm:
    """The rows of a rule. `nested` holds a condition that has groups in it: it is shown in words and kept."""

    rows: list[Row]
    nested: Any

    def __init__(
        self, known: Fields, *, currency: str, data: QueryDict | None = None, stored: Any = None
    ) -> None:
        self.known, self.currency = known, currency
        self.joint, self.rows, self.nested, self.error = "all", [], None, ""
        if data is not None and "joint" in data:
            self._read_posted(data)
        elif stored is not None:
            self._read_stored(stored)
        else:
            self.rows = [blank_row(known, currency)]

    @property
    def groups(self) -> list[tuple[str, list[tuple[str, str]]]]:
        return field_groups(self.known)

    @property
    def joints(self) -> list[tuple[str, str, bool]]:
        names = {
            "all": _("all of these hold"),
            "any": _("at least one of these holds"),
            "none": _("none of these holds"),
        }
        return [(key, name, key == self.joint) for key, name in names.items()]

    @property
    def words(self) -> str:
        """The nested condition as a sentence."""
        try:
            return parse(self.nested, SUBJECT).describe()
        except ConditionError as error:
            return error.message

    def condition(self) -> Any:
        """The JSON, or None with the errors at their rows."""
        if self.nested is not None:
            return self.nested
        if not self.rows:
            self.error = _("Add at least one condition; without one everybody would get the points.")
            return None
        leaves = [row.to_json() for row in self.rows]
        whole = leaves[0] if len(leaves) == 1 and self.joint != "none" else {self.joint: leaves}
        for row, leaf in zip(self.rows, leaves, strict=True):
            row.error = row.error or self._fault(leaf)
        return None if any(row.error for row in self.rows) else whole

    def _fault(self, leaf: Any) -> str:
        try:
            parse(leaf, SUBJECT, fields=self.known)
        except ConditionError as error:
            return error.message
        return ""

    def _read_posted(self, data: QueryDict) -> None:
        asked = data.get("joint", "")
        self.joint = asked if asked in ("all", "any", "none") else "all"
        tokens = [each for each in dict.fromkeys(data.getlist("row")) if each.isalnum() and len(each) <= 40]
        self.rows = [posted_row(self.known, data, token, self.currency) for token in tokens[:MOST_ROWS]]
        for row in self.rows:
            given = [data.get(f"field-{row.token}"), data.get(f"op-{row.token}")]
            if given != [row.field.key, row.operator.value]:
                row.error = _("This comparison is not there any more. Choose another one.")

    def _read_stored(self, stored: Any) -> None:
        kind = next((name for name in ("all", "any", "none") if name in stored), "")
        leaves = stored[kind] if kind else [stored]
        try:
            self.rows = [self._row(leaf) for leaf in leaves]
            self.joint = kind or "all"
        except (NotShown, KeyError, ValueError):
            self.nested = stored

    def _row(self, leaf: Any) -> Row:
        asked, operator = self.known[leaf["field"]], Operator(leaf["op"])
        return Row(_token(), asked, operator, from_json(asked, operator, leaf.get("value")))


def blank_row(known: Fields, currency: str) -> Row:
    """A comparison to begin with: an answer, where anything is asked."""
    first = min(known.values(), key=lambda each: not each.key.startswith("answer."))
    return Row(_token(), first, first.operators[0], _beginning(first, first.operators[0], currency))


def posted_row(known: Fields, data: QueryDict, token: str, currency: str) -> Row:
    """The row as typed; a field or operator that does not suit becomes the first that does."""
    asked = known.get(data.get(f"field-{token}", "")) or blank_row(known, currency).field
    name = data.get(f"op-{token}", "")
    allowed = [operator for operator, _label in operators_of(asked)]
    operator = Operator(name if name in allowed else allowed[0])
    unit = data.get(f"unit-{token}", "")
    values = tuple(each.strip()[:500] for each in data.getlist(f"value-{token}"))
    fitting = {value for value, _label in units_of(asked, operator)}
    if asked.type is FieldType.MONEY:
        fitting = {unit} if unit.isalpha() and len(unit) == 3 else set()
    kept = Typed(values, unit if unit in fitting else _beginning(asked, operator, currency).unit)
    return Row(token, asked, operator, kept)


def _beginning(asked: Field, operator: Operator, currency: str) -> Typed:
    if asked.type is FieldType.MONEY:
        return Typed(unit=currency or CURRENCIES[0])
    units = units_of(asked, operator)
    return Typed(unit=units[0][0] if units else "")


def _token() -> str:
    return f"r{secrets.token_hex(4)}"
