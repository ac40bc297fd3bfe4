"""Conditions that can never hold, or always do: what an admin should see before it counts.

Only what is certain is said. Parts joined by "all" are looked at together, field by field: ranges that do not
meet, two different equal values, "known" beside "not known", money in two currencies.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from core.conditions.canonical import Money, Text
from core.conditions.enums import FieldType, GroupKind, Operator
from core.conditions.nodes import Group, Leaf, Node, RelativeDay


class Sense(StrEnum):
    NEVER = "never"
    ALWAYS = "always"
    OPEN = "open"


def sense_of(node: Node) -> Sense:
    """Whether the condition can hold for nobody, must hold for everybody, or may go either way."""
    if isinstance(node, Leaf):
        return _of_leaf(node)
    if node.kind is GroupKind.NONE:
        return _OPPOSITE[_of_any(node.children)]
    return _of_any(node.children) if node.kind is GroupKind.ANY else _of_all(_flat(node))


_OPPOSITE = {Sense.NEVER: Sense.ALWAYS, Sense.ALWAYS: Sense.NEVER, Sense.OPEN: Sense.OPEN}
_EXCLUDED = frozenset({Operator.IS_NOT, Operator.NOT_IN})
_EQUAL = frozenset({Operator.IS, Operator.IN})


def _of_leaf(leaf: Leaf) -> Sense:
    """A choice whose options are all excluded, a range of one excluded value."""
    return Sense.NEVER if _Together([leaf]).is_empty() else Sense.OPEN


def _flat(group: Group) -> list[Node]:
    """The parts of an "all" with those of the "all" groups inside it."""
    parts: list[Node] = []
    for child in group.children:
        is_all = isinstance(child, Group) and child.kind is GroupKind.ALL
        parts += _flat(child) if is_all else [child]  # type: ignore[arg-type]
    return parts


def _of_all(parts: Sequence[Node]) -> Sense:
    found = {sense_of(part) for part in parts}
    if Sense.NEVER in found:
        return Sense.NEVER
    if found <= {Sense.ALWAYS}:
        return Sense.ALWAYS
    by_field: dict[str, list[Leaf]] = defaultdict(list)
    for part in parts:
        if isinstance(part, Leaf):
            by_field[part.field.key].append(part)
    if any(_Together(leaves).is_empty() for leaves in by_field.values()):
        return Sense.NEVER
    denied = [
        child
        for part in parts
        if isinstance(part, Group) and part.kind is GroupKind.NONE
        for child in part.children
    ]
    return Sense.NEVER if any(_same(part, other) for part in parts for other in denied) else Sense.OPEN


def _of_any(parts: Sequence[Node]) -> Sense:
    found = {sense_of(part) for part in parts}
    if Sense.ALWAYS in found:
        return Sense.ALWAYS
    if found <= {Sense.NEVER}:
        return Sense.NEVER
    presence: dict[str, set[Operator]] = defaultdict(set)
    for part in parts:
        if isinstance(part, Leaf):
            presence[part.field.key].add(part.operator)
    both = {Operator.IS_SET, Operator.IS_NOT_SET}
    return Sense.ALWAYS if any(both <= said for said in presence.values()) else Sense.OPEN


def _same(one: Node, other: Node) -> bool:
    if isinstance(one, Leaf) and isinstance(other, Leaf):
        return (one.field.key, one.operator, one.operand) == (other.field.key, other.operator, other.operand)
    if isinstance(one, Group) and isinstance(other, Group) and one.kind is other.kind:
        return len(one.children) == len(other.children) and all(map(_same, one.children, other.children))
    return False


@dataclass
class _Together:
    """What several leaves over one field leave possible when all must hold."""

    leaves: Sequence[Leaf]
    allowed: set[Any] | None = None
    excluded: set[Any] = field(default_factory=set)
    low: tuple[Any, bool] | None = None
    high: tuple[Any, bool] | None = None

    def is_empty(self) -> bool:
        operators = {leaf.operator for leaf in self.leaves}
        if Operator.IS_NOT_SET in operators:
            return bool(operators - {Operator.IS_NOT_SET, Operator.HAS_NONE})  # an empty list is both
        if self._currencies_clash() or self._days_clash() or self._lists_clash():
            return True
        for leaf in self.leaves:
            self._take(leaf)
        return self._nothing_left()

    def _take(self, leaf: Leaf) -> None:
        values = [_plain(item) for item in _items(leaf.operand)]
        if any(value is None for value in values):
            return
        if leaf.operator in _EQUAL and leaf.field.type is not FieldType.DATETIME:
            self.allowed = set(values) if self.allowed is None else self.allowed & set(values)
        elif leaf.operator in _EXCLUDED and leaf.field.type is not FieldType.DATETIME:
            self.excluded |= set(values)
        elif leaf.field.type is not FieldType.DATETIME:
            self._narrow(leaf.operator, values)

    def _narrow(self, operator: Operator, values: list[Any]) -> None:
        if operator in (Operator.GT, Operator.AFTER):
            self._raise(values[0], included=False)
        elif operator in (Operator.GTE, Operator.BETWEEN):
            self._raise(values[0], included=True)
        if operator in (Operator.LT, Operator.BEFORE):
            self._lower(values[0], included=False)
        elif operator in (Operator.LTE, Operator.BETWEEN):
            self._lower(values[-1], included=True)

    def _raise(self, value: Any, *, included: bool) -> None:
        if self.low is None or (value, not included) > (self.low[0], not self.low[1]):
            self.low = (value, included)

    def _lower(self, value: Any, *, included: bool) -> None:
        if self.high is None or (value, included) < (self.high[0], self.high[1]):
            self.high = (value, included)

    def _nothing_left(self) -> bool:
        if self.low and self.high:
            low, high = self.low, self.high
            if low[0] > high[0] or (low[0] == high[0] and not (low[1] and high[1])):
                return True
        if self.allowed is None:
            return self._all_options_excluded()
        return not any(self._fits(value) for value in self.allowed - self.excluded)

    def _all_options_excluded(self) -> bool:
        asked = self.leaves[0].field
        options = asked.options() if asked.type is FieldType.CHOICE else None
        return bool(options) and self.excluded >= {key for key, _label in options or ()}

    def _fits(self, value: Any) -> bool:
        above = self.low is None or value > self.low[0] or (value == self.low[0] and self.low[1])
        return above and (
            self.high is None or value < self.high[0] or (value == self.high[0] and self.high[1])
        )

    def _currencies_clash(self) -> bool:
        """Every comparison but "is not" holds in its own currency only."""
        found = {
            item.currency
            for leaf in self.leaves
            if leaf.operator is not Operator.IS_NOT
            for item in _items(leaf.operand)
            if isinstance(item, Money)
        }
        return len(found) > 1

    def _days_clash(self) -> bool:
        """Days counted from today among themselves: at least 3 days ahead, at most 2 days ago."""
        relative = _Together([])
        for leaf in self.leaves:
            days = [item.days for item in _items(leaf.operand) if isinstance(item, RelativeDay)]
            if days and len(days) == len(_items(leaf.operand)):
                if leaf.operator in _EQUAL:
                    relative._narrow(Operator.BETWEEN, [min(days), max(days)])
                relative._narrow(leaf.operator, list(days))
        ends = relative.low, relative.high
        if None in ends:
            return False
        low, high = ends
        return bool(low and high) and (low[0] > high[0] or (low[0] == high[0] and not (low[1] and high[1])))  # type: ignore[index]

    def _lists_clash(self) -> bool:
        wanted = _union(leaf for leaf in self.leaves if leaf.operator is Operator.HAS_ALL)
        denied = _union(leaf for leaf in self.leaves if leaf.operator is Operator.HAS_NONE)
        some = [set(_items(leaf.operand)) for leaf in self.leaves if leaf.operator is Operator.HAS_ANY]
        return bool(wanted & denied) or any(each <= denied for each in some)


def _union(leaves: Iterable[Leaf]) -> set[Any]:
    return {item for leaf in leaves for item in _items(leaf.operand)}


def _items(operand: object) -> tuple[Any, ...]:
    if isinstance(operand, tuple) and not isinstance(operand, (Money, Text)):
        return operand
    return () if operand is None else (operand,)


def _plain(item: Any) -> Any:
    """A value that can be put in order with others of its field; None for days that are known only later."""
    if isinstance(item, Money):
        return item.amount
    if isinstance(item, Text):
        return item.norm
    return None if isinstance(item, RelativeDay) else item
