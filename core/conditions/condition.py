"""A parsed condition and what can be done with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import translation

from core.conditions import evaluate, explain, sql, words
from core.conditions.canonical import Json
from core.conditions.errors import PythonOnlyCondition
from core.conditions.explain import Explanation
from core.conditions.moment import Moment
from core.conditions.nodes import Leaf, Node, leaves
from core.conditions.operands import operand_json
from core.conditions.operators import Shape, shape_of

if TYPE_CHECKING:
    from django.db.models import Q


@dataclass(frozen=True, slots=True)
class Condition:
    """Made by `parse`; immutable, so it may be kept and shared between threads."""

    subject: str
    root: Node

    def matches(self, obj: object, at: Moment) -> bool:
        """Whether the object meets the condition as of the moment."""
        return evaluate.holds(self.root, obj, at)

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
