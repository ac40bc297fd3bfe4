"""Numbers of payment cards in what people write: found by their issuer, length and check digit (ISO/IEC 7812), and hidden.

Whatever Parley keeps of a text it keeps without them. Phones, order numbers, barcodes and IBANs stay.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator

HIDDEN = "•••• •••• •••• ••••"
"""What stands in the place of a card number: it has no digits, so that nothing is read out of it."""
_HIDDEN_CODE = "•••"

_UNSEEN = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
_GAP = f"[\\s._/\\-‐-―−·{_UNSEEN}]{{0,4}}"
_RUN = re.compile(rf"\d(?:{_GAP}\d){{12,}}")
_GROUP = re.compile(rf"\d(?:[{_UNSEEN}]*\d)*")
_IBAN = re.compile(r"(?<![A-Z0-9])[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){11,30}")
_NUMBERED = re.compile(r"(?:[#№]|N[o°º]\.?)\s?$", re.IGNORECASE)
_CODE = re.compile(r"(?<![^\W_])([a-z]{1,8})[-_/]?$", re.IGNORECASE)
_ORDER = re.compile(
    r"(?:order|invoice|tracking|parcel|заказ\w*|накладн\w*|трек\w*|պատվեր\w*|sifari[sş]\w*)"
    r"\W{0,3}(?:number|no|nr|id|номер\w*|համար\w*|n[öo]mr[əe]\w*)?\W{0,4}$",
    re.IGNORECASE,
)
_CARD_WORDS = ("card", "visa", "master", "maestro", "arca", "amex", "mir", "kart", "pan", "mc")
_CODE_AFTER = re.compile(
    rf"(\b(?:cvv|cvc|csc)2?\b\W{{0,4}}|{HIDDEN}\W{{1,4}}\d{{1,2}}\s?[/.-]\s?\d{{2,4}}\W{{1,4}})\d{{3,4}}\b",
    re.IGNORECASE,
)
_SHORTEST, _LONGEST = 13, 19
_LONGEST_PHONE = 15
_LONGEST_GROUP = 8
_LOOK_BACK = 40

# First and last beginning of a range with the lengths that its cards have: Visa, Mastercard, American Express, Diners,
# Discover, JCB, UnionPay, Maestro, Mir, and the national cards of Armenia and Uzbekistan.
_ISSUERS: tuple[tuple[int, int, frozenset[int]], ...] = (
    (4, 4, frozenset({13, 16, 19})),
    (51, 55, frozenset({16})),
    (2221, 2720, frozenset({16})),
    (34, 34, frozenset({15})),
    (37, 37, frozenset({15})),
    (300, 305, frozenset({14, 16, 19})),
    (36, 36, frozenset({14, 16, 19})),
    (38, 39, frozenset({14, 16, 19})),
    (3528, 3589, frozenset(range(16, 20))),
    (50, 50, frozenset(range(16, 20))),
    (56, 69, frozenset(range(16, 20))),
    (81, 81, frozenset(range(16, 20))),
    (2200, 2205, frozenset(range(16, 20))),
    (9051, 9051, frozenset({16})),
    (8600, 8600, frozenset({16})),
    (9860, 9860, frozenset({16})),
)


def hide_cards(text: str, *, only: Collection[str] | None = None) -> str:
    """The text with every card number hidden, and a security code that stands beside one. Hiding twice changes nothing.

    `only`: just these numbers, as `cards_in` tells them.
    """
    spans = [(start, end) for start, end, card in _found(text) if only is None or card in only]
    if not spans:
        return text
    for start, end in reversed(spans):
        text = text[:start] + HIDDEN + text[end:]
    return _CODE_AFTER.sub(lambda match: match.group(1) + _HIDDEN_CODE, text)


def cards_in(*texts: str) -> frozenset[str]:
    """The numbers themselves, as ASCII digits: for taking them out of something else, never to be kept."""
    return frozenset(card for text in texts for _start, _end, card in _found(text))


def has_hidden_card(text: str) -> bool:
    """Whether a card number stood there once."""
    return HIDDEN in text


def is_card(digits: str) -> bool:
    """Whether ASCII digits are the number of a card by issuer, length and check digit; a valid barcode is none."""
    length = len(digits)
    if not _SHORTEST <= length <= _LONGEST or not _adds_up(digits):
        return False
    if length == 13 and _is_barcode(digits):
        return False
    return any(
        length in lengths and first <= int(digits[: len(str(first))]) <= last
        for first, last, lengths in _ISSUERS
    )


def _found(text: str) -> Iterator[tuple[int, int, str]]:
    accounts = None
    for run in _RUN.finditer(text):
        if accounts is None:
            accounts = list(_accounts(text))
        groups = [
            (match.start(), match.end(), _plain(match.group()))
            for match in _GROUP.finditer(text, run.start(), run.end())
        ]
        for start, end, card in _windows(groups):
            inside = any(first < end and start < last for first, last in accounts)
            if not inside and not _is_something_else(text, start, end, card):
                yield start, end, card


def _windows(groups: list[tuple[int, int, str]]) -> Iterator[tuple[int, int, str]]:
    """Neighbouring groups that make a card number, the longest first, none of them twice."""
    place = 0
    while place < len(groups):
        taken = 0
        digits, sizes = "", []
        for ahead in range(place, len(groups)):
            digits += groups[ahead][2]
            if len(digits) > _LONGEST:
                break
            sizes.append(len(groups[ahead][2]))
            if _is_written_like_one(sizes) and is_card(digits):
                taken = ahead - place + 1
        if taken:
            card = "".join(each[2] for each in groups[place : place + taken])
            yield groups[place][0], groups[place + taken - 1][1], card
        place += taken or 1


def _is_written_like_one(sizes: list[int]) -> bool:
    """In one, or in short groups of the same size (the last may differ), or of four and more; not a list of figures."""
    if len(sizes) == 1:
        return True
    return max(sizes) <= _LONGEST_GROUP and (len(set(sizes[:-1])) == 1 or min(sizes[:-1]) >= 4)


def _is_something_else(text: str, start: int, end: int, card: str) -> bool:
    before = text[max(0, start - _LOOK_BACK) : start]
    if before.rstrip().endswith("+") and len(card) <= _LONGEST_PHONE:
        return True
    if _NUMBERED.search(before):
        return True
    unbroken = end - start == len(card)
    if unbroken and _ORDER.search(before):
        return True
    code = _CODE.search(before)
    return code is not None and not any(word in code.group(1).lower() for word in _CARD_WORDS)


def _accounts(text: str) -> Iterator[tuple[int, int]]:
    """Where IBANs stand (ISO 13616): four characters, then up to thirty, with a remainder of 1 by 97."""
    for match in _IBAN.finditer(text):
        compact = [(place, char) for place, char in enumerate(match.group()) if char not in " -"]
        for length in range(len(compact), 14, -1):
            letters = "".join(char for _place, char in compact[:length])
            turned = letters[4:] + letters[:4]
            if turned.isascii() and int("".join(str(int(char, 36)) for char in turned)) % 97 == 1:
                yield match.start(), match.start() + compact[length - 1][0] + 1
                break


def _plain(group: str) -> str:
    """Digits of any script as ASCII ones."""
    return "".join(str(unicodedata.digit(char)) for char in group if char.isdecimal())


def _adds_up(digits: str) -> bool:
    """The check of Luhn."""
    total = 0
    for place, char in enumerate(reversed(digits)):
        figure = int(char) * (2 if place % 2 else 1)
        total += figure - 9 if figure > 9 else figure
    return total % 10 == 0


def _is_barcode(digits: str) -> bool:
    """EAN-13."""
    return sum(int(char) * (3 if place % 2 else 1) for place, char in enumerate(digits)) % 10 == 0
