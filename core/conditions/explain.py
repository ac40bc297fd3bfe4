"""Why a condition held or did not: each part with its words, its actual value and its outcome."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.conditions.canonical import Value
from core.conditions.evaluate import group_holds, leaf_holds
from core.conditions.moment import Moment
from core.conditions.nodes import Leaf, Node
from core.conditions.words import GROUP_LABELS, sentence, value_text


@dataclass(frozen=True, slots=True)
class Explanation:
    """One part of a condition for one object, in words of the language that was asked for.

    A leaf has `field`, `actual` (the typed value, None where there is none) and `actual_text`; a group
    has `children`, all of them evaluated.
    """

    path: str
    description: str
    held: bool
    field: str | None = None
    actual: Value | None = None
    actual_text: str = ""
    children: tuple["Explanation", ...] = ()

    def leaves(self) -> tuple["Explanation", ...]:
        if self.field is not None:
            return (self,)
        return tuple(leaf for child in self.children for leaf in child.leaves())

    def to_json(self) -> Mapping[str, Any]:
        """For the API: the typed value stays out, its words are in."""
        common = {"path": self.path, "description": self.description, "held": self.held}
        if self.field is not None:
            return common | {"field": self.field, "actual": self.actual_text}
        return common | {"children": [child.to_json() for child in self.children]}


def explain(node: Node, obj: object, at: Moment) -> Explanation:
    if isinstance(node, Leaf):
        value = node.field.value(obj, at)
        return Explanation(
            path=node.path,
            description=sentence(node),
            held=leaf_holds(node, value, at),
            field=node.field.key,
            actual=value,
            actual_text=value_text(node.field, value, at.zone),
        )
    children = tuple(explain(child, obj, at) for child in node.children)
    return Explanation(
        path=node.path,
        description=str(GROUP_LABELS[node.kind]),
        held=group_holds(node.kind, [child.held for child in children]),
        children=children,
    )
