"""From the JSON beside "value" to a typed operand and back. Faults become ConditionError."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime

from django.utils.translation import gettext as _

from core.conditions import canonical
from core.conditions.canonical import Json, Money, Text
from core.conditions.enums import FieldType, Operator
from core.conditions.errors import ConditionError
from core.conditions.fields import Field
from core.conditions.nodes import BUSINESS_HOURS, Operand, RelativeDay, Scalar, Span
from core.conditions.operators import Shape, shape_of

MAX_LIST = 200
MAX_TEXT = 500
MAX_DAYS = 36_500
YEARS = range(1900, 2201)
RELATIVE_DAY = "days_from_today"
MAX_BUSINESS_HOURS = 500
_UNITS = {
    "days": MAX_DAYS,
    "hours": MAX_DAYS * 24,
    "minutes": MAX_DAYS * 24 * 60,
    BUSINESS_HOURS: MAX_BUSINESS_HOURS,
}
_DATE = re.compile(canonical.DATE_PATTERN)


def parse_operand(field: Field, operator: Operator, raw: object, path: str) -> Operand:
    """Raises ConditionError with `path` (and an index into it) where the value does not suit."""
    shape = shape_of(operator)
    if shape is Shape.NOTHING:
        if raw is not None:
            raise ConditionError(path, _("This comparison takes no value."), "value_unexpected")
        return None
    if shape is Shape.FLAG and raw is None:
        return True
    if raw is None:
        raise ConditionError(path, _("A value is missing."), "value_missing")
    if shape is Shape.FLAG:
        return _boolean(raw, path)
    if shape is Shape.SPAN:
        return _span(field, operator, raw, path)
    if shape is Shape.LIST:
        return _list(field, raw, path)
    if shape is Shape.PAIR:
        return _pair(field, raw, path)
    return _scalar(field, raw, path)


def _list(field: Field, raw: object, path: str) -> tuple[Scalar, ...]:
    if not isinstance(raw, list) or not 1 <= len(raw) <= MAX_LIST:
        message = _("Give a list of 1 to %(limit)s values.") % {"limit": MAX_LIST}
        raise ConditionError(path, message, "value_list")
    items = (_scalar(field, item, f"{path}[{index}]") for index, item in enumerate(raw))
    return tuple(dict.fromkeys(items))


def _pair(field: Field, raw: object, path: str) -> tuple[Scalar, ...]:
    if not isinstance(raw, list) or len(raw) != 2:
        raise ConditionError(path, _("Give two values: from and to."), "value_list")
    low, high = (_scalar(field, item, f"{path}[{index}]") for index, item in enumerate(raw))
    if isinstance(low, Money) and isinstance(high, Money) and low.currency != high.currency:
        raise ConditionError(path, _("Both amounts must have the same currency."), "value_currency")
    if _later(low, high):
        raise ConditionError(path, _("The first value is greater than the second."), "value_order")
    return low, high


def _later(low: Scalar, high: Scalar) -> bool:
    """Whether low is greater for certain; a relative day and a fixed one are told apart only later."""
    match low, high:
        case RelativeDay(), RelativeDay():
            return low.days > high.days
        case Money(), Money():
            return low.amount > high.amount
        case _ if type(low) is type(high):
            return low > high  # type: ignore[operator]
    return False


def _span(field: Field, operator: Operator, raw: object, path: str) -> Span:
    """A number is days. Dates know whole days only, datetimes hours, minutes and business hours too."""
    unit, amount = "days", raw
    if isinstance(raw, Mapping) and len(raw) == 1 and field.type is FieldType.DATETIME:
        ((unit, amount),) = raw.items()
    if unit not in _UNITS or not isinstance(amount, int) or isinstance(amount, bool):
        raise ConditionError(path, _("Give a whole number of days."), "value_type")
    if unit == BUSINESS_HOURS and operator is Operator.WITHIN_NEXT:
        raise ConditionError(path, _("Business hours are counted back from now only."), "value_type")
    if not (unit == BUSINESS_HOURS) <= amount <= _UNITS[unit]:
        raise ConditionError(path, _("The length of time is out of range."), "value_range")
    return Span(amount=amount, unit=unit)


def _scalar(field: Field, raw: object, path: str) -> Scalar:
    return _SCALARS[field.type](field, raw, path)


def _number(field: Field, raw: object, path: str) -> Scalar:
    if isinstance(raw, bool) or not isinstance(raw, (int, float)):
        raise ConditionError(path, _("Give a number."), "value_type")
    try:
        return canonical.number(raw)
    except ValueError as error:
        raise ConditionError(path, _("The number has too many digits."), "value_range") from error


def _money(field: Field, raw: object, path: str) -> Scalar:
    if not isinstance(raw, Mapping) or set(raw) != {"amount", "currency"}:
        raise ConditionError(path, _("Give an amount and a currency."), "value_type")
    try:
        return canonical.money(raw["amount"], raw["currency"])
    except ValueError as error:
        message = _("Give an amount of at most 16 digits and a three-letter currency.")
        raise ConditionError(path, message, "value_range") from error


def _text(field: Field, raw: object, path: str) -> Scalar:
    if not isinstance(raw, str):
        raise ConditionError(path, _("Give a text."), "value_type")
    if len(raw) > MAX_TEXT:
        raise ConditionError(path, _("The text is too long."), "value_range")
    form = canonical.text(field.type, raw)
    if not form.norm or "\x00" in form.norm:
        raise ConditionError(path, _("The text has nothing to compare."), "value_empty")
    return form


def _choice(field: Field, raw: object, path: str) -> Scalar:
    if not isinstance(raw, str) or not 0 < len(raw) <= MAX_TEXT or "\x00" in raw:
        raise ConditionError(path, _("Choose one of the options."), "value_type")
    options = field.options()
    if options is not None and raw not in {key for key, _label in options}:
        message = _("“%(value)s” is not among the options.") % {"value": raw}
        raise ConditionError(path, message, "value_choice")
    return raw


def _boolean(raw: object, path: str) -> bool:
    if not isinstance(raw, bool):
        raise ConditionError(path, _("Choose yes or no."), "value_type")
    return raw


def _day(field: Field, raw: object, path: str) -> Scalar:
    if raw == "today":
        return RelativeDay(0)
    if isinstance(raw, Mapping) and set(raw) == {RELATIVE_DAY}:
        return _relative_day(raw[RELATIVE_DAY], path)
    if isinstance(raw, str) and _DATE.fullmatch(raw):
        return _in_range(date.fromisoformat(raw), path)
    raise ConditionError(path, _("Give a date, or a number of days from today."), "value_type")


def _relative_day(days: object, path: str) -> RelativeDay:
    if not isinstance(days, int) or isinstance(days, bool):
        raise ConditionError(path, _("Give a whole number of days."), "value_type")
    if abs(days) > MAX_DAYS:
        raise ConditionError(path, _("The date is out of range."), "value_range")
    return RelativeDay(days)


def _day_or_instant(field: Field, raw: object, path: str) -> Scalar:
    if not isinstance(raw, str) or "T" not in raw:
        return _day(field, raw, path)
    try:
        instant = datetime.fromisoformat(raw)
    except ValueError as error:
        raise ConditionError(path, _("Give a date and time."), "value_type") from error
    if instant.tzinfo is None:
        raise ConditionError(path, _("Give the time with its offset from UTC."), "value_type")
    _in_range(instant.date(), path)
    return instant.astimezone(UTC)


def _in_range(day: date, path: str) -> date:
    if day.year not in YEARS:
        raise ConditionError(path, _("The date is out of range."), "value_range")
    return day


_SCALARS: Mapping[FieldType, Callable[[Field, object, str], Scalar]] = {
    FieldType.NUMBER: _number,
    FieldType.DURATION: _number,
    FieldType.MONEY: _money,
    FieldType.TEXT: _text,
    FieldType.PLACE: _text,
    FieldType.PHONE: _text,
    FieldType.EMAIL: _text,
    FieldType.CHOICE: _choice,
    FieldType.MULTICHOICE: _choice,
    FieldType.BOOLEAN: lambda field, raw, path: _boolean(raw, path),
    FieldType.DATE: _day,
    FieldType.DATETIME: _day_or_instant,
}


def operand_json(operand: Operand) -> Json:
    """The canonical JSON: parsing it again gives the same operand."""
    match operand:
        case None | bool():
            return operand
        case Money():
            return canonical.money_json(operand)
        case Text():
            return operand.raw
        case RelativeDay():
            return {RELATIVE_DAY: operand.days}
        case Span():
            return operand.amount if operand.unit == "days" else {operand.unit: operand.amount}
        case tuple():
            return [operand_json(item) for item in operand]
        case datetime():
            return canonical.datetime_json(operand)
        case date():
            return operand.isoformat()
        case str():
            return operand
    return canonical.number_json(operand)
