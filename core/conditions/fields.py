"""What a condition may ask about a subject: typed fields, declared once, by the room that owns the data."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from core.conditions.canonical import Money, Text, Value
from core.conditions.enums import FieldType, Operator
from core.conditions.errors import DuplicateFieldError
from core.conditions.moment import Moment
from core.conditions.operators import OPERATORS

if TYPE_CHECKING:
    from django.db.models.expressions import Combinable
    from django.utils.functional import _StrOrPromise as StrOrPromise

    Orm: TypeAlias = str | Callable[[Moment], Combinable]

Choices: TypeAlias = "Sequence[tuple[str, StrOrPromise]]"
Getter: TypeAlias = Callable[[Any, Moment], object]


@dataclass(frozen=True, slots=True)
class MoneyOrm:
    """The two columns or expressions of a money field."""

    amount: "Orm"
    currency: "Orm"


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Field:
    """One question that a condition may ask.

    `getter` returns the value as Python has it (Decimal, int, float; Money; str; list or tuple of str;
    bool; date; aware datetime; for text types the stored normalised str, or Text), None or "" where
    there is none. `orm` names the same value for SQL: a path, or a builder of an expression with an
    output field; a text field names its normalised column, a multichoice field an array of text.
    Without it the field is Python-only, save `of_moment` fields: they read only the Moment (their
    getter takes None for the object) and become constants in SQL.
    `choices` may be a callable, read at each parse and at each wording; None allows any string.
    A `fleeting` field changes without a word to anybody: good for lists that are read now, not for scores that are kept.
    """

    key: str
    type: FieldType
    label: "StrOrPromise"
    subjects: tuple[str, ...]
    getter: Getter
    orm: "Orm | MoneyOrm | None" = None
    choices: "Choices | Callable[[], Choices] | None" = None
    operators: tuple[Operator, ...] = ()
    of_moment: bool = False
    fleeting: bool = False

    def __post_init__(self) -> None:
        if not self.operators:
            object.__setattr__(self, "operators", OPERATORS[self.type])
        if unknown := set(self.operators) - set(OPERATORS[self.type]):
            raise ValueError(f"field {self.key!r}: {sorted(unknown)} do not suit {self.type}")
        if (self.type is FieldType.MONEY) != isinstance(self.orm, MoneyOrm) and self.orm is not None:
            raise ValueError(f"field {self.key!r}: MoneyOrm belongs to money and only to money")

    def __repr__(self) -> str:
        return f"<Field {self.key}: {self.type}>"

    def value(self, obj: object, at: Moment) -> Value | None:
        """The typed value, None where there is none. TypeError when the getter breaks its contract."""
        got = self.getter(obj, at)
        if got is None or got == "":
            return None
        value = _typed(self.type, got)
        if value is None:
            raise TypeError(f"field {self.key!r} of type {self.type} got {got!r}")
        return value

    def options(self) -> "Choices | None":
        return self.choices() if callable(self.choices) else self.choices


def _typed(kind: FieldType, got: object) -> Value | None:
    if kind.is_text:
        return Text(norm=got, raw=got) if isinstance(got, str) else got if isinstance(got, Text) else None
    match kind, got:
        case ((FieldType.NUMBER | FieldType.DURATION), (int() | float())) if not isinstance(got, bool):
            return Decimal(repr(got) if isinstance(got, float) else got)
        case FieldType.MULTICHOICE, (list() | tuple()):
            return tuple(got)
        case FieldType.DATE, datetime():
            return None
        case FieldType.DATETIME, datetime() if got.tzinfo is None:
            return None
    return cast("Value", got) if isinstance(got, _NATIVE.get(kind, ())) else None


_NATIVE: Mapping[FieldType, type] = {
    FieldType.NUMBER: Decimal,
    FieldType.DURATION: Decimal,
    FieldType.MONEY: Money,
    FieldType.CHOICE: str,
    FieldType.BOOLEAN: bool,
    FieldType.DATE: date,
    FieldType.DATETIME: datetime,
}
Provider: TypeAlias = Callable[[], Iterable[Field]]


class FieldRegistry:
    """Fields per subject: static ones, and those that a provider reads when asked (one per criterion)."""

    def __init__(self) -> None:
        self._fields: dict[str, dict[str, Field]] = {}
        self._providers: dict[str, list[Provider]] = {}

    def register(self, *fields: Field) -> None:
        """Declare for each of the fields' subjects. Raises DuplicateFieldError."""
        for field in fields:
            for subject in field.subjects:
                _put(self._fields.setdefault(subject, {}), subject, field)

    def provide(self, subject: str, provider: Provider) -> None:
        """`provider()` returns the fields of the subject that exist at the time of the call."""
        self._providers.setdefault(subject, []).append(provider)

    def fields(self, subject: str) -> Mapping[str, Field]:
        """All fields of the subject by key: runs the providers, so keep it for the length of a request.

        Raises LookupError for an unknown subject and DuplicateFieldError when a provider repeats a key.
        """
        if subject not in self._fields and subject not in self._providers:
            raise LookupError(f"no fields for subject {subject!r}")
        found = dict(self._fields.get(subject, {}))
        for provider in self._providers.get(subject, ()):
            for field in provider():
                _put(found, subject, field)
        return found


def _put(fields: dict[str, Field], subject: str, field: Field) -> None:
    if field.key in fields:
        raise DuplicateFieldError(subject, field.key)
    fields[field.key] = field


registry = FieldRegistry()
