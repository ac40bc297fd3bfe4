"""A leaf at a Moment, reduced to one of a few checks, so that both backends share one meaning.

A value that is missing (None, "", a null, JSON of another shape) fails every check but `is_not_set`:
`is_not`, `not_in` and `has_none` too ask for a known value. "Unknown or different" is written as
`{"none": [{"op": "is", ...}]}`. An empty list is known: it is not set, and `has_none` holds.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TypeAlias, cast

from core.conditions.canonical import Money, Text
from core.conditions.enums import FieldType, Operator
from core.conditions.moment import Moment
from core.conditions.nodes import Leaf, RelativeDay, Scalar, Span

# What SQL compares: the amount of money, the normalised form of a text.
Plain: TypeAlias = Decimal | str | bool | date | datetime


@dataclass(frozen=True, slots=True)
class Filled:
    """There is a value, and it is not an empty list."""


@dataclass(frozen=True, slots=True)
class OneOf:
    values: tuple[Plain, ...]


@dataclass(frozen=True, slots=True)
class Range:
    low: Plain | None = None
    high: Plain | None = None
    low_included: bool = True
    high_included: bool = True


@dataclass(frozen=True, slots=True)
class Contains:
    part: str


@dataclass(frozen=True, slots=True)
class StartsWith:
    part: str


@dataclass(frozen=True, slots=True)
class HasAny:
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HasAll:
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IsOpen:
    """Business hours are open at the value; without a calendar the hours are unknown and it fails."""


@dataclass(frozen=True, slots=True)
class Never:
    """No value passes: the business hours are not known, or too few."""


Test: TypeAlias = Filled | OneOf | Range | Contains | StartsWith | HasAny | HasAll | IsOpen | Never


@dataclass(frozen=True, slots=True)
class Check:
    """Holds when there is a value and the test says `wanted`; for a missing value it says `missing`.

    With a `currency` the test fails for money of another one.
    """

    test: Test
    wanted: bool = True
    missing: bool = False
    currency: str | None = None


_NEGATED = {Operator.IS_NOT, Operator.NOT_IN, Operator.HAS_NONE}


def resolve(leaf: Leaf, at: Moment) -> Check:
    """The check of a leaf with its relative days and spans counted from the Moment."""
    operator, operand = leaf.operator, leaf.operand
    if operator is Operator.IS_SET:
        return Check(Filled())
    if operator is Operator.IS_NOT_SET:
        return Check(Filled(), wanted=False, missing=True)
    if operator is Operator.IS_OPEN:
        return Check(Never()) if at.calendar is None else Check(IsOpen(), wanted=operand is True)
    wanted = operator not in _NEGATED
    if isinstance(operand, Span):
        ranged = _business if operand.of_business else _span
        return Check(ranged(leaf.field.type, operator, operand, at))
    items = _items(operand)
    if operator in {Operator.HAS_ANY, Operator.HAS_NONE}:
        return Check(HasAny(cast("tuple[str, ...]", items)), wanted=wanted)
    if operator is Operator.HAS_ALL:
        return Check(HasAll(cast("tuple[str, ...]", items)))
    if leaf.field.type is FieldType.DATETIME:
        return Check(_instants(operator, items, at), wanted=wanted)
    currency = items[0].currency if isinstance(items[0], Money) else None
    return Check(
        _plain(operator, [_lower(item, at) for item in items]),
        wanted=wanted,
        currency=currency,
    )


def _items(operand: object) -> tuple[Scalar, ...]:
    if isinstance(operand, tuple) and not isinstance(operand, (Money, Text)):
        return operand
    return (cast("Scalar", operand),)


def _lower(item: Scalar, at: Moment) -> Plain:
    match item:
        case Money():
            return item.amount
        case Text():
            return item.norm
        case RelativeDay():
            return item.on(at)
    return item


def _plain(operator: Operator, values: list[Plain]) -> Test:
    match operator:
        case Operator.CONTAINS:
            return Contains(str(values[0]))
        case Operator.STARTS_WITH:
            return StartsWith(str(values[0]))
        case Operator.GT | Operator.AFTER:
            return Range(low=values[0], low_included=False)
        case Operator.GTE:
            return Range(low=values[0])
        case Operator.LT | Operator.BEFORE:
            return Range(high=values[0], high_included=False)
        case Operator.LTE:
            return Range(high=values[0])
        case Operator.BETWEEN:
            return Range(low=values[0], high=values[1])
    return OneOf(tuple(values))


def _span(kind: FieldType, operator: Operator, span: Span, at: Moment) -> Range:
    """Both ends included, and what is older lies before; a date counts calendar days, a datetime elapsed time."""
    here: date = at.now if kind is FieldType.DATETIME else at.today
    if operator is Operator.OLDER_THAN:
        return Range(high=here - span.length, high_included=False)
    if operator is Operator.WITHIN_LAST:
        return Range(low=here - span.length, high=here)
    return Range(low=here, high=here + span.length)


def _business(kind: FieldType, operator: Operator, span: Span, at: Moment) -> Range | Never:
    """So many hours of business ago is one instant: what is older than that is as long ago or longer."""
    if at.calendar is None:
        return Never()
    begins = at.calendar.ago(at.now, span.length)
    if operator is Operator.OLDER_THAN:
        return Never() if begins is None else Range(high=begins)
    return Range(low=begins, low_included=False, high=at.now)


@dataclass(frozen=True, slots=True)
class _Stretch:
    """An operand of a datetime on the time line: a whole day (end excluded) or one instant."""

    start: datetime
    end: datetime
    whole_day: bool


def _stretch(item: Scalar, at: Moment) -> _Stretch:
    if isinstance(item, datetime):
        return _Stretch(item, item, whole_day=False)
    day = item.on(at) if isinstance(item, RelativeDay) else cast("date", item)
    return _Stretch(at.start_of(day), at.start_of(day + timedelta(days=1)), whole_day=True)


def _instants(operator: Operator, items: tuple[Scalar, ...], at: Moment) -> Range:
    first, last = _stretch(items[0], at), _stretch(items[-1], at)
    match operator:
        case Operator.BEFORE:
            return Range(high=first.start, high_included=False)
        case Operator.AFTER:
            return Range(low=first.end, low_included=first.whole_day)
        case Operator.GTE:
            return Range(low=first.start)
        case Operator.LTE:
            return Range(high=last.end, high_included=not last.whole_day)
    return Range(low=first.start, high=last.end, high_included=not last.whole_day)
