"""A length of time said in answer to "when?": no cue is needed there ("2 weeks", "месяц", "տասը օր", "asap")."""

from collections.abc import Sequence
from functools import lru_cache
from math import ceil

from conversations.understanding.knowledge import LANGUAGES, load
from conversations.understanding.lexicon import Lexicon, rows
from conversations.understanding.parts import Number, is_figure
from conversations.understanding.tokens import Token
from conversations.understanding.vocabulary import Vocabulary

UNIT_DAYS = {"hours": 1 / 24, "days": 1.0, "weeks": 7.0, "months": 30.0, "years": 365.0}
LONGEST_TERM = 3650


def stated_days(parts: Sequence[Token], numbers: Sequence[Number], *, language: str) -> int | None:
    """Return the longest stated length in days, None when none is stated."""
    found = [days for days, _ in lengths(parts, numbers)]
    found += [int(match.label) for match in _soon()[language].find(parts)]
    return max(found, default=None)


def lengths(parts: Sequence[Token], numbers: Sequence[Number]) -> list[tuple[int, tuple[int, int]]]:
    """Return every length with its first and last place; a unit without a figure counts one ("месяц")."""
    by_last = {number.last: number for number in numbers}
    found: list[tuple[int, tuple[int, int]]] = []
    for place, part in enumerate(parts):
        unit = units().get(part.keys[0])
        number = by_last.get(place - 1)
        if unit is None or is_glued_ending(parts, place) or (number is None and unit in ("hours", "days")):
            continue
        days = ceil(float(number.value if number else 1) * UNIT_DAYS[unit] - 1e-9)
        if 0 <= days <= LONGEST_TERM:
            found.append((days, (number.first if number else place, place)))
    return found


def is_glued_ending(parts: Sequence[Token], place: int) -> bool:
    """Return whether the word is an ending of the figure before it: az "3den" is "from 3", not three days."""
    glued = place > 0 and is_figure(parts[place - 1]) and parts[place - 1].end == parts[place].start
    return glued and parts[place].text.lower() in {"den", "dən", "dan", "de", "da"}


@lru_cache(maxsize=1)
def units() -> Vocabulary[str]:
    """Return the units of time by word."""
    return Vocabulary.of(load("times")["units"])


@lru_cache(maxsize=1)
def _soon() -> dict[str, Lexicon]:
    """Return by language the words that stand for a length: "as soon as possible", "срочно", "in half a year"."""
    tables = load("times")["stated"]
    lexicons: dict[str, Lexicon] = {}
    for language in LANGUAGES:
        lexicon = Lexicon()
        for days, patterns in tables[language].items():
            for row in rows(patterns):
                lexicon.add(str(days), 1.0, row)
        lexicons[language] = lexicon
    return lexicons
