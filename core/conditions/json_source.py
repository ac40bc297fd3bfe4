"""SQL expressions that read canonical JSON (see `canonical`): typed, NULL for any other shape.

The CASE around each cast is what keeps one malformed row from failing the whole query.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    BooleanField,
    Case,
    DateField,
    DateTimeField,
    DecimalField,
    Expression,
    Field,
    Func,
    JSONField,
    Q,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, NullIf
from django.db.models.lookups import Exact, Regex

from core.conditions.canonical import (
    AMOUNT_PATTERN,
    CURRENCY_PATTERN,
    DATE_PATTERN,
    DATETIME_PATTERN,
)
from core.conditions.enums import FieldType
from core.conditions.fields import MoneyOrm
from core.conditions.moment import Moment


class JsonType(Func):
    function = "jsonb_typeof"
    output_field: ClassVar[Field[Any, Any]] = TextField()


class Numeric(Func):
    """A cast that neither rounds nor overflows, unlike numeric with a precision."""

    template = "(%(expressions)s)::numeric"
    output_field: ClassVar[Field[Any, Any]] = DecimalField(max_digits=40, decimal_places=20)


class OnlyStrings(Func):
    """Whether every element of a JSON array is a string."""

    template = "NOT jsonb_path_exists(%(expressions)s, 'strict $[*] ? (@.type() <> \"string\")')"
    output_field: ClassVar[Field[Any, Any]] = BooleanField()


class StringArray(Func):
    template = "ARRAY(SELECT jsonb_array_elements_text(%(expressions)s))"
    output_field: ClassVar[Field[Any, Any]] = ArrayField(TextField())


Source = Callable[[Moment], Expression]


def json_source(kind: FieldType, column: str, key: str) -> Source | MoneyOrm:
    """The orm of a field whose value lies at `key` of the jsonb `column` (a path from the subject)."""
    if kind is FieldType.MONEY:
        return MoneyOrm(
            amount=lambda _at: _money_part(column, key, Numeric(_text(column, key, "amount"))),
            currency=lambda _at: _money_part(column, key, _text(column, key, "currency")),
        )
    if kind.is_text:
        return lambda _at: _string(column, key, "norm")
    build = _BUILDERS[kind]
    return lambda _at: build(column, key)


def _node(column: str, *keys: str) -> Expression:
    return Func(column, *map(Value, keys), function="jsonb_extract_path", output_field=JSONField())


def _text(column: str, *keys: str) -> Expression:
    return Func(column, *map(Value, keys), function="jsonb_extract_path_text", output_field=TextField())


def _is(node: Expression, json_type: str) -> Exact:
    return Exact(JsonType(node), json_type)


def _matches(text: Expression, pattern: str) -> Regex:
    return Regex(text, f"^(?:{pattern})$")


def _number(column: str, key: str) -> Expression:
    node = _node(column, key)
    return Case(When(_is(node, "number"), then=Numeric(node)))


def _string(column: str, *keys: str) -> Expression:
    filled = NullIf(_text(column, *keys), Value(""), output_field=TextField())
    return Case(When(_is(_node(column, *keys), "string"), then=filled))


def _boolean(column: str, key: str) -> Expression:
    node = _node(column, key)
    return Case(When(_is(node, "boolean"), then=Cast(node, BooleanField())))


def _strings(column: str, key: str) -> Expression:
    node = _node(column, key)
    proper = Case(When(_is(node, "array"), then=OnlyStrings(node)), default=Value(value=False))
    return Case(When(Q(proper), then=StringArray(node)))


def _date(column: str, key: str) -> Expression:
    text = _text(column, key)
    return Case(When(_matches(text, DATE_PATTERN), then=Cast(text, DateField())))


def _datetime(column: str, key: str) -> Expression:
    text = _text(column, key)
    return Case(When(_matches(text, DATETIME_PATTERN), then=Cast(text, DateTimeField())))


def _money_part(column: str, key: str, part: Expression) -> Expression:
    """Amount and currency stand or fall together."""
    amount, currency = _text(column, key, "amount"), _text(column, key, "currency")
    proper = (
        Q(_is(_node(column, key, "amount"), "string"))
        & Q(_matches(amount, AMOUNT_PATTERN))
        & Q(_matches(currency, CURRENCY_PATTERN))
    )
    return Case(When(proper, then=part))


_BUILDERS: dict[FieldType, Callable[[str, str], Expression]] = {
    FieldType.NUMBER: _number,
    FieldType.DURATION: _number,
    FieldType.CHOICE: _string,
    FieldType.MULTICHOICE: _strings,
    FieldType.BOOLEAN: _boolean,
    FieldType.DATE: _date,
    FieldType.DATETIME: _datetime,
}
