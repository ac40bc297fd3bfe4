"""What the API takes. Strict: a field that is not known, or of another type, is refused and named."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from core.languages import Language
from core.text import clean

_Serializer: Any = (
    serializers.Serializer
)  # a draft may name a field as the framework names something of its own
MAX_WHOLE = 2**31 - 1


class Draft(_Serializer):
    """`validated_data` holds what was sent, so that what was left out stays as it is."""

    def to_internal_value(self, data: Any) -> Any:
        names = data if isinstance(data, Mapping) else ()
        if unknown := [str(name) for name in names if name not in self.fields]:
            fault = ErrorDetail(
                f"There is no such field. Allowed: {', '.join(self.fields)}.", "unknown_field"
            )
            raise ValidationError({name: [fault] for name in unknown})
        return super().to_internal_value(data)


@cache
def prototype(draft: type[Draft]) -> Any:
    """One instance for the life of the process: copying all fields for every body costs more than reading it.

    `prototype(draft).run_validation(body)` keeps no state.
    """
    return draft()


class Words(serializers.CharField):
    """A text; numbers and the like are not taken for one. What cannot be stored is taken out."""

    default_error_messages = {"not_text": "Not a text."}

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("not_text")
        return clean(super().to_internal_value(data))

    def run_validation(self, data: Any = serializers.empty) -> Any:
        if isinstance(data, str):
            data = clean(data)
        return super().run_validation(data)


class Whole(serializers.IntegerField):
    default_error_messages = {"not_whole": "Not a whole number."}

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"min_value": 0, "max_value": MAX_WHOLE, **options})

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("not_whole")
        return super().to_internal_value(data)


class YesNo(serializers.BooleanField):
    """JSON true or false and nothing that looks like it."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class OneOf(serializers.ChoiceField):
    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid_choice", input=data)
        return super().to_internal_value(data)


class Reference(serializers.UUIDField):
    """The public id of another thing."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


class When(serializers.DateTimeField):
    """ISO 8601 with its offset; a time without one belongs to no place."""

    default_error_messages = {"no_offset": "Write the time with its offset, like 2026-03-02T09:30:00Z."}

    def to_internal_value(self, value: Any) -> Any:
        try:
            found = parse_datetime(value) if isinstance(value, str) else None
        except ValueError:
            found = None
        if found is None or timezone.is_naive(found):
            self.fail("no_offset")
        try:
            return found.astimezone(UTC)
        except OverflowError:
            self.fail("no_offset")


class Zone(Words):
    """An IANA name."""

    default_error_messages = {"no_zone": "Not a time zone. Write an IANA name, like Asia/Yerevan."}

    def to_internal_value(self, data: Any) -> str:
        name = super().to_internal_value(data)
        if name not in available_timezones():
            self.fail("no_zone")
        return name


class Tags(serializers.ListField):
    child = Words(max_length=50)

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": 50, **options})

    def to_internal_value(self, data: Any) -> list[str]:
        if not isinstance(data, list):
            self.fail("not_a_list", input_type=type(data).__name__)
        return list(dict.fromkeys(super().to_internal_value(data)))


class List(serializers.ListField):
    """A JSON list; a text is none."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, list):
            self.fail("not_a_list", input_type=type(data).__name__)
        return super().to_internal_value(data)


class ByLanguage(serializers.DictField):
    """A text for each language of the product; those that are left out are not known."""

    child = Words(max_length=2000, allow_blank=True)
    default_error_messages = {"no_language": "The languages are {languages}."}

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping) and set(data) - set(Language.values):
            self.fail("no_language", languages=", ".join(Language.values))
        return super().to_internal_value(data)


class Money(serializers.Field[Any, Any, Any, Any]):
    """{"amount": "123.45", "currency": "AMD"}: the amount as a text, with 16 digits and 4 decimals at most."""

    default_error_messages = {
        "not_money": 'Write {{"amount": "123.45", "currency": "AMD"}}: the amount as a text, not below zero, '
        "with 16 digits and 4 decimals at most.",
    }

    def to_internal_value(self, data: Any) -> tuple[Decimal, str]:
        if not isinstance(data, dict) or set(data) != {"amount", "currency"}:
            self.fail("not_money")
        amount, currency = data["amount"], data["currency"]
        if not (
            isinstance(currency, str) and len(currency) == 3 and currency.isascii() and currency.isupper()
        ):
            self.fail("not_money")
        return _amount(self, amount), currency


def _amount(field: Money, text: Any) -> Decimal:
    plain = (
        isinstance(text, str) and len(text) <= 24 and text.isascii() and text.replace(".", "", 1).isdigit()
    )
    try:
        value = Decimal(text) if plain else None
    except InvalidOperation:
        value = None
    if value is None or value >= 10**16 or -int(value.as_tuple().exponent) > 4:
        field.fail("not_money")
    assert value is not None
    return value


def language(**options: Any) -> OneOf:
    return OneOf(choices=Language.choices, **options)
