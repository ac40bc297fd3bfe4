"""From JSON to a Condition; everything that a person or an API may get wrong is refused with its path."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from core.conditions.condition import Condition
from core.conditions.enums import GroupKind, Operator
from core.conditions.errors import ConditionError
from core.conditions.fields import Field, registry
from core.conditions.nodes import Group, Leaf, Node
from core.conditions.operands import parse_operand

MAX_DEPTH = 6
MAX_LEAVES = 60
_LEAF_KEYS = frozenset({"field", "op", "value"})


def parse(json: object, subject: str, *, fields: Mapping[str, Field] | None = None) -> Condition:
    """The condition that the JSON states about the subject.

    `fields` spares the registry's providers: pass `registry.fields(subject)` kept for the request.
    Raises ConditionError; LookupError for a subject that nobody registered.
    """
    known = registry.fields(subject) if fields is None else fields
    return Condition(subject=subject, root=_Parser(known).node(json, "", depth=1))


@dataclass(slots=True)
class _Parser:
    fields: Mapping[str, Field]
    leaves: int = field(default=0, init=False)

    def node(self, json: object, path: str, depth: int) -> Node:
        if not isinstance(json, Mapping):
            raise ConditionError(path, _("A condition is an object."), "shape")
        if "field" in json or "op" in json:
            return self._leaf(json, path)
        kinds = [kind for kind in GroupKind if kind in json]
        if len(kinds) != 1:
            message = _("A condition is one of all, any, none, or a field with an operator.")
            raise ConditionError(path, message, "shape")
        _only(json, frozenset(kinds), path)
        return self._group(kinds[0], json[kinds[0]], path, depth)

    def _group(self, kind: GroupKind, children: object, path: str, depth: int) -> Group:
        inside = _join(path, kind)
        if not isinstance(children, list):
            raise ConditionError(inside, _("A group is a list of conditions."), "shape")
        if depth > MAX_DEPTH:
            message = _("Groups may be nested %(limit)s deep.") % {"limit": MAX_DEPTH}
            raise ConditionError(inside, message, "too_deep")
        if len(children) > MAX_LEAVES:
            raise _too_many(inside)
        parsed = (self.node(child, f"{inside}[{index}]", depth + 1) for index, child in enumerate(children))
        return Group(kind=kind, children=tuple(parsed), path=path)

    def _leaf(self, json: Mapping[str, object], path: str) -> Leaf:
        self.leaves += 1
        if self.leaves > MAX_LEAVES:
            raise _too_many(path)
        _only(json, _LEAF_KEYS, path)
        asked = self._field(json.get("field"), _join(path, "field"))
        operator = _operator(asked, json.get("op"), _join(path, "op"))
        operand = parse_operand(asked, operator, json.get("value"), _join(path, "value"))
        return Leaf(field=asked, operator=operator, operand=operand, path=path)

    def _field(self, key: object, path: str) -> Field:
        found = self.fields.get(key) if isinstance(key, str) else None
        if found is None:
            message = _("There is no field “%(key)s”.") % {"key": key}
            raise ConditionError(path, message, "unknown_field")
        return found


def _operator(asked: Field, name: object, path: str) -> Operator:
    try:
        operator = Operator(name)  # type: ignore[arg-type]
    except ValueError as error:
        message = _("There is no operator “%(name)s”.") % {"name": name}
        raise ConditionError(path, message, "unknown_operator") from error
    if operator not in asked.operators:
        message = _("The operator “%(name)s” does not suit “%(field)s”.") % {
            "name": name,
            "field": asked.label,
        }
        raise ConditionError(path, message, "operator_type")
    return operator


def _only(json: Mapping[str, object], allowed: frozenset[str], path: str) -> None:
    for key in json:
        if key not in allowed:
            message = _("“%(key)s” does not belong here.") % {"key": key}
            raise ConditionError(_join(path, str(key)), message, "unknown_key")


def _too_many(path: str) -> ConditionError:
    message = _("A condition may have at most %(limit)s parts.") % {"limit": MAX_LEAVES}
    return ConditionError(path, message, "too_many")


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
