"""The Python backend: one object, no query beyond what the fields' getters read."""

from collections.abc import Iterable
from typing import Any

from core.conditions.canonical import Money, Text, Value
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
    Test,
    resolve,
)
from core.conditions.enums import GroupKind
from core.conditions.moment import Moment
from core.conditions.nodes import Leaf, Node


def holds(node: Node, obj: object, at: Moment) -> bool:
    if isinstance(node, Leaf):
        return leaf_holds(node, node.field.value(obj, at), at)
    return group_holds(node.kind, (holds(child, obj, at) for child in node.children))


def group_holds(kind: GroupKind, results: Iterable[bool]) -> bool:
    """Empty groups: all holds, any does not, none holds."""
    if kind is GroupKind.ALL:
        return all(results)
    return any(results) is (kind is GroupKind.ANY)


def leaf_holds(leaf: Leaf, value: Value | None, at: Moment) -> bool:
    check = resolve(leaf, at)
    if value is None:
        return check.missing
    if isinstance(check.test, IsOpen):
        assert at.calendar is not None
        return at.calendar.is_open(value) is check.wanted  # type: ignore[arg-type]
    return _passes(check, value) is check.wanted


def _passes(check: Check, value: Any) -> bool:
    if isinstance(value, Money):
        return check.currency in (None, value.currency) and _meets(check.test, value.amount)
    return _meets(check.test, value.norm if isinstance(value, Text) else value)


def _meets(test: Test, value: Any) -> bool:
    match test:
        case Filled():
            return bool(value != ())
        case OneOf(values):
            return value in values
        case Range():
            return _inside(test, value)
        case Contains(part):
            return part in str(value)
        case StartsWith(part):
            return str(value).startswith(part)
        case Never():
            return False
        case HasAny(values):
            return any(item in value for item in values)
        case HasAll(values):
            return all(item in value for item in values)
    raise AssertionError(test)


def _inside(within: Range, value: Any) -> bool:
    low, high = within.low, within.high
    if low is not None and not (value > low or (value == low and within.low_included)):
        return False
    return high is None or bool(value < high or (value == high and within.high_included))
