"""What a condition says while some answers are still open: yes, no, or not known yet.

A leaf over a field that can still be asked for is open as long as the field has no value; "is set" and "is not set" speak
of that itself and are never open. A group is decided as soon as its known parts decide it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from core.conditions.enums import GroupKind, Operator
from core.conditions.evaluate import leaf_holds
from core.conditions.fields import Field
from core.conditions.moment import Moment
from core.conditions.nodes import Leaf, Node

Asked = Callable[[Field], bool]
_OF_PRESENCE = frozenset({Operator.IS_SET, Operator.IS_NOT_SET})


def holds_so_far(node: Node, obj: object, at: Moment, asked: Asked) -> bool | None:
    if isinstance(node, Leaf):
        value = node.field.value(obj, at)
        if value is None and node.operator not in _OF_PRESENCE and asked(node.field):
            return None
        return leaf_holds(node, value, at)
    return _joined(node.kind, [holds_so_far(child, obj, at, asked) for child in node.children])


def open_leaves(node: Node, obj: object, at: Moment, asked: Asked) -> Iterator[Leaf]:
    """The leaves on which an open answer still hangs, in the order in which they are written."""
    if holds_so_far(node, obj, at, asked) is not None:
        return
    if isinstance(node, Leaf):
        yield node
        return
    for child in node.children:
        yield from open_leaves(child, obj, at, asked)


def _joined(kind: GroupKind, results: Iterable[bool | None]) -> bool | None:
    results = list(results)
    if kind is GroupKind.ALL:
        return False if False in results else None if None in results else True
    some = True if True in results else None if None in results else False
    return some if kind is GroupKind.ANY or some is None else not some
