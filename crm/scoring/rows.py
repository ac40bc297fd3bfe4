"""A plain condition as rows of field, comparison and typed value, and back (core.conditions JSON)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from core.conditions import Field, FieldType, GroupKind, Operator
from core.conditions.operators import Shape, shape_of
from crm.qualification import entry
from crm.qualification.errors import BadAnswer
from crm.scoring.errors import BadRule

_DAYS = (FieldType.DATE, FieldType.DATETIME)


@dataclass(frozen=True)
class Row:
    """`value` as typed; several are parted by commas. `value_to` is the second end of "is between"."""

    field: str
    op: str
    value: str = ""
    value_to: str = ""


def to_json(rows: Sequence[Row], join: str, fields: Mapping[str, Field], currency: str) -> dict[str, Any]:
    """One row stands alone, several are joined by all, any or none. Raises BadRule with "row 2" as path."""
    leaves = [leaf(row, fields, currency, str(number)) for number, row in enumerate(rows)]
    if len(leaves) == 1 and join != GroupKind.NONE:
        return leaves[0]
    return {GroupKind(join).value: leaves}


def leaf(row: Row, fields: Mapping[str, Field], currency: str, path: str = "") -> dict[str, Any]:
    """The JSON of one row. Raises BadRule."""
    asked = fields.get(row.field)
    if asked is None or row.op not in asked.operators:
        raise BadRule(_("Choose what to compare and how."), path)
    operator = Operator(row.op)
    json: dict[str, Any] = {"field": row.field, "op": operator.value}
    try:
        value = _operand(asked, operator, row, currency)
    except (BadAnswer, ValueError) as error:
        sentence = str(error) if isinstance(error, BadAnswer) else _("This value cannot be compared.")
        raise BadRule(sentence, path) from error
    return json if value is None else {**json, "value": value}


def to_rows(condition: Mapping[str, Any], fields: Mapping[str, Field]) -> tuple[str, list[Row]] | None:
    """The rows and how they are joined; None for groups within groups, which rows cannot show."""
    if "field" in condition:
        return GroupKind.ALL.value, [_row(condition, fields)]
    join, parts = next(iter(condition.items()))
    if not all(isinstance(part, Mapping) and "field" in part for part in parts):
        return None
    return join, [_row(part, fields) for part in parts]


def _operand(asked: Field, operator: Operator, row: Row, currency: str) -> Any:
    shape = shape_of(operator)
    if shape in (Shape.NOTHING, Shape.FLAG):
        return None
    if shape is Shape.SPAN:
        return int(entry.read(FieldType.DURATION, row.value, currency))
    if shape is Shape.PAIR:
        return [_scalar(asked, row.value, currency), _scalar(asked, row.value_to, currency)]
    if shape is Shape.LIST:
        parts = [part.strip() for part in row.value.split(",") if part.strip()]
        return [_scalar(asked, part, currency) for part in parts]
    return _scalar(asked, row.value, currency)


def _scalar(asked: Field, typed: str, currency: str) -> Any:
    if asked.type in _DAYS:
        return _day(typed, currency)
    if asked.type.is_text or asked.type in (FieldType.CHOICE, FieldType.MULTICHOICE):
        return typed.strip()
    return entry.read(asked.type, typed, currency)


def _day(typed: str, currency: str) -> Any:
    """A date, "today", or days from today with their sign: "+7", "-30"."""
    typed = typed.strip()
    if typed.lower() == "today":
        return "today"
    if typed[:1] in "+-" and typed[1:].isdigit():
        return {"days_from_today": int(typed)}
    return entry.read(FieldType.DATE, typed, currency)


def _row(json: Mapping[str, Any], fields: Mapping[str, Field]) -> Row:
    asked, value = fields.get(json["field"]), json.get("value")
    if asked is None or value is None:
        return Row(json["field"], json["op"])
    if shape_of(Operator(json["op"])) is Shape.PAIR:
        return Row(json["field"], json["op"], _typed(asked, value[0]), _typed(asked, value[1]))
    if isinstance(value, list):
        return Row(json["field"], json["op"], ", ".join(_typed(asked, each) for each in value))
    return Row(json["field"], json["op"], _typed(asked, value))


def _typed(asked: Field, value: Any) -> str:
    if isinstance(value, Mapping) and "days_from_today" in value:
        days = value["days_from_today"]
        return "today" if days == 0 else f"{days:+d}"
    if isinstance(value, str):
        return value
    return entry.shown(asked.type, value) or str(value)
