"""What people type into a field, and the value that it means (canonical, core.conditions), in both
directions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from core.conditions import FieldType, Money, Text, dump, load
from core.text import clean
from crm.qualification.errors import BadAnswer

SYMBOLS = {"֏": "AMD", "$": "USD", "€": "EUR", "₽": "RUB", "₼": "AZN", "₾": "GEL", "£": "GBP"}
_THOUSANDS = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?")
_MONEY = re.compile(r"(?P<sign>[֏$€₽₼₾£]?)(?P<amount>-?[\d\s.,]+?)(?P<code>[A-Za-z]{3}|[֏$€₽₼₾£]?)")
_WORDS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "0": False}


def read(kind: FieldType, typed: str, currency: str) -> Any:
    """The canonical value of what was typed; money without a currency is in `currency`. Raises BadAnswer."""
    return dump(kind, _READERS.get(kind, _text)(clean(typed).strip(), currency))


def shown(kind: FieldType, stored: Any) -> str:
    """What to put into the input for a stored value; `read` gives the value back. "" for none."""
    value = load(kind, stored)
    match value:
        case None:
            return ""
        case tuple() if not isinstance(value, Money | Text):
            return ", ".join(value)
        case bool():
            return "true" if value else "false"
        case Money():
            return f"{_plain(value.amount)} {value.currency}"
        case Text():
            return value.raw
        case Decimal():
            return _plain(value)
        case date():
            return value.isoformat()
    return str(value)


def number(typed: str) -> Decimal:
    """ "1,000,000", "1 000 000" and "2,5". Raises BadAnswer."""
    digits = re.sub(r"\s", "", typed)
    digits = digits.replace(",", "") if _THOUSANDS.fullmatch(digits) else digits.replace(",", ".")
    try:
        value = Decimal(digits)
    except InvalidOperation as error:
        raise BadAnswer(_("Write a number, like 250 or 2.5.")) from error
    if not value.is_finite() or abs(value) >= 10**15:
        raise BadAnswer(_("This number is too large."))
    return value


def _money(typed: str, currency: str) -> Money:
    found = _MONEY.fullmatch(typed)
    if not found:
        raise BadAnswer(_("Write an amount, like 500,000 AMD."))
    given = found["sign"] or found["code"]
    return Money(number(found["amount"]), SYMBOLS.get(given, given.upper()) or currency)


def _days(typed: str, currency: str) -> Decimal:
    value = number(typed)
    if value < 0 or value != value.to_integral_value():
        raise BadAnswer(_("Write a whole number of days."))
    return value


def _date(typed: str, currency: str) -> date:
    for pattern in ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y"):
        try:
            return datetime.strptime(typed, pattern).date()  # noqa: DTZ007
        except ValueError:
            continue
    raise BadAnswer(_("Write a date, like 2026-03-31."))


def _yes_or_no(typed: str, currency: str) -> bool:
    if typed.lower() not in _WORDS:
        raise BadAnswer(_("Choose yes or no."))
    return _WORDS[typed.lower()]


def _text(typed: str, currency: str) -> str:
    if not typed:
        raise BadAnswer(_("Write something."))
    return typed[:500]


def _plain(value: Decimal) -> str:
    return f"{value.normalize() + 0:f}"


_READERS: Mapping[FieldType, Callable[[str, str], Any]] = {
    FieldType.NUMBER: lambda typed, currency: number(typed),
    FieldType.MONEY: _money,
    FieldType.DURATION: _days,
    FieldType.DATE: _date,
    FieldType.BOOLEAN: _yes_or_no,
}
