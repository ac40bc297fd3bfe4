"""When time alone may change an answer: "in the last 7 days" turns false without anybody doing anything.

A leaf that counts from now changes only when now passes its stored value moved by a fixed length (`Turn`): an
elapsed time for instants, whole local days for dates and for days counted from today. Both backends read the
same turns: `next_change` for one object, `next_change_sql` for all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

from django.db.models import (
    Case,
    DateField,
    DateTimeField,
    DurationField,
    Expression,
    ExpressionWrapper,
    Func,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Least
from django.db.models.lookups import GreaterThan

from core.conditions.canonical import Money, Text
from core.conditions.enums import FieldType, Operator
from core.conditions.hours import passes, passes_sql
from core.conditions.moment import Moment
from core.conditions.nodes import Leaf, Node, RelativeDay, Span, leaves
from core.conditions.sql import column_of

_TICK = timedelta(microseconds=1)
_INSTANT = DateTimeField()


@dataclass(frozen=True, slots=True)
class Turn:
    """Now passes the value plus `length`, or the local day of the value plus `days`; so many hours of `business`."""

    length: timedelta = timedelta(0)
    days: int | None = None
    business: timedelta | None = None


def turns(leaf: Leaf) -> tuple[Turn, ...]:
    """Empty for a leaf whose answer no passing time can change."""
    if leaf.field.of_moment:
        return ()
    if isinstance(leaf.operand, Span):
        if leaf.operand.of_business:
            begins = () if leaf.operator is Operator.OLDER_THAN else (Turn(),)
            return (*begins, Turn(business=leaf.operand.length))
        return _turns_of_span(leaf.field.type, leaf.operator, leaf.operand)
    relative = {item.days for item in _items(leaf.operand) if isinstance(item, RelativeDay)}
    return tuple(Turn(days=days) for each in sorted(relative) for days in (-each, 1 - each))


def is_timed(node: Node) -> bool:
    """Whether the answer may change by time alone; also when it asks for the time itself."""
    return any(leaf.field.of_moment or turns(leaf) for leaf in leaves(node))


def next_change(node: Node, obj: object, at: Moment) -> datetime | None:
    """The first instant after the Moment at which some leaf may answer otherwise, in UTC; None for never."""
    return min(
        (
            when
            for leaf, found in _timed(node)
            if (value := leaf.field.value(obj, at)) is not None
            for turn in found
            if (when := _when(cast("date", value), turn, at)) is not None
        ),
        default=None,
    )


def next_change_sql(node: Node, at: Moment) -> Expression | None:
    """The same for all rows: an expression that is NULL where no change waits; None when none ever can."""
    expressions = [
        _case(leaf, turn, at) for leaf, found in _timed(node) if leaf.field.orm is not None for turn in found
    ]
    return least(expressions)


def least(expressions: list[Expression]) -> Expression | None:
    """The earliest of the instants, NULLs left out."""
    if len(expressions) < 2:
        return expressions[0] if expressions else None
    return Least(*expressions, output_field=_INSTANT)


def _items(operand: object) -> tuple[Any, ...]:
    if isinstance(operand, tuple) and not isinstance(operand, (Money, Text)):
        return operand
    return (operand,)


def _turns_of_span(kind: FieldType, operator: Operator, span: Span) -> tuple[Turn, ...]:
    """Both ends belong to a span, so it is over a tick, or for dates a day, after its end."""
    is_last = operator is Operator.WITHIN_LAST
    if operator is Operator.OLDER_THAN:
        over = Turn(length=span.length + _TICK) if kind is FieldType.DATETIME else Turn(days=span.amount + 1)
        return (over,)
    if kind is FieldType.DATETIME:
        ends = (timedelta(0), span.length + _TICK) if is_last else (-span.length, _TICK)
        return tuple(Turn(length=end) for end in ends)
    days = (0, span.amount + 1) if is_last else (-span.amount, 1)
    return tuple(Turn(days=each) for each in days)


def _timed(node: Node) -> Iterator[tuple[Leaf, tuple[Turn, ...]]]:
    for leaf in leaves(node):
        if found := turns(leaf):
            yield leaf, found


def _when(value: date, turn: Turn, at: Moment) -> datetime | None:
    try:
        if turn.business is not None:
            instant = cast("datetime", value)
            return passes(instant, at.calendar, at.now, turn.business) if at.calendar else None
        if turn.days is None:
            when = cast("datetime", value) + turn.length
        else:
            day = value.astimezone(at.zone).date() if isinstance(value, datetime) else value
            when = at.start_of(day + timedelta(days=turn.days))
    except OverflowError:
        return None
    return when.astimezone(UTC) if when > at.now else None


def _case(leaf: Leaf, turn: Turn, at: Moment) -> Expression:
    column = column_of(leaf.field.orm, at)
    if turn.business is not None:
        if at.calendar is None:
            return Value(None, output_field=_INSTANT)
        return passes_sql(column, at.calendar, at.now, turn.business)
    if turn.days is None:
        length = Value(turn.length, output_field=DurationField())
        return later_than(ExpressionWrapper(column + length, output_field=_INSTANT), at)
    zone = Value(at.timezone)
    local = Func(zone, column, function="timezone", output_field=_INSTANT)
    day: Combinable = column if leaf.field.type is FieldType.DATE else Cast(local, DateField())
    moved = Func(
        day, Value(turn.days), template="(%(expressions)s)", arg_joiner=" + ", output_field=DateField()
    )
    begins = Func(zone, moved, template="timezone(%(expressions)s::timestamp)", output_field=_INSTANT)
    return later_than(begins, at)


def later_than(moved: Expression, at: Moment) -> Expression:
    """The instant where it lies after the Moment, else NULL."""
    return Case(When(GreaterThan(moved, Value(at.now)), then=moved), output_field=_INSTANT)
