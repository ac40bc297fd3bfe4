"""Strict filters: `?field=value` and `?field__op=value`. What is not declared is refused with what is (spec 14.1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.dateparse import parse_datetime

from core.api.problems import Fault
from core.text import clean, normalise

MOST_VALUES = 100
MAX_BIGINT = 2**63 - 1


class BadValue(ValueError):
    """`str()` says what is taken instead."""


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise BadValue("an id, like 018f2b6e-5f6d-7c3a-9d2e-3f1a5b7c9d0e") from error


def _whole(text: str) -> int:
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 20 and abs(int(text)) <= MAX_BIGINT):
        raise BadValue("a whole number")
    return int(text)


def _decimal(text: str) -> Decimal:
    try:
        value = Decimal(text) if len(text) <= 30 else None
    except InvalidOperation:
        value = None
    if value is None or not value.is_finite() or abs(value) >= 10**16:
        raise BadValue("a number, like 250000 or 99.50")
    return value


def _instant(text: str) -> datetime:
    try:
        # A plus sign in an address means a blank.
        found = parse_datetime(text.replace(" ", "+"))
        if found is not None and found.tzinfo is not None:
            return found.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise BadValue("a time with its offset, like 2026-03-02T09:30:00Z")


def _flag(text: str) -> bool:
    if text not in ("true", "false"):
        raise BadValue("true or false")
    return text == "true"


def _text(text: str) -> str:
    if not text or clean(text) != text:
        raise BadValue("a text")
    return text


@dataclass(frozen=True)
class Kind:
    """How a value is read, which operators go with it, and its schema."""

    read: Callable[[str], Any]
    ops: tuple[str, ...]
    schema: Mapping[str, Any]


IDS = Kind(_uuid, ("eq", "in"), {"type": "string", "format": "uuid"})
WHOLE = Kind(_whole, ("eq", "in", "gt", "gte", "lt", "lte"), {"type": "integer", "format": "int64"})
NUMBER = Kind(_decimal, ("eq", "gt", "gte", "lt", "lte"), {"type": "number"})
TIME = Kind(_instant, ("gt", "gte", "lt", "lte"), {"type": "string", "format": "date-time"})
FLAG = Kind(_flag, ("eq",), {"type": "boolean"})
TEXT = Kind(_text, ("eq", "in"), {"type": "string"})
WORDS = Kind(_text, ("contains",), {"type": "string"})
"""Compared in the one form of `core.text.normalise`; the path is a column that holds it."""


@dataclass(frozen=True)
class Filter:
    """`path` is the column, by default `name`. `where` makes the condition of one value in its own way."""

    name: str
    kind: Kind
    path: str = ""
    choices: tuple[str, ...] = ()
    nullable: bool = False
    where: Callable[[Any], Q] | None = None
    about: str = ""
    ops: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        known = ("eq",) if self.where and self.kind is not WORDS else self.kind.ops
        object.__setattr__(self, "ops", (*known, "isnull") if self.nullable else known)

    def parameters(self) -> Mapping[str, str]:
        """Names in the address with their operators; eq goes without its name."""
        return {self.name if op == "eq" else f"{self.name}__{op}": op for op in self.ops}

    def condition(self, op: str, text: str) -> Q:
        """Raises BadValue."""
        path = self.path or self.name
        if op == "isnull":
            return Q(**{f"{path}__isnull": _flag(text)})
        if op == "in":
            values = text.split(",")
            if len(values) > MOST_VALUES:
                raise BadValue(f"at most {MOST_VALUES} values")
            return Q(**{f"{path}__in": [self._read(each) for each in values]})
        value = self._read(text)
        if self.where:
            return self.where(value)
        if op == "contains":
            return Q(**{f"{path}__contains": normalise(value)})
        return Q(**{path if op == "eq" else f"{path}__{op}": value})

    def _read(self, text: str) -> Any:
        value = self.kind.read(text)
        if self.choices and value not in self.choices:
            raise BadValue(f"one of {', '.join(self.choices)}")
        return value


def conditions(filters: Sequence[Filter], given: Mapping[str, str], faults: list[Fault]) -> list[Q]:
    """What the parameters ask for; faults of values are added to `faults`."""
    known = {name: (each, op) for each in filters for name, op in each.parameters().items()}
    found = []
    for name, text in given.items():
        if name not in known:
            continue
        each, op = known[name]
        try:
            found.append(each.condition(op, text))
        except BadValue as error:
            faults.append(Fault(f"?{name}", "bad_value", f"Not a value for this filter. Write {error}."))
    return found
