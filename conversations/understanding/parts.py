"""The message once more, cut finer for data: figures, words, signs of money; and the numbers among them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from conversations.understanding.knowledge import LANGUAGES, load
from conversations.understanding.tokens import PHONETIC_DIGIT, Token
from conversations.understanding.vocabulary import Vocabulary
from core.text import skeleton

RANGE_SIGN = "-"
_PART = re.compile(
    r"""
    \d+(?:[.,]\d+)*                                      # figures
    | [^\W\d_]+(?:['’ʼ‘`´՚՛՜՞@]+[^\W\d_]*)*               # words
    | [$€£₽֏₼₾₺₸₴%\#№+]                                   # signs
    | (?<=[\d$€£₽֏₼])\s?[-–—]\s?(?=[\d$€£])              # a range
    | [.,!?;:\n…()]                                       # ends of clauses
    """,
    re.VERBOSE,
)
_APOSTROPHES = re.compile("['’ʼ‘`´՚՛՜՞]")
_THOUSANDS = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
_HIGHEST = Decimal(10) ** 12


@dataclass(frozen=True, slots=True)
class Number:
    """A number in figures or words; `first` and `last` are places among the parts. Scaled: "k", "млн", "հազար"."""

    value: Decimal
    first: int
    last: int
    scaled: bool
    spelled: bool

    @property
    def whole(self) -> int | None:
        """Return the value as an int when it is one."""
        return int(self.value) if self.value == self.value.to_integral_value() else None


@dataclass(frozen=True, slots=True)
class _Words:
    units: Mapping[str, Vocabulary[Decimal]]
    hundreds: Vocabulary[Decimal]
    scales: Vocabulary[Decimal]
    azerbaijani_thousand: frozenset[str]


def cut(masked: str, *, language: str) -> tuple[Token, ...]:
    """Cut text from which addresses are blanked out into parts."""
    if language == "hy":
        masked = PHONETIC_DIGIT.sub(lambda match: "չ" if match.group() == "4" else "շ", masked)
    parts: list[Token] = []
    clause = 0
    for match in _PART.finditer(masked):
        text = match.group()
        if text in ".,!?;:\n…()":
            clause += 1
            continue
        key = RANGE_SIGN if text.strip() in {"-", "–", "—"} else _key(text)
        if key:
            parts.append(Token(text, match.start(), match.end(), (key,), clause))
    return tuple(parts)


def is_figure(part: Token) -> bool:
    return part.text[0].isdecimal()


def find_numbers(parts: Sequence[Token], language: str) -> tuple[Number, ...]:
    """Return the numbers in order; "двадцать пять", "on iki", "a hundred and twenty" and "1,5 mln" are one each."""
    numbers: list[Number] = []
    position = 0
    while position < len(parts):
        number = _figure(parts, position, language) or _spelled(parts, position, language)
        if number is None or number.value > _HIGHEST:
            position = position + 1 if number is None else number.last + 1
            continue
        numbers.append(number)
        position = number.last + 1
    return tuple(numbers)


@lru_cache(maxsize=20_000)
def _key(text: str) -> str:
    return skeleton(_APOSTROPHES.sub("", text[:60]).replace("@", "ը"))


@lru_cache(maxsize=1)
def _words() -> _Words:
    data = load("quantities")

    def decimals(table: Mapping[object, str]) -> Vocabulary[Decimal]:
        return Vocabulary.of({Decimal(str(value)): words for value, words in table.items()})

    return _Words(
        {language: decimals(data["units"][language]) for language in LANGUAGES},
        decimals(data["hundreds"]),
        decimals(data["scales"]),
        frozenset(_key(word.strip()) for word in data["azerbaijani_thousand"].split(";")),
    )


def _figure(parts: Sequence[Token], position: int, language: str) -> Number | None:
    if not is_figure(parts[position]):
        return None
    digits, last = parts[position].text, position
    while last + 1 < len(parts) and _continues(parts[last], parts[last + 1], digits):
        last += 1
        digits += parts[last].text
    scale, after = _scale(parts, last, language)
    return Number(_decimal(digits) * scale, position, after, after > last, spelled=False)


def _continues(here: Token, following: Token, digits: str) -> bool:
    """Return whether "500" goes on "15 " as in 15 500."""
    return (
        following.text.isdecimal()
        and len(following.text) == 3
        and following.start == here.end + 1
        and digits.isdecimal()
        and 1 <= len(digits) - 3 * (len(digits) // 4) <= 3
        and not digits.startswith("0")
    )


def _decimal(digits: str) -> Decimal:
    if len(digits) > 15:
        return _HIGHEST + 1
    if _THOUSANDS.fullmatch(digits):
        return Decimal(digits.replace(",", "").replace(".", ""))
    head, *tail = re.split("[.,]", digits)
    return Decimal(f"{head}.{''.join(tail) or '0'}")


def _scale(parts: Sequence[Token], last: int, language: str) -> tuple[Decimal, int]:
    """Return the factor that the words after a number put on it, and the place of the last of them."""
    factor = Decimal(1)
    position = last + 1
    while position < len(parts) and parts[position].clause == parts[last].clause:
        scale = _scale_of(parts, position, language)
        if scale is None:
            break
        factor *= scale
        last, position = position, position + 1
    return factor, last


def _scale_of(parts: Sequence[Token], position: int, language: str) -> Decimal | None:
    key, text = parts[position].keys[0], parts[position].text
    if key in _words().azerbaijani_thousand and language == "az":
        return Decimal(1000)
    if key == "t" and (text.lower() != "т" or parts[position - 1].end != parts[position].start):
        return None
    return _words().scales.get(key)


def _spelled(parts: Sequence[Token], start: int, language: str) -> Number | None:
    total = current = Decimal(0)
    position, scaled = start, False
    while position < len(parts) and parts[position].clause == parts[start].clause:
        scale = _scale_of(parts, position, language) if position > start else None
        value = _add_word(parts, position, language, current, scaled=scaled or total > 0)
        if scale is not None and current:
            total, current, scaled = total + current * scale, Decimal(0), True
        elif value is None:
            break
        else:
            current = value
        position += 1
    last = position - 1
    if not total + current or (not scaled and _is_article(parts, start, last, language)):
        return None
    return Number(total + current, start, last, scaled, spelled=True)


def _add_word(
    parts: Sequence[Token], position: int, language: str, current: Decimal, *, scaled: bool
) -> Decimal | None:
    """Return what the number is with this word, None when the word does not belong to it."""
    key = parts[position].keys[0]
    unit = None if parts[position].text.lower() == "then" else _words().units[language].get(key)
    if unit is not None and _joins(current, unit):
        return current + unit
    hundred = _words().hundreds.get(key)
    if hundred is not None and current < 10:
        return (current or Decimal(1)) * hundred
    if not current and not scaled and _opens_scale(parts, position):
        return Decimal("0.5") if key == "xalf" else Decimal(1)
    is_and = key == "and" and (current >= 100 or scaled) and _is_unit(parts, position + 1, language)
    is_half_of_a = key == "a" and current == Decimal("0.5")
    return current if is_and or is_half_of_a else None


def _joins(current: Decimal, unit: Decimal) -> bool:
    """Return whether the word goes on the number: 20 + 5, 100 + 25, az 10 + 2, 1 + a half."""
    if not current:
        return True
    if unit == Decimal("0.5"):
        return current < 10
    if unit < 10 and current % 100 >= 10 and current % 10 == 0:
        return current % 100 >= 20 or current % 100 == 10
    return current >= 100 and current % 100 == 0 and unit < 100


def _opens_scale(parts: Sequence[Token], position: int) -> bool:
    """Return whether "a" or "half a" stands before a scale ("a thousand", "half a million")."""
    key = parts[position].keys[0]
    if key not in {"a", "xalf"}:
        return False
    following = position + 1
    if key == "xalf" and following < len(parts) and parts[following].keys[0] == "a":
        following += 1
    if following >= len(parts):
        return False
    word = parts[following].keys[0]
    return _words().hundreds.get(word) is not None or (
        len(word) > 3 and _words().scales.get(word) is not None
    )


def _is_unit(parts: Sequence[Token], position: int, language: str) -> bool:
    return position < len(parts) and _words().units[language].get(parts[position].keys[0]) is not None


def _is_article(parts: Sequence[Token], first: int, last: int, language: str) -> bool:
    """Return whether a lone "мի", "bir" or "one" is rather an article than a number."""
    return first == last and _words().units[language].get(parts[first].keys[0]) == 1
