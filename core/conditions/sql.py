"""The SQL backend: a Q whose every part is TRUE or FALSE, never NULL, so that it may be negated.

Columns are written `col IS NOT NULL AND col = x`, which indexes serve; expressions `COALESCE(e = x,
FALSE)`, which computes them once.
"""

from functools import reduce
from operator import and_, or_
from typing import Any, TypeAlias, cast

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.fields.array import ArrayContains, ArrayOverlap  # type: ignore[attr-defined]
from django.db.models import BooleanField, F, Func, IntegerField, Q, TextField, Value, lookups
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from core.conditions.checks import (
    Check,
    Contains,
    Filled,
    HasAll,
    HasAny,
    IsOpen,
    Never,
    OneOf,
    Range,
    StartsWith,
    resolve,
)
from core.conditions.enums import FieldType, GroupKind
from core.conditions.evaluate import leaf_holds
from core.conditions.fields import MoneyOrm
from core.conditions.hours import is_open_sql
from core.conditions.moment import Moment
from core.conditions.nodes import Leaf, Node

Lookup: TypeAlias = "lookups.Lookup[Any]"
Column: TypeAlias = Combinable


def is_python_only(leaf: Leaf) -> bool:
    if leaf.field.of_moment:
        return False
    return leaf.field.orm is None


def build(node: Node, at: Moment) -> Q:
    """The caller has made sure that no leaf is Python-only."""
    if isinstance(node, Leaf):
        return _leaf(node, at)
    if not node.children:
        return _constant(node.kind is not GroupKind.ANY)
    parts = [build(child, at) for child in node.children]
    if node.kind is GroupKind.ALL:
        return reduce(and_, parts)
    found = reduce(or_, parts)
    return found if node.kind is GroupKind.ANY else ~found


def _constant(truth: bool) -> Q:
    return Q(Value(truth, output_field=BooleanField()))


def _leaf(leaf: Leaf, at: Moment) -> Q:
    if leaf.field.of_moment:
        return _constant(leaf_holds(leaf, leaf.field.value(None, at), at))
    check = resolve(leaf, at)
    present, held = (
        _money(leaf, check, at) if leaf.field.type is FieldType.MONEY else _single(leaf, check, at)
    )
    if check.wanted:
        return held
    return ~held if check.missing else present & ~held


def _single(leaf: Leaf, check: Check, at: Moment) -> tuple[Q, Q]:
    column = column_of(leaf.field.orm, at)
    kind = leaf.field.type
    present = _present(column, is_string=kind.is_text or kind is FieldType.CHOICE)
    if isinstance(check.test, Never):
        return present, _constant(truth=False)
    if isinstance(check.test, IsOpen):
        assert at.calendar is not None
        return present, Q(
            Coalesce(is_open_sql(column, at.calendar), Value(value=False), output_field=BooleanField())
        )
    if not isinstance(check.test, Filled):
        return present, _test(column, check)
    if kind is FieldType.MULTICHOICE:
        length = Func(column, function="cardinality", output_field=IntegerField())
        return present, _strict(length, lookups.GreaterThan(length, 0))
    return present, present


def _money(leaf: Leaf, check: Check, at: Moment) -> tuple[Q, Q]:
    orm = cast("MoneyOrm", leaf.field.orm)
    amount, currency = column_of(orm.amount, at), column_of(orm.currency, at)
    present = _present(amount, is_string=False) & _present(currency, is_string=True)
    if isinstance(check.test, Filled):
        return present, present
    same = _strict(currency, lookups.Exact(currency, Value(check.currency)))
    return present, same & _test(amount, check)


def column_of(orm: object, at: Moment) -> Column:
    """The expression of a field's `orm`."""
    if isinstance(orm, str):
        return F(orm)
    assert callable(orm)
    return cast("Column", orm(at))


def _present(column: Column, *, is_string: bool) -> Q:
    known = Q(lookups.IsNull(column, rhs=False))
    return known & ~_strict(column, lookups.Exact(column, Value(""))) if is_string else known


def _strict(column: Column, lookup: Lookup) -> Q:
    if isinstance(column, F):
        return Q(lookups.IsNull(column, rhs=False)) & Q(lookup)
    return Q(Coalesce(lookup, Value(value=False), output_field=BooleanField()))


def _test(column: Column, check: Check) -> Q:
    match check.test:
        case OneOf((value,)):
            lookup: Lookup = lookups.Exact(column, Value(value))
        case OneOf(values):
            # Wrapped, or Django would round them to the type of the column.
            lookup = lookups.In(column, [Value(value) for value in values])
        case Range() as within:
            return _range(column, within)
        case Contains(part):
            lookup = lookups.Contains(column, Value(part))
        case StartsWith(part):
            lookup = lookups.StartsWith(column, Value(part))
        case HasAny(values):
            lookup = ArrayOverlap(column, _array(values))
        case HasAll(values):
            lookup = ArrayContains(column, _array(values))
        case other:
            raise AssertionError(other)
    return _strict(column, lookup)


def _range(column: Column, within: Range) -> Q:
    ends: list[Lookup] = []
    if within.low is not None:
        over = lookups.GreaterThanOrEqual if within.low_included else lookups.GreaterThan
        ends.append(over(column, Value(within.low)))
    if within.high is not None:
        under = lookups.LessThanOrEqual if within.high_included else lookups.LessThan
        ends.append(under(column, Value(within.high)))
    return reduce(and_, (_strict(column, end) for end in ends))


def _array(values: tuple[str, ...]) -> Value:
    return Value(list(values), output_field=ArrayField(TextField()))
