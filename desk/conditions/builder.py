"""A condition as a form: groups of all, any or none, in them comparisons of field, operator and value (spec 7.4).

The form is flat: every group and comparison has a hidden field "node" of kind, own token and parent's token, in
the order of the page; what else belongs to it carries its token in the name. So a part can be added, changed or
taken away alone, and what is sent is always the whole tree.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from core.conditions import ConditionError, Field, FieldType, Operator, parse
from core.conditions.operators import Shape, shape_of
from core.conditions.parse import MAX_DEPTH
from core.conditions.words import operator_label
from desk.conditions.operands import DATE, NotShown, Typed, from_json, to_json, units_of
from desk.conditions.purposes import Fields, Purpose

MOST_ROWS = 30
MOST_GROUPS = 12
DEEPEST = 4
CURRENCIES = ("AMD", "AZN", "EUR", "GEL", "RUB", "USD")
ROOT = "root"
JOINTS = ("all", "any", "none")


def field_groups(known: Fields) -> list[tuple[str, list[tuple[str, str]]]]:
    """The fields to choose from under the headings of where they come from."""
    headings = {
        "answer.": _("Answers"),
        "custom.": _("Fields"),
        "contact.": _("Contact"),
        "lead.": _("Lead"),
        "talk.": _("Conversation"),
        "booking.": _("Bookings"),
        "quote.": _("Quotes"),
    }
    found: dict[str, list[tuple[str, str]]] = {heading: [] for heading in headings.values()}
    for key, each in known.items():
        prefix = f"{key.split('.')[0]}."
        found.setdefault(headings.get(prefix, _("Other")), []).append((key, str(each.label)))
    return [(heading, choices) for heading, choices in found.items() if choices]


def operators_of(asked: Field) -> list[tuple[str, str]]:
    return [(operator.value, operator_label(asked.type, operator)) for operator in asked.operators]


@dataclass
class Row:
    """One comparison. `values` and `unit` as typed."""

    token: str
    parent: str
    field: Field
    operator: Operator
    typed: Typed
    error: str = ""
    is_group = False

    @property
    def input_type(self) -> str:
        """Which control takes the value: select, checks, number, date or text; empty for none."""
        shape = shape_of(self.operator)
        if shape is Shape.NOTHING:
            return ""
        if self.options:
            return "checks" if shape is Shape.LIST else "select"
        if shape is Shape.LIST:
            return "text"
        if shape is Shape.SPAN or self.field.type in (FieldType.NUMBER, FieldType.DURATION):
            return "number"
        if self.field.type in (FieldType.DATE, FieldType.DATETIME):
            return "date" if self.typed.unit in (DATE, "") else "number"
        return "text"

    @property
    def values(self) -> list[str]:
        """One text for each control."""
        count = 2 if shape_of(self.operator) is Shape.PAIR else 1
        given = list(self.typed.values)
        return (given + [""] * count)[:count]

    @property
    def options(self) -> list[tuple[str, str, bool]]:
        if self.field.type is FieldType.BOOLEAN or shape_of(self.operator) is Shape.FLAG:
            known: Iterable[tuple[str, Any]] = (("yes", _("yes")), ("no", _("no")))
        else:
            known = self.field.options() or ()
        return [(value, str(label), value in self.typed.values) for value, label in known]

    @property
    def units(self) -> list[tuple[str, str, bool]]:
        known = units_of(self.field, self.operator)
        if self.field.type is FieldType.MONEY and shape_of(self.operator) is not Shape.NOTHING:
            known = [(code, code) for code in dict.fromkeys([self.typed.unit, *CURRENCIES]) if code]
        return [(value, label, value == self.typed.unit) for value, label in known]

    @property
    def suffix(self) -> str:
        return _("days") if self.field.type is FieldType.DURATION and self.input_type == "number" else ""

    @property
    def operators(self) -> list[tuple[str, str]]:
        return operators_of(self.field)

    def to_json(self) -> dict[str, Any]:
        leaf: dict[str, Any] = {"field": self.field.key, "op": self.operator.value}
        value = to_json(self.field, self.operator, self.typed)
        return leaf if value is None else {**leaf, "value": value}


@dataclass
class Group:
    """Parts joined by all, any or none."""

    token: str
    parent: str = ""
    joint: str = "all"
    depth: int = 1
    parts: list[Row | Group] = field(default_factory=list)
    error: str = ""
    is_group = True

    @property
    def joints(self) -> list[tuple[str, str, bool]]:
        names = {
            "all": _("all of these hold"),
            "any": _("at least one of these holds"),
            "none": _("none of these holds"),
        }
        return [(key, name, key == self.joint) for key, name in names.items()]

    @property
    def may_nest(self) -> bool:
        return self.depth < DEEPEST

    def rows(self) -> Iterator[Row]:
        for part in self.parts:
            if isinstance(part, Group):
                yield from part.rows()
            else:
                yield part

    def to_json(self) -> Any:
        leaves = [part.to_json() for part in self.parts]
        alone = len(leaves) == 1 and self.joint != "none"
        return leaves[0] if alone else {self.joint: leaves}


class ConditionForm:
    """The tree of a condition. `kept` holds one that the form cannot show: it stands in words and stays as it is. `root`:
    the token of the outermost group, where a page holds several conditions.
    """

    root: Group
    kept: Any

    def __init__(
        self,
        purpose: Purpose,
        *,
        currency: str,
        data: QueryDict | None = None,
        stored: Any = None,
        root: str = ROOT,
    ) -> None:
        self.purpose, self.currency = purpose, currency
        self.known = purpose.fields()
        self.root, self.kept, self.error = Group(root), None, ""
        if data is not None and "node" in data:
            self.root = _Posted(self.known, data, currency, root).tree()
        elif stored is not None:
            self._read_stored(stored)
        else:
            self.root.parts.append(blank_row(self.known, currency, root))

    @property
    def groups(self) -> list[tuple[str, list[tuple[str, str]]]]:
        return field_groups(self.known)

    @property
    def words(self) -> str:
        """The kept condition as a sentence."""
        try:
            return parse(self.kept, self.purpose.subject).describe()
        except ConditionError as error:
            return error.message

    def condition(self) -> Any:
        """The JSON, or None with the errors at their parts."""
        if self.kept is not None:
            return self.kept
        self._mark_empty(self.root)
        for row in self.root.rows():
            row.error = row.error or self._fault(row.to_json())
        if self.error or self._is_faulty(self.root):
            return None
        return self.root.to_json()

    def _mark_empty(self, group: Group) -> None:
        if not group.parts:
            group.error = _("Add at least one condition; without one everybody would be meant.")
        for part in group.parts:
            if isinstance(part, Group):
                self._mark_empty(part)

    def _is_faulty(self, group: Group) -> bool:
        return bool(group.error) or any(
            self._is_faulty(part) if isinstance(part, Group) else bool(part.error) for part in group.parts
        )

    def _fault(self, leaf: Any) -> str:
        try:
            parse(leaf, self.purpose.subject, fields=self.known)
        except ConditionError as error:
            return error.message
        return ""

    def _read_stored(self, stored: Any) -> None:
        try:
            part = self._part(stored, self.root.token, 1)
        except (NotShown, KeyError, ValueError):
            self.kept = stored
            return
        if isinstance(part, Group):
            part.token, part.parent = self.root.token, ""
            for child in part.parts:
                child.parent = part.token
            self.root = part
        else:
            self.root.parts.append(part)

    def _part(self, stored: Any, parent: str, depth: int) -> Row | Group:
        kind = next((name for name in JOINTS if name in stored), "")
        if not kind:
            asked, operator = self.known[stored["field"]], Operator(stored["op"])
            typed = from_json(asked, operator, stored.get("value"))
            return Row(new_token(), parent, asked, operator, typed)
        if depth > MAX_DEPTH:
            raise NotShown
        group = Group(new_token(), parent, kind, depth)
        group.parts = [self._part(each, group.token, depth + 1) for each in stored[kind]]
        return group


class _Posted:
    """The tree as it was sent; what hangs on nothing is left out."""

    def __init__(self, known: Fields, data: QueryDict, currency: str, root: str) -> None:
        self.known, self.data, self.currency = known, data, currency
        self.root = Group(root, joint=self._joint(root))
        self.groups = {root: self.root}
        self.rows = 0

    def tree(self) -> Group:
        for node in dict.fromkeys(self.data.getlist("node")):
            kind, _colon, rest = node.partition(":")
            token, _colon, parent = rest.partition(":")
            above = self.groups.get(parent)
            if above is None or token in self.groups or not is_token(token):
                continue
            if kind == "group" and len(self.groups) <= MOST_GROUPS and above.depth < MAX_DEPTH:
                group = Group(token, parent, self._joint(token), above.depth + 1)
                self.groups[token] = group
                above.parts.append(group)
            elif kind == "row" and self.rows < MOST_ROWS:
                self.rows += 1
                above.parts.append(self._row(token, parent))
        return self.root

    def _joint(self, token: str) -> str:
        asked = self.data.get(f"joint-{token}", "")
        return asked if asked in JOINTS else "all"

    def _row(self, token: str, parent: str) -> Row:
        row = posted_row(self.known, self.data, token, self.currency, parent)
        given = [self.data.get(f"field-{token}"), self.data.get(f"op-{token}")]
        if given != [row.field.key, row.operator.value]:
            row.error = _("This comparison is not there any more. Choose another one.")
        return row


def is_token(text: str) -> bool:
    return text.isalnum() and text.isascii() and len(text) <= 40


def blank_row(known: Fields, currency: str, parent: str) -> Row:
    """A comparison to begin with: an answer, where anything is asked."""
    first = min(known.values(), key=lambda each: not each.key.startswith("answer."))
    return Row(
        new_token(), parent, first, first.operators[0], _beginning(first, first.operators[0], currency)
    )


def posted_row(known: Fields, data: QueryDict, token: str, currency: str, parent: str) -> Row:
    """The row as typed; a field or operator that does not suit becomes the first that does."""
    asked = known.get(data.get(f"field-{token}", "")) or blank_row(known, currency, parent).field
    name = data.get(f"op-{token}", "")
    allowed = [operator for operator, _label in operators_of(asked)]
    operator = Operator(name if name in allowed else allowed[0])
    unit = data.get(f"unit-{token}", "")
    values = tuple(each.strip()[:500] for each in data.getlist(f"value-{token}"))
    fitting = {value for value, _label in units_of(asked, operator)}
    if asked.type is FieldType.MONEY:
        fitting = {unit} if unit.isalpha() and len(unit) == 3 else set()
    kept = Typed(values, unit if unit in fitting else _beginning(asked, operator, currency).unit)
    return Row(token, parent, asked, operator, kept)


def _beginning(asked: Field, operator: Operator, currency: str) -> Typed:
    if asked.type is FieldType.MONEY:
        return Typed(unit=currency or CURRENCIES[0])
    units = units_of(asked, operator)
    return Typed(unit=units[0][0] if units else "")


def new_token() -> str:
    return f"r{secrets.token_hex(4)}"
