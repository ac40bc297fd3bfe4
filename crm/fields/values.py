"""Values of custom fields: their canonical form per kind (core.conditions), and what people type for them. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

from core.conditions import FieldType, dump, load
from core.conditions.canonical import money
from core.text import clean
from crm.contacts import points
from crm.contacts.errors import BadContactPoint
from crm.fields.errors import BadValue
from crm.qualification import entry
from crm.qualification.answers import plain, same
from crm.qualification.errors import BadAnswer

FIELD_TYPES: Mapping[str, FieldType] = {
    "text": FieldType.TEXT,
    "number": FieldType.NUMBER,
    "money": FieldType.MONEY,
    "date": FieldType.DATE,
    "yes_no": FieldType.BOOLEAN,
    "choice": FieldType.CHOICE,
    "choices": FieldType.MULTICHOICE,
    "link": FieldType.TEXT,
    "phone": FieldType.PHONE,
    "email": FieldType.EMAIL,
}
LONGEST = 2000
_is_link = URLValidator(schemes=["http", "https"])

__all__ = ["FIELD_TYPES", "LONGEST", "canonical", "differing", "merged", "plain", "read", "same", "typed"]


def canonical(kind: str, value: Any, choices: Collection[str] = (), *, country: str = "") -> Any:
    """The JSON to store for what a program, a form or the store itself gives; None for nothing (None, "", []).

    Phones without a country code are read as of `country`. Raises BadValue where it does not suit the kind.
    """
    if isinstance(value, Mapping) and "raw" in value:
        value = value["raw"]
    if isinstance(value, str):
        value = clean(value).strip()
    if value is None or value in ("", [], ()):
        return None
    field_type = FIELD_TYPES[kind]
    if field_type.is_text:
        value = _text(kind, value, country)
    elif field_type is FieldType.MONEY and isinstance(value, Mapping):
        value = _money(value)
    try:
        loaded = None if field_type.is_text else load(field_type, value)
        stored = dump(field_type, value if loaded is None else loaded)
    except ValueError as error:
        raise BadValue(_expected(field_type)) from error
    return _chosen(field_type, stored, choices)


def read(kind: str, given: str, currency: str) -> Any:
    """What somebody typed, as `canonical` takes it; money without a currency is in `currency`. Raises BadValue."""
    field_type = FIELD_TYPES[kind]
    given = clean(given).strip()
    if not given or field_type.is_text or field_type is FieldType.CHOICE:
        return given
    try:
        return entry.read(field_type, given, currency)
    except BadAnswer as error:
        raise BadValue(str(error)) from error


def typed(kind: str, stored: Any) -> str:
    """What to put into the input for a stored value; `read` gives the value back. "" for none."""
    return entry.shown(FIELD_TYPES[kind], stored)


def merged(before: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The column with canonical changes in it; None takes a value away, and a value that says the same stays."""
    values = dict(before)
    for key, value in changes.items():
        if value is None:
            values.pop(key, None)
        elif key not in values or not same(values[key], value):
            values[key] = value
    return values


def _expected(field_type: FieldType) -> str:
    sentences = {
        FieldType.NUMBER: _("Write a number, like 250 or 2.5."),
        FieldType.MONEY: _("Write an amount, like 500,000 AMD."),
        FieldType.DATE: _("Write a date, like 2026-03-31."),
        FieldType.BOOLEAN: _("Choose yes or no."),
    }
    return sentences.get(field_type, _("Choose one of the options."))


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Keys whose values are not the same, in order."""
    return sorted(key for key in {*before, *after} if before.get(key) != after.get(key))


def _text(kind: str, value: Any, country: str) -> str:
    if not isinstance(value, str):
        raise BadValue(_("Write a text."))
    if len(value) > LONGEST:
        raise BadValue(_("This text is too long."))
    try:
        if kind == "phone":
            return points.phone(value, "" if value.startswith("+") else country)
        if kind == "email":
            return points.email(value)
    except BadContactPoint as error:
        raise BadValue(str(error)) from error
    if kind == "link":
        return _link(value)
    return value


def _link(value: str) -> str:
    address = value if "://" in value else f"https://{value}"
    try:
        _is_link(address)
    except ValidationError as error:
        raise BadValue(_("This does not look like a link. Write it like https://example.com.")) from error
    return address


def _money(value: Mapping[str, Any]) -> Any:
    try:
        return money(value.get("amount"), value.get("currency"))
    except ValueError as error:
        raise BadValue(_("Write an amount, like 500,000 AMD.")) from error


def _chosen(field_type: FieldType, stored: Any, choices: Collection[str]) -> Any:
    asked = stored if field_type is FieldType.MULTICHOICE else [stored]
    if field_type in (FieldType.CHOICE, FieldType.MULTICHOICE):
        unknown = next((each for each in asked if each not in choices), None)
        if unknown is not None:
            raise BadValue(_("“%(value)s” is not among the choices.") % {"value": unknown})
    return stored
