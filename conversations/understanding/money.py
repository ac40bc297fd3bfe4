"""The customer's budget: an amount, a bound or a range, with its currency."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from conversations.understanding.knowledge import load
from conversations.understanding.lexicon import Lexicon, Match, rows
from conversations.understanding.parts import RANGE_SIGN, Number
from conversations.understanding.tokens import Token
from conversations.understanding.types import Budget
from conversations.understanding.units import unit_after
from conversations.understanding.vocabulary import Vocabulary

_BETWEEN = {
    RANGE_SIGN,
    "to",
    "do",
    "and",
    "i",
    "u",
    "ev",
    "minceu",
    "mincev",
    "ic",
    "dan",
    "den",
    "ila",
    "ile",
    "ve",
    "a",
}
_BEFORE = 4
_AFTER = 4
_SMALLEST_BARE = 100
_SHORT = 4


@dataclass(frozen=True, slots=True)
class Sum:
    """An amount or a range of money in the text; places are those of the parts."""

    low: Decimal | None
    high: Decimal
    currency: str | None
    scaled: bool
    first: int
    last: int


def find_sums(parts: Sequence[Token], numbers: Sequence[Number]) -> tuple[Sum, ...]:
    """Return the numbers that can be money, ranges joined; a figure without currency or scale is a candidate too."""
    sums: list[Sum] = []
    for number in numbers:
        currency, first, last = _currency(parts, number)
        here = Sum(None, number.value, currency, number.scaled, first, last)
        joined = _join(sums[-1], here, parts) if sums else None
        if joined is None:
            sums.append(here)
        else:
            sums[-1] = joined
    return tuple(sums)


def find_budget(parts: Sequence[Token], sums: Sequence[Sum]) -> tuple[Budget, Sum] | None:
    """Return what the customer can spend, or None: charged, promised and quoted sums are nobody's budget."""
    cues = _cues().find(parts)
    doubtful = any(match.label == "not_budget" for match in cues)
    for money in sums:
        kinds = set(_near(cues, money))
        if not _is_money(money, kinds, parts):
            continue
        if doubtful and not kinds & {"max", "min", "budget_word"}:
            continue
        if not kinds and money.low is None and not _stands_alone(money, parts):
            continue
        return _budget(money, kinds), money
    return None


def _currency(parts: Sequence[Token], number: Number) -> tuple[str | None, int, int]:
    words = _currencies()
    for position in (number.last + 1, number.last + 2):
        if position < len(parts) and parts[position].clause == parts[number.last].clause:
            found = words.get(parts[position].keys[0])
            if found is not None:
                return found, number.first, position
            if len(parts[position].text) > 2:
                break
    if number.first and parts[number.first - 1].end >= parts[number.first].start - 1:
        found = words.get(parts[number.first - 1].keys[0])
        if found is not None and not is_letter_word(parts[number.first - 1]):
            return found, number.first - 1, number.last
    return None, number.first, number.last


def is_letter_word(part: Token) -> bool:
    """Return whether the part is letters and too short to be a code of a currency before a figure."""
    return part.text.isalpha() and len(part.text) != 3


def _join(left: Sum, right: Sum, parts: Sequence[Token]) -> Sum | None:
    between = [parts[position].keys[0] for position in range(left.last + 1, right.first)]
    near = parts[left.last].clause == parts[right.first].clause or between == [RANGE_SIGN]
    if not near or left.low is not None or not 1 <= len(between) <= 2 or not set(between) <= _BETWEEN:
        return None
    if left.currency and right.currency and left.currency != right.currency:
        return None
    low = left.high
    if right.scaled and not left.scaled and right.high >= 1000:
        factor = Decimal(1_000_000) if right.high >= 1_000_000 else Decimal(1000)
        low *= factor
    if low >= right.high:
        return None
    currency = left.currency or right.currency
    return replace(right, low=low, currency=currency, scaled=left.scaled or right.scaled, first=left.first)


def _near(cues: Sequence[Match], money: Sum) -> Iterator[str]:
    for cue in cues:
        before = money.first - _BEFORE <= cue.last < money.first
        after = money.last < cue.first <= money.last + _AFTER or money.first <= cue.first <= money.last
        if before or (after and cue.label in {"max", "about", "budget_word"}):
            yield cue.label


def _is_money(money: Sum, kinds: set[str], parts: Sequence[Token]) -> bool:
    if money.currency is not None:
        return True
    following = parts[money.last + 1] if money.last + 1 < len(parts) else None
    if following is not None and unit_after(following.keys[0]) is not None:
        return False
    if money.scaled:
        return bool(kinds) or _stands_alone(money, parts)
    return "budget_word" in kinds and money.high >= _SMALLEST_BARE


def _stands_alone(money: Sum, parts: Sequence[Token]) -> bool:
    return len(parts) - (money.last - money.first + 1) <= _SHORT - 2


def _budget(money: Sum, kinds: set[str]) -> Budget:
    if money.low is not None:
        return Budget(money.low, money.high, money.currency)
    if "min" in kinds and "max" not in kinds:
        return Budget(money.high, None, money.currency)
    return Budget(None, money.high, money.currency)


@lru_cache(maxsize=1)
def _currencies() -> Vocabulary[str]:
    return Vocabulary.of(load("quantities")["currencies"])


@lru_cache(maxsize=1)
def _cues() -> Lexicon:
    data = load("quantities")
    lexicon = Lexicon()
    for label, patterns in (
        *data["cues"].items(),
        ("budget_word", data["budget_word"]),
        ("not_budget", data["not_budget"]),
    ):
        for row in rows(patterns):
            lexicon.add(label, 1.0, row)
    return lexicon
