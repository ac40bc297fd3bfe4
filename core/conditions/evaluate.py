"""The Python backend: one object, no query beyond what the fields' getters read."""

from collections.abc import Iterable
from typing import Any

from .canonical import Money, Text, Value
from .checks import (
    Check,
    Contains,
    Filled,
    HasAll,
    HasAny,
    IsOpen,
    OneOf,
    Range,
    StartsWith,
    resolve,
)
from .enums import GroupKind
from .moment import Moment
from .nodes import Leaf, Node


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
        return at.calendar is not None and at.calendar.is_open(value) is check.wanted  # type: ignore[arg-type]
    return _passes(check, value) is check.wanted


def _passes(check: Check, value: Any) -> bool:
    if isinstance(value, Money):
        if check.currency not in (None, value.currency):
            return False
        value = value.amount
    elif isinstance(value, Text):
        value = value.norm
    match check.test:
        case Filled():
            return value != ()
        case OneOf(values):
            return value in values
        case Range() as within:
            return _inside(within, value)
        case Contains(part):
            return part in value
        case StartsWith(part):
            return bool(value.startswith(part))
        case HasAny(values):
            return any(item in value for item in values)
        case HasAll(values):
            return all(item in value for item in values)
    raise AssertionError(check)


def _inside(within: Range, value: Any) -> bool:
    low, high = within.low, within.high
    if low is not None and (value < low or (value == low and not within.low_included)):
        return False
    return not (
        high is not None
        and (value > high or (value == high and not within.high_included))
    )
