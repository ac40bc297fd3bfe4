"""The words backend: conditions as sentences of the active language.

Every sentence is one translatable message with the field's label and the value in it, so that a
language may order them as its grammar wants.
"""

from collections.abc import Mapping
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import cast

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, ngettext, pgettext

from core.conditions.canonical import Money, Text
from core.conditions.enums import FieldType, GroupKind, Operator
from core.conditions.fields import Field
from core.conditions.nodes import Group, Leaf, Node, RelativeDay, Span
from core.conditions.operators import Shape, shape_of

_SENTENCES: Mapping[Operator, Promise] = {
    Operator.IS: gettext_lazy("%(field)s is %(value)s"),
    Operator.IS_NOT: gettext_lazy("%(field)s is not %(value)s"),
    Operator.IN: gettext_lazy("%(field)s is one of: %(value)s"),
    Operator.NOT_IN: gettext_lazy("%(field)s is none of: %(value)s"),
    Operator.GT: gettext_lazy("%(field)s is more than %(value)s"),
    Operator.GTE: gettext_lazy("%(field)s is at least %(value)s"),
    Operator.LT: gettext_lazy("%(field)s is less than %(value)s"),
    Operator.LTE: gettext_lazy("%(field)s is at most %(value)s"),
    Operator.BETWEEN: gettext_lazy("%(field)s is between %(low)s and %(high)s"),
    Operator.CONTAINS: gettext_lazy("%(field)s contains %(value)s"),
    Operator.STARTS_WITH: gettext_lazy("%(field)s starts with %(value)s"),
    Operator.BEFORE: gettext_lazy("%(field)s is before %(value)s"),
    Operator.AFTER: gettext_lazy("%(field)s is after %(value)s"),
    Operator.WITHIN_LAST: gettext_lazy("%(field)s is within the last %(value)s"),
    Operator.WITHIN_NEXT: gettext_lazy("%(field)s is within the next %(value)s"),
    Operator.OLDER_THAN: gettext_lazy("%(field)s is more than %(value)s ago"),
    Operator.HAS_ANY: gettext_lazy("%(field)s has any of: %(value)s"),
    Operator.HAS_ALL: gettext_lazy("%(field)s has all of: %(value)s"),
    Operator.HAS_NONE: gettext_lazy("%(field)s has none of: %(value)s"),
    Operator.IS_SET: gettext_lazy("%(field)s is known"),
    Operator.IS_NOT_SET: gettext_lazy("%(field)s is not known"),
}
_ON_DAYS: Mapping[Operator, Promise] = {
    Operator.GTE: gettext_lazy("%(field)s is on or after %(value)s"),
    Operator.LTE: gettext_lazy("%(field)s is on or before %(value)s"),
}
_DAY_TYPES = frozenset({FieldType.DATE, FieldType.DATETIME})

OPERATOR_LABELS: Mapping[Operator, Promise] = {
    Operator.IS: gettext_lazy("is"),
    Operator.IS_NOT: gettext_lazy("is not"),
    Operator.IN: gettext_lazy("is one of"),
    Operator.NOT_IN: gettext_lazy("is none of"),
    Operator.GT: gettext_lazy("is more than"),
    Operator.GTE: gettext_lazy("is at least"),
    Operator.LT: gettext_lazy("is less than"),
    Operator.LTE: gettext_lazy("is at most"),
    Operator.BETWEEN: gettext_lazy("is between"),
    Operator.CONTAINS: gettext_lazy("contains"),
    Operator.STARTS_WITH: gettext_lazy("starts with"),
    Operator.BEFORE: gettext_lazy("is before"),
    Operator.AFTER: gettext_lazy("is after"),
    Operator.WITHIN_LAST: gettext_lazy("is within the last"),
    Operator.WITHIN_NEXT: gettext_lazy("is within the next"),
    Operator.OLDER_THAN: gettext_lazy("is longer ago than"),
    Operator.HAS_ANY: gettext_lazy("has any of"),
    Operator.HAS_ALL: gettext_lazy("has all of"),
    Operator.HAS_NONE: gettext_lazy("has none of"),
    Operator.IS_OPEN: gettext_lazy("is in business hours"),
    Operator.IS_SET: gettext_lazy("is known"),
    Operator.IS_NOT_SET: gettext_lazy("is not known"),
}
_DAY_LABELS: Mapping[Operator, Promise] = {
    Operator.GTE: gettext_lazy("is on or after"),
    Operator.LTE: gettext_lazy("is on or before"),
}
GROUP_LABELS: Mapping[GroupKind, Promise] = {
    GroupKind.ALL: gettext_lazy("all of these hold"),
    GroupKind.ANY: gettext_lazy("at least one of these holds"),
    GroupKind.NONE: gettext_lazy("none of these holds"),
}


def operator_label(kind: FieldType, operator: Operator) -> str:
    """For builders: the operator as it reads after a field's label."""
    return str((_DAY_LABELS if kind in _DAY_TYPES else {}).get(operator, OPERATOR_LABELS[operator]))


def sentence(node: Node) -> str:
    return _leaf(node) if isinstance(node, Leaf) else _group(node, outermost=True)


def _group(group: Group, *, outermost: bool = False) -> str:
    if not group.children:
        return gettext("never") if group.kind is GroupKind.ANY else gettext("always")
    alone = len(group.children) == 1 and group.kind is not GroupKind.NONE
    parts = [
        _leaf(child) if isinstance(child, Leaf) else _group(child, outermost=outermost and alone)
        for child in group.children
    ]
    if alone:
        return parts[0]
    if group.kind is GroupKind.NONE:
        return gettext("none of these: (%(list)s)") % {"list": "; ".join(parts)}
    joint = pgettext("conditions", "and") if group.kind is GroupKind.ALL else pgettext("conditions", "or")
    joined = f" {joint} ".join(parts)
    return joined if outermost else f"({joined})"


def _leaf(leaf: Leaf) -> str:
    field = leaf.field
    names = {"field": str(field.label)}
    if leaf.operator is Operator.IS_OPEN:
        if leaf.operand is True:
            return gettext("%(field)s is in business hours") % names
        return gettext("%(field)s is outside business hours") % names
    template = (_ON_DAYS if field.type in _DAY_TYPES else {}).get(leaf.operator, _SENTENCES[leaf.operator])
    shape = shape_of(leaf.operator)
    if shape is Shape.PAIR:
        low, high = cast("tuple[object, object]", leaf.operand)
        names |= {"low": value_text(field, low), "high": value_text(field, high)}
    elif shape is Shape.LIST:
        names["value"] = ", ".join(
            value_text(field, item) for item in cast("tuple[object, ...]", leaf.operand)
        )
    elif shape is not Shape.NOTHING:
        names["value"] = value_text(field, leaf.operand)
    return str(template) % names


def value_text(field: Field, value: object, zone: tzinfo | None = None) -> str:
    """A value or an operand of the field in the active language; instants in `zone`."""
    match value:
        case None:
            return gettext("not known")
        case bool():
            return gettext("yes") if value else gettext("no")
        case Decimal():
            return _days(value) if field.type is FieldType.DURATION else _number(value)
        case Money():
            return f"{_number(value.amount)} {value.currency}"
        case Text():
            return gettext("“%(text)s”") % {"text": value.raw}
        case date() | RelativeDay() | Span():
            return _time(value, zone)
        case tuple():
            return ", ".join(_option(field, item) for item in value) or gettext("nothing")
    return _option(field, str(value))


def _time(value: date | RelativeDay | Span, zone: tzinfo | None) -> str:
    match value:
        case RelativeDay():
            return _relative_day(value.days)
        case Span():
            return _span(value)
        case datetime():
            return date_format(timezone.localtime(value, zone), "DATETIME_FORMAT")
    return date_format(value, "DATE_FORMAT")


def _option(field: Field, key: str) -> str:
    labels = {option: str(label) for option, label in field.options() or ()}
    return labels.get(key, key)


def _number(value: Decimal) -> str:
    plain = value.normalize() + 0
    places = max(-int(plain.as_tuple().exponent), 0)
    return number_format(plain, decimal_pos=places, force_grouping=True)


def _days(value: Decimal) -> str:
    if value == value.to_integral_value():
        return _span(Span(amount=int(value), unit="days"))
    return gettext("%(number)s days") % {"number": _number(value)}


def _span(span: Span) -> str:
    names = {"count": span.amount}
    if span.of_business:
        return ngettext("%(count)d business hour", "%(count)d business hours", span.amount) % names
    if span.unit == "minutes":
        return ngettext("%(count)d minute", "%(count)d minutes", span.amount) % names
    if span.unit == "hours":
        return ngettext("%(count)d hour", "%(count)d hours", span.amount) % names
    return ngettext("%(count)d day", "%(count)d days", span.amount) % names


def _relative_day(days: int) -> str:
    if days == 0:
        return gettext("today")
    length = _span(Span(amount=abs(days), unit="days"))
    if days < 0:
        return gettext("%(length)s ago") % {"length": length}
    return gettext("in %(length)s") % {"length": length}
