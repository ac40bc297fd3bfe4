"""The one stored form of phones and emails (spec 1.1), from whatever people type."""

from __future__ import annotations

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from crm.contacts.errors import BadContactPoint

MAX_LENGTH = 254


def phone(raw: str, country: str) -> str:
    """The number in E.164; one without a country code is read as of `country` (ISO 3166, two letters).

    Raises BadContactPoint for what no network of the world could call.
    """
    try:
        number = phonenumbers.parse(raw[:100], country.upper())
    except phonenumbers.NumberParseException as error:
        raise _bad_phone(country) from error
    if not phonenumbers.is_valid_number(number):
        raise _bad_phone(country)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def email(raw: str) -> str:
    """The address in lower case without surrounding blanks. Raises BadContactPoint."""
    address = raw.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        message = _("This does not look like an email address. Write it like anna@example.com.")
        raise BadContactPoint(message) from error
    if len(address) > MAX_LENGTH:
        raise BadContactPoint(_("This email address is too long."))
    return address


def shown_phone(value: str) -> str:
    """The stored number as people read it: "+374 91 234567"."""
    try:
        number = phonenumbers.parse(value)
    except phonenumbers.NumberParseException:
        return value
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _bad_phone(country: str) -> BadContactPoint:
    sample = phonenumbers.example_number_for_type(country.upper(), phonenumbers.PhoneNumberType.MOBILE)
    example = (
        phonenumbers.format_number(sample, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
        if sample
        else "+374 77 123456"
    )
    message = _(
        "This is not a phone number that can be called. Write it with the country code, like %(example)s."
    )
    return BadContactPoint(message % {"example": example})
