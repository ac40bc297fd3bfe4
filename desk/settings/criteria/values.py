"""Values of choices as an admin types them: "7" for days, "500000 AMD" for money, words for a place."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from core.conditions import Money, Text, load
from core.text import normalise
from crm.qualification.answers import FIELD_TYPES, canonical
from crm.qualification.errors import BadAnswer


def as_key(words: str, fallback: str = "") -> str:
    """A key from words in any script: "Ամբողջ տունը" and "Whole home" both become readable Latin."""
    key = slugify(normalise(words)).replace("-", "_")[:40].strip("_")
    return f"_{key}"[:40] if key[:1].isdigit() else key or fallback


def as_text(kind: str, stored: Any) -> str:
    """A canonical value as it is typed."""
    value = load(FIELD_TYPES[kind], stored)
    match value:
        case None:
            return ""
        case Money():
            return f"{_plain(value.amount)} {value.currency}"
        case Text():
            return value.raw
        case Decimal():
            return _plain(value)
    return str(value)


def as_value(kind: str, text: str, *, currency: str) -> Any:
    """What `save_criterion` takes, from what was typed. Raises BadAnswer for an amount that is none."""
    if kind != "money":
        return text
    number, _space, code = text.strip().rpartition(" ")
    if not code.isalpha():
        number, code = text, currency
    try:
        amount = Decimal(number.replace(" ", "").replace("\u00a0", "").replace(",", ""))
    except InvalidOperation as error:
        raise BadAnswer(
            _("Write an amount with its currency, such as 500000 %(currency)s.") % {"currency": currency}
        ) from error
    return canonical(kind, Money(amount, code.upper()))


def _plain(number: Decimal) -> str:
    return f"{number.normalize() + 0:f}"
