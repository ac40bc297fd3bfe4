"""What the API shows. A shape is declared once: its fields say which columns are selected, how each value is written
as JSON and what the schema tells of it. Rows go from the database into JSON without model instances between.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import Http404
from rest_framework import serializers

from core.api.ids import learn, public_id
from core.keys.scopes import Scope

# A shape may name a field as the framework names something of its own ("source").
_Serializer: Any = serializers.Serializer
_Field: Any = serializers.Field

Column = str | Callable[[str], Any]
"""A path of the ORM, or what makes an expression of the prefix before the row's own columns."""
Write = Callable[..., Any]


def instant(value: datetime | None) -> str | None:
    """ISO 8601 in UTC with a Z."""
    if value is None:
        return None
    text = value.isoformat()
    if not text.endswith("+00:00"):
        text = value.astimezone(UTC).isoformat()
    return f"{text[:-6]}Z"


def money(amount: Decimal | None, currency: str) -> dict[str, str] | None:
    """At least two decimals, never more than are stored (four)."""
    if amount is None:
        return None
    return {"amount": plain_amount(amount), "currency": currency}


def plain_amount(amount: Decimal) -> str:
    text = f"{amount:f}"
    whole, _, part = text.partition(".")
    return f"{whole}.{part.rstrip('0').ljust(2, '0')}"


def text_or_none(value: str | None) -> str | None:
    return value or None


def _uuid(value: UUID | None) -> str | None:
    return None if value is None else str(value)


class Out:
    """A field of a shape. `path` is where its value stands, by default under its own name."""

    write: ClassVar[Write | None] = None

    def __init__(self, path: Column | None = None, **options: Any) -> None:
        self.path = path
        super().__init__(**options)

    def columns(self, name: str) -> tuple[Column, ...]:
        return (self.path or name,)


class Identifier(Out, serializers.UUIDField):
    """The public id of the row itself unless another path is given."""

    write = staticmethod(_uuid)

    def columns(self, name: str) -> tuple[Column, ...]:
        return (self.path or "public_id",)


class Text(Out, serializers.CharField): ...


class Optional(Out, serializers.CharField):
    """A text that is null where nothing is known."""

    write = staticmethod(text_or_none)

    def __init__(self, path: Column | None = None, **options: Any) -> None:
        super().__init__(path, **{"allow_null": True, **options})


class Choice(Out, serializers.ChoiceField):
    """One of the choices, null for none of them."""

    write = staticmethod(text_or_none)


class Whole(Out, serializers.IntegerField): ...


class Flag(Out, serializers.BooleanField): ...


class Instant(Out, serializers.DateTimeField):
    write = staticmethod(instant)


class Texts(Out, serializers.ListField):
    child = serializers.CharField()


class Free(Out, serializers.JSONField):
    """JSON whose form is told in words."""


class Made(Out, _Field):
    """A value made of several columns; `schema` is what the schema says of it."""

    def __init__(
        self, *, of: Sequence[Column], write: Write, schema: Mapping[str, Any], **options: Any
    ) -> None:
        self.of, self.write, self.schema = tuple(of), write, dict(schema)  # type: ignore[misc]
        super().__init__(**options)

    def columns(self, name: str) -> tuple[Column, ...]:
        return self.of


class Amount(Out, _Field):
    """Money of two columns, null where there is no amount."""

    write = staticmethod(money)

    def __init__(self, path: Column | None = None, *, currency: str = "currency", **options: Any) -> None:
        self.currency = currency
        super().__init__(path, **options)

    def columns(self, name: str) -> tuple[Column, ...]:
        return (self.path or name, self.currency)


class Ref(Out, _Field):
    """Another thing by its id; as a whole where `?expand=` asks for it. `path` leads to it."""

    write = staticmethod(_uuid)

    def __init__(self, shape: type[Shape], path: str | None = None, **options: Any) -> None:
        self.shape = shape
        super().__init__(path, **options)

    def way(self, name: str) -> str:
        return f"{self.path or name}__"

    def columns(self, name: str) -> tuple[Column, ...]:
        if self.shape.small is not None:
            return (f"{self.path or name}_id",)
        return (f"{self.way(name)}public_id",)


class Shape(_Serializer):
    """`scope` is needed to see it inside another thing. `version` is the field that If-Match compares, "" for all.

    `small`: the model, where it has few rows; references to it are then told from memory (core.api.ids).
    """

    scope: ClassVar[Scope | None] = None
    small: ClassVar[type[Model] | None] = None
    version: ClassVar[str] = ""

    @classmethod
    def references(cls) -> dict[str, Ref]:
        return {name: each for name, each in _fields(cls) if isinstance(each, Ref)}

    @classmethod
    def list(cls, rows: QuerySet[Any], expand: Collection[str] = ()) -> list[dict[str, Any]]:
        """The rows as JSON, in one statement."""
        plan = plan_of(cls, frozenset(expand))
        return plan.write_all(list(rows.values_list(*plan.columns())))

    @classmethod
    def of(cls, thing: Model) -> dict[str, Any]:
        """A thing that was just written, without asking the database again. Only for shapes without expressions."""
        plan = plan_of(cls)
        row = [_reach(thing, str(path)) for path in plan.selected]
        return plan.write_all([row])[0]

    @classmethod
    def one(cls, rows: QuerySet[Any], expand: Collection[str] = ()) -> dict[str, Any]:
        """The first row. Raises Http404 where there is none."""
        found = cls.list(rows[:1], expand)
        if not found:
            raise Http404
        return found[0]


def _reach(thing: Any, path: str) -> Any:
    """The value at a path of the ORM, from a thing whose relations are known already."""
    for step in path.split("__"):
        if thing is None:
            return None
        thing = getattr(thing, step)
    return thing


@dataclass(frozen=True)
class Plan:
    """What to select for a shape and how to write a row of it.

    `parts`: name, first and last column and writer of each value; `small`: columns that hold keys of a small table.
    """

    selected: tuple[str | tuple[Callable[[str], Any], str], ...]
    parts: tuple[tuple[str, int, int, Write | None], ...]
    small: tuple[tuple[int, type[Model]], ...]

    def columns(self) -> list[Any]:
        return [each if isinstance(each, str) else each[0](each[1]) for each in self.selected]

    def write_all(self, rows: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
        """The rows as JSON; a statement for each small table of which a row is met for the first time."""
        for column, model in self.small:
            learn(model, {row[column] for row in rows})
        return [self.write(row) for row in rows]

    def write(self, row: Sequence[Any]) -> dict[str, Any]:
        shown = {}
        for name, start, end, write in self.parts:
            if write is None:
                shown[name] = row[start]
            elif end == start + 1:
                shown[name] = write(row[start])
            else:
                shown[name] = write(*row[start:end])
        return shown


_plans: dict[tuple[type[Shape], frozenset[str]], Plan] = {}


def plan_of(shape: type[Shape], expand: frozenset[str] = frozenset()) -> Plan:
    """Made once for each shape and what is expanded of it."""
    known = _plans.get((shape, expand))
    if known is None:
        known = _plans[shape, expand] = _plan(shape, expand)
    return known


def _plan(shape: type[Shape], expand: frozenset[str] = frozenset(), prefix: str = "") -> Plan:
    selected: list[str | tuple[Callable[[str], Any], str]] = []
    parts: list[tuple[str, int, int, Write | None]] = []
    small: list[tuple[int, type[Model]]] = []
    for name, each in _fields(shape):
        start = len(selected)
        if isinstance(each, Ref) and name in expand:
            inner = _plan(each.shape, frozenset(), prefix + each.way(name))
            selected += inner.selected
            small += [(start + column, model) for column, model in inner.small]
            parts.append((name, start, len(selected), _whole(inner)))
            continue
        selected += [
            f"{prefix}{column}" if isinstance(column, str) else (column, prefix)
            for column in each.columns(name)
        ]
        write = each.write
        if isinstance(each, Ref) and (model := each.shape.small) is not None:
            small.append((start, model))
            write = partial(public_id, model)
        parts.append((name, start, len(selected), write))
    return Plan(tuple(selected), tuple(parts), tuple(small))


def _whole(inner: Plan) -> Write:
    """The first column of every shape that can be expanded is its id: without one there is nothing."""

    def write(*row: Any) -> dict[str, Any] | None:
        return inner.write(row) if row[0] is not None else None

    return write


def _fields(shape: type[Shape]) -> list[tuple[str, Any]]:
    declared: Mapping[str, Any] = shape._declared_fields
    return list(declared.items())
