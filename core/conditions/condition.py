"""A parsed condition and what can be done with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import translation

from core.conditions import changes, evaluate, explain, sense, sql, words
from core.conditions.canonical import Json
from core.conditions.errors import PythonOnlyCondition
from core.conditions.explain import Explanation
from core.conditions.moment import Moment
from core.conditions.nodes import Leaf, Node, leaves
from core.conditions.operands import operand_json
from core.conditions.operators import Shape, shape_of
from core.conditions.so_far import Asked, holds_so_far, open_leaves

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import Expression, Q


@dataclass(frozen=True, slots=True)
class Condition:
    """Made by `parse`; immutable, so it may be kept and shared between threads."""

    subject: str
    root: Node

    def matches(self, obj: object, at: Moment) -> bool:
        """Whether the object meets the condition as of the moment."""
        return evaluate.holds(self.root, obj, at)

    def so_far(self, obj: object, at: Moment, asked: Asked) -> bool | None:
        """`matches`, or None while a field that can be asked for has no value and decides it."""
        return holds_so_far(self.root, obj, at, asked)

    def still_open(self, obj: object, at: Moment, asked: Asked) -> tuple[str, ...]:
        """Keys of the fields that `so_far` waits for, in the order in which they are written."""
        return tuple(dict.fromkeys(leaf.field.key for leaf in open_leaves(self.root, obj, at, asked)))

    def to_q(self, at: Moment) -> "Q":
        """The same as one Q for the subject's model; safe under ~, exclude() and |.

        Raises PythonOnlyCondition when `python_only`.
        """
        if blocking := self._python_only_keys():
            raise PythonOnlyCondition(blocking)
        return sql.build(self.root, at)

    def explain(self, obj: object, at: Moment, language: str | None = None) -> Explanation:
        """Every part with its actual value and whether it held, in `language` (default: the active one)."""
        with _speaking(language):
            return explain.explain(self.root, obj, at)

    def describe(self, language: str | None = None) -> str:
        """The condition in words of `language` (default: the active one)."""
        with _speaking(language):
            return words.sentence(self.root)

    def next_change(self, obj: object, at: Moment) -> "datetime | None":
        """The first instant after the moment at which passing time may change the answer; None for never."""
        return changes.next_change(self.root, obj, at)

    def next_change_sql(self, at: Moment) -> "Expression | None":
        """The same for all rows: NULL where nothing waits; None when no time can change the answer."""
        return changes.next_change_sql(self.root, at)

    @property
    def timed(self) -> bool:
        """Whether passing time alone may change the answer."""
        return changes.is_timed(self.root)

    @property
    def sense(self) -> sense.Sense:
        """Whether it can hold for nobody, holds for everybody, or may go either way."""
        return sense.sense_of(self.root)

    @property
    def python_only(self) -> bool:
        return bool(self._python_only_keys())

    def fields_used(self) -> frozenset[str]:
        return frozenset(leaf.field.key for leaf in leaves(self.root))

    def to_json(self) -> Json:
        """The canonical JSON; `parse` of it gives an equal condition."""
        return _json(self.root)

    def _python_only_keys(self) -> frozenset[str]:
        return frozenset(leaf.field.key for leaf in leaves(self.root) if sql.is_python_only(leaf))


def _json(node: Node) -> dict[str, Json]:
    if not isinstance(node, Leaf):
        children: list[Json] = [_json(child) for child in node.children]
        return {node.kind.value: children}
    written: dict[str, Json] = {"field": node.field.key, "op": node.operator.value}
    if shape_of(node.operator) is not Shape.NOTHING:
        written["value"] = operand_json(node.operand)
    return written


@contextmanager
def _speaking(language: str | None) -> Iterator[None]:
    if language is None:
        yield
        return
    with translation.override(language):
        yield
