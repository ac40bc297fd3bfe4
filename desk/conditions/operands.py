"""The value of a condition as an admin types it, and as the condition language stores it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from core.conditions import Field, FieldType, Operator
from core.conditions.canonical import number, number_json
from core.conditions.nodes import BUSINESS_HOURS
from core.conditions.operators import Shape, shape_of

DATE, AGO, AHEAD = "date", "ago", "ahead"
SPAN_UNITS = ("days", "hours", "minutes", BUSINESS_HOURS)
_DAYS = frozenset({FieldType.DATE, FieldType.DATETIME})
_NUMBERS = frozenset({FieldType.NUMBER, FieldType.DURATION})


class NotShown(ValueError):
    """The stored value has a form that the builder does not offer."""


@dataclass(frozen=True)
class Typed:
    """`unit` is a currency for money, a unit of time for a span, else how a day is given."""

    values: tuple[str, ...] = ()
    unit: str = ""


def units_of(field: Field, operator: Operator) -> list[tuple[str, str]]:
    """What can be chosen beside the value, besides currencies."""
    shape = shape_of(operator)
    if shape is Shape.SPAN:
        names = {"days": _("days"), "hours": _("hours"), "minutes": _("minutes")}
        names[BUSINESS_HOURS] = _("business hours")
        known = SPAN_UNITS if field.type is FieldType.DATETIME else ("days",)
        back = operator is not Operator.WITHIN_NEXT
        return [(unit, names[unit]) for unit in known if back or unit != BUSINESS_HOURS]
    if field.type in _DAYS and shape is Shape.ONE:
        return [(DATE, _("date")), (AGO, _("days ago")), (AHEAD, _("days from today"))]
    return []


def to_json(field: Field, operator: Operator, typed: Typed) -> Any:
    """The value for the condition's JSON; what makes no sense is left for its parser to refuse."""
    shape = shape_of(operator)
    if shape is Shape.NOTHING:
        return None
    if shape is Shape.FLAG:
        return _first(typed) != "no"
    if shape is Shape.SPAN:
        amount = _whole(_first(typed))
        return amount if typed.unit in ("days", "") else {typed.unit: amount}
    if shape is Shape.LIST:
        return [_scalar(field, text, typed.unit) for text in _listed(field, typed)]
    if shape is Shape.PAIR:
        return [_scalar(field, text, typed.unit) for text in typed.values]
    return _scalar(field, _first(typed), typed.unit)


def from_json(field: Field, operator: Operator, stored: Any) -> Typed:
    """Raises NotShown."""
    shape = shape_of(operator)
    if shape is Shape.NOTHING:
        return Typed()
    if shape is Shape.FLAG:
        return Typed(("yes" if stored else "no",))
    if shape is Shape.SPAN:
        unit, amount = next(iter(stored.items())) if isinstance(stored, Mapping) else ("days", stored)
        return Typed((str(amount),), unit)
    if shape in (Shape.LIST, Shape.PAIR):
        parts = [_typed(field, each) for each in stored]
        units = {part.unit for part in parts}
        if len(units) > 1 or (units & {AGO, AHEAD}):
            raise NotShown
        values = tuple(part.values[0] for part in parts)
        joined = shape is Shape.LIST and field.options() is None
        return Typed((", ".join(values),) if joined else values, next(iter(units), ""))
    return _typed(field, stored)


def _first(typed: Typed) -> str:
    return typed.values[0] if typed.values else ""


def _listed(field: Field, typed: Typed) -> list[str]:
    if field.options() is not None:
        return list(typed.values)
    return [word.strip() for text in typed.values for word in text.split(",") if word.strip()]


def _scalar(field: Field, text: str, unit: str) -> Any:
    if text == "":
        return None
    build = _SCALARS.get(field.type)
    return build(text, unit) if build else text


def _number(text: str, _unit: str) -> Any:
    try:
        return number_json(number(text.replace(",", ".").replace(" ", "")))
    except ValueError:
        return text


def _money(text: str, unit: str) -> Any:
    return {"amount": text.replace(",", "").replace(" ", ""), "currency": unit}


def _day(text: str, unit: str) -> Any:
    if unit not in (AGO, AHEAD):
        return text
    days = _whole(text)
    if not isinstance(days, int):
        return text
    return {"days_from_today": -days if unit == AGO else days}


def _whole(text: str) -> Any:
    return int(text) if text.isdecimal() and len(text) < 10 else text


_SCALARS: Mapping[FieldType, Callable[[str, str], Any]] = {
    FieldType.NUMBER: _number,
    FieldType.DURATION: _number,
    FieldType.MONEY: _money,
    FieldType.BOOLEAN: lambda text, _unit: text == "yes",
    FieldType.DATE: _day,
    FieldType.DATETIME: _day,
}


def _typed(field: Field, stored: Any) -> Typed:
    if field.type is FieldType.MONEY:
        return Typed((f"{Decimal(stored['amount']).normalize() + 0:f}",), stored["currency"])
    if field.type is FieldType.BOOLEAN:
        return Typed(("yes" if stored else "no",))
    if field.type in _DAYS:
        return _typed_day(stored)
    if field.type in _NUMBERS:
        return Typed((f"{number(stored):f}",))
    return Typed((str(stored),))


def _typed_day(stored: Any) -> Typed:
    if isinstance(stored, Mapping):
        days = int(stored["days_from_today"])
        return Typed((str(abs(days)),), AGO if days < 0 else AHEAD)
    if "T" in stored:
        raise NotShown
    return Typed((str(stored),), DATE)
