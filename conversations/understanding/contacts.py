"""Phones, emails and order numbers in a message."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from conversations.understanding.types import Entity, EntityType
from core.text import skeleton

_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w.,@#№-])(?:\+|\(|00)?\(?\d(?:[\s().-]{0,2}\d){6,14}(?!\w*@|\d)")
_LOCAL_START = re.compile(r"\D*(?:0|8|7|\+)")
_ORDER = re.compile(
    r"""
    (?P<mark>[#№]\s?|\b(?i:no)\.?\s?)?
    (?<![\w.,])
    (?P<number>[A-Za-zА-Я]{1,4}-?\d{3,10}(?:-\d{1,6})?|\d{3,10}(?:-\d{3,6})?)
    (?![.,]?\d|[A-Za-z%$€])
    """,
    re.VERBOSE,
)
_CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZАБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЭЮЯ"
# Keys of words (core.text.skeleton): the strong ones name an order, the others only a number of something.
_ORDER_STEMS = "order|ticket|tiket|zakaz|patver|sifaris|trek|track|posilk|posilok|baglama"
_NUMBER_STEMS = (
    "parcel|packag|invois|invoice|case|repair|remont|kvitanci|nakladn|nomer|numb|xamar|kod|code|nomre"
)
_STRONG_ORDER_WORD = re.compile(rf"\b(?:{_ORDER_STEMS})\w*")
_ORDER_WORD = re.compile(rf"\b(?:{_ORDER_STEMS}|{_NUMBER_STEMS})\w*")
_FALLBACK_REGIONS = ("AM", "AZ", "RU", "US")
_NEAR = 24


def find_emails(text: str) -> Iterator[tuple[Entity, tuple[int, int]]]:
    """Yield the emails with their spans."""
    for match in _EMAIL.finditer(text):
        address = match.group().strip(".")
        yield Entity(EntityType.EMAIL, address.lower(), match.group()), match.span()


def find_phones(text: str, *, country: str) -> Iterator[tuple[Entity, tuple[int, int]]]:
    """Yield the phones as E.164 with their spans; national ones are read as of `country` first."""
    for match in _PHONE.finditer(text):
        number = e164(match.group(), country=country)
        if number is not None:
            yield Entity(EntityType.PHONE, number, match.group().strip()), match.span()


@lru_cache(maxsize=2_000)
def e164(raw: str, *, country: str) -> str | None:
    """Return the phone in E.164, or None when no known numbering plan has it."""
    digits = sum(character.isdecimal() for character in raw)
    national = _LOCAL_START.match(raw) is not None or digits == 10
    if not national and not re.search(r"\d[\s().-]+\d", raw):
        return None
    regions = (country, *_FALLBACK_REGIONS) if national else (country,)
    for region in regions:
        try:
            number = phonenumbers.parse(raw, region or None)
        except NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return None


def find_order_numbers(
    text: str, taken: Sequence[tuple[int, int]], *, about_order: bool
) -> Iterator[tuple[Entity, tuple[int, int]]]:
    """Yield the order numbers with their spans, outside what is `taken` by phones, money and counts.

    Letters with figures ("PO-5521") or a sign ("№ 55120") are enough; bare figures need a word like "order" near
    or a message that is about an order.
    """
    for match in _ORDER.finditer(text):
        start, end = match.span("number")
        if any(start < right and left < end for left, right in taken):
            continue
        number = match.group("number")
        if _is_order_number(
            text, number, start, end, marked=bool(match.group("mark")), about_order=about_order
        ):
            yield Entity(EntityType.ORDER_NUMBER, number.upper(), number), (start, end)


def _is_order_number(
    text: str, number: str, start: int, end: int, *, marked: bool, about_order: bool
) -> bool:
    figures = sum(character.isdecimal() for character in number)
    near = skeleton(text[max(0, start - _NEAR) : start]) + " | " + skeleton(text[end : end + _NEAR])
    if not number[0].isdecimal():
        lettered = number[: len(number) - len(number.lstrip(_CAPITALS))]
        return bool(lettered) and (figures >= 4 or "-" in number or bool(_ORDER_WORD.search(near)))
    if marked and figures >= 3:
        return True
    if figures >= 4 and _STRONG_ORDER_WORD.search(near):
        return True
    if about_order and figures >= 4:
        return True
    return figures >= 4 and bool(_ORDER_WORD.search(near)) and bool(_STRONG_ORDER_WORD.search(skeleton(text)))
