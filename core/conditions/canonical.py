"""The one stored form of a typed value in a jsonb column (answers, custom fields), and its reading.

| type                      | JSON                                         | read as      | in SQL         |
|---------------------------|----------------------------------------------|--------------|----------------|
| number, duration (days)   | 7, 2.5: at most 6 decimals and 15 digits     | Decimal      | numeric        |
| money                     | {"amount": "500000.0000", "currency": "AMD"} | Money        | numeric + text |
| choice                    | "repair"                                     | str          | text           |
| multichoice               | ["wood", "glass"], without repeats           | tuple of str | text[]         |
| boolean                   | true                                         | bool         | boolean        |
| date                      | "2025-03-01"                                 | date         | date           |
| datetime                  | "2025-03-01T09:30:00Z", optional 6 decimals  | datetime     | timestamptz    |
| text, place, phone, email | {"raw": "Երևան", "norm": "erevan"}           | Text         | text ("norm")  |

Numbers stay within 15 digits because a double carries 15 exactly: Python's json gives floats where
PostgreSQL keeps decimals. Money needs up to 20 digits, hence its amount is a string of fixed scale.
JSON of any other shape reads as missing, in Python as in SQL: a criterion whose type was changed
must not break the query over all leads.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, NamedTuple, TypeAlias

from core.conditions.enums import FieldType
from core.text import normalise


class Money(NamedTuple):
    amount: Decimal
    currency: str


class Text(NamedTuple):
    """`norm` is what is compared, `raw` what is shown."""

    norm: str
    raw: str


Value: TypeAlias = Decimal | Money | Text | str | bool | date | datetime | tuple[str, ...]
Json: TypeAlias = bool | int | float | str | list[Any] | dict[str, Any] | None

MONEY_LIMIT = Decimal(10) ** 16
_LEAP = "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)"
_MONTHS_DAYS = (
    "(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    "|02-(?:0[1-9]|1[0-9]|2[0-8]))"
)
# Python and PostgreSQL both read these, so that a cast in SQL never meets a day that does not exist.
DATE_PATTERN = f"(?!0000)(?:[0-9]{{4}}-{_MONTHS_DAYS}|{_LEAP}-02-29)"
TIME_PATTERN = "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:[.][0-9]{6})?Z"
DATETIME_PATTERN = f"{DATE_PATTERN}T{TIME_PATTERN}"
AMOUNT_PATTERN = "-?[0-9]{1,16}[.][0-9]{4}"
CURRENCY_PATTERN = "[A-Z]{3}"

_DATE = re.compile(DATE_PATTERN)
_DATETIME = re.compile(DATETIME_PATTERN)
_AMOUNT = re.compile(AMOUNT_PATTERN)
_CURRENCY = re.compile(CURRENCY_PATTERN)


def phone_form(raw: str) -> str:
    """Digits and a leading plus: the stored form of numbers in E.164."""
    digits = "".join(character for character in raw if character.isascii() and character.isdigit())
    return f"+{digits}" if digits and raw.lstrip().startswith("+") else digits


def email_form(raw: str) -> str:
    return raw.strip().casefold()


_FORMS: Mapping[FieldType, Callable[[str], str]] = {
    FieldType.TEXT: normalise,
    FieldType.PLACE: normalise,
    FieldType.PHONE: phone_form,
    FieldType.EMAIL: email_form,
}


def text(kind: FieldType, raw: str) -> Text:
    """The value of a text type from what somebody typed; `norm` may be empty (" ")."""
    return Text(norm=_FORMS[kind](raw), raw=raw)


def number(value: object) -> Decimal:
    """A finite number rounded to 6 decimals. ValueError: not a number, or more than 15 digits."""
    exact = _decimal(value)
    if not exact.is_finite() or abs(exact) >= Decimal(10) ** 15:
        raise ValueError("number out of range")
    rounded = exact.quantize(Decimal("0.000001"), rounding=ROUND_HALF_UP).normalize() + 0
    digits, exponent = rounded.as_tuple().digits, int(rounded.as_tuple().exponent)
    if len(digits) + max(exponent, 0) > 15:
        raise ValueError("number has more than 15 digits")
    return rounded


def money(amount: object, currency: object) -> Money:
    """Four decimals, half up. ValueError: not an amount, 17 digits before the point, no ISO code."""
    if not (isinstance(currency, str) and _CURRENCY.fullmatch(currency)):
        raise ValueError("currency must be a three-letter code")
    exact = _decimal(amount)
    if not exact.is_finite() or abs(exact) >= MONEY_LIMIT:
        raise ValueError("amount out of range")
    rounded = exact.quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP)
    if abs(rounded) >= MONEY_LIMIT:
        raise ValueError("amount out of range")
    return Money(rounded + 0, currency)


def _decimal(value: object) -> Decimal:
    match value:
        case bool():
            pass
        case int() | Decimal():
            return Decimal(value)
        case float():
            return Decimal(repr(value))
        case str():
            try:
                return Decimal(value)
            except InvalidOperation as error:
                raise ValueError("not a number") from error
    raise ValueError("not a number")


def dump(kind: FieldType, value: object) -> Json:
    """The JSON to store for a value of the type: raw str for text types, Money for money.

    Raises ValueError when the value is not of the type or too large to be stored exactly.
    """
    match kind, value:
        case ((FieldType.NUMBER | FieldType.DURATION), _):
            return number_json(number(value))
        case FieldType.MONEY, Money(amount, currency):
            return money_json(money(amount, currency))
        case FieldType.BOOLEAN, bool(flag):
            return flag
        case FieldType.CHOICE, str(option) if option:
            return option
        case FieldType.MULTICHOICE, (list() | tuple()) if all(isinstance(item, str) for item in value):
            return list(dict.fromkeys(value))
        case FieldType.DATETIME, datetime() if value.tzinfo is not None:
            return datetime_json(value)
        case FieldType.DATE, date() if not isinstance(value, datetime):
            return value.isoformat()
        case _, str() if kind.is_text:
            form = text(kind, value)
            return {"raw": form.raw, "norm": form.norm}
    raise ValueError(f"not a value of type {kind}: {value!r}")


def load(kind: FieldType, stored: object) -> Value | None:
    """Read back what `dump` wrote; None for null and for every other shape. Never raises."""
    match kind, stored:
        case ((FieldType.NUMBER | FieldType.DURATION), (int() | float())) if not isinstance(stored, bool):
            return Decimal(repr(stored) if isinstance(stored, float) else stored)
        case FieldType.MONEY, {"amount": str(amount), "currency": str(currency)}:
            whole = _AMOUNT.fullmatch(amount) and _CURRENCY.fullmatch(currency)
            return Money(Decimal(amount), currency) if whole else None
        case FieldType.CHOICE, str():
            return stored or None
        case FieldType.MULTICHOICE, list() if all(isinstance(item, str) for item in stored):
            return tuple(stored)
        case FieldType.BOOLEAN, bool():
            return stored
        case FieldType.DATE, str() if _DATE.fullmatch(stored):
            return date.fromisoformat(stored)
        case FieldType.DATETIME, str() if _DATETIME.fullmatch(stored):
            return datetime.fromisoformat(stored)
        case _, {"norm": str(norm), "raw": str(raw)} if kind.is_text and norm:
            return Text(norm=norm, raw=raw)
        case _, {"norm": str(norm)} if kind.is_text and norm:
            return Text(norm=norm, raw=norm)
    return None


def number_json(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def money_json(value: Money) -> dict[str, Any]:
    return {"amount": f"{value.amount:.4f}", "currency": value.currency}


def datetime_json(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
