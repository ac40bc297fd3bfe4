"""Places in a message: a gazetteer matched through the case endings of the four languages."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from conversations.understanding.knowledge import LANGUAGES, load
from conversations.understanding.lexicon import Lexicon, rows
from conversations.understanding.tokens import Token
from conversations.understanding.types import Entity, EntityType
from core.text import normalise, skeleton

_VOWELS = "aeiou"
_SHORTEST_STEM = 3


@dataclass(frozen=True, slots=True)
class _Name:
    """One spelling of a place: the words' keys, without the last vowel of the last one, and how it is written."""

    words: tuple[str, ...]
    stem: str
    spelling: str
    ambiguous: bool


@dataclass(frozen=True, slots=True)
class _Gazetteer:
    by_first: dict[str, tuple[_Name, ...]]
    endings: frozenset[str]
    before: Lexicon


def find_places(text: str, parts: Sequence[Token], *, language: str) -> Iterator[Entity]:
    """Yield the places in order; the value is the name as a dictionary would have it, in the customer's script."""
    taken = -1
    for position in range(len(parts)):
        if position <= taken:
            continue
        found = _known(text, parts, position) or _unknown(parts, position, language)
        if found is not None:
            value, last = found
            taken = last
            yield Entity(EntityType.PLACE, value, text[parts[position].start : parts[last].end])


def _known(text: str, parts: Sequence[Token], position: int) -> tuple[str, int] | None:
    key = parts[position].keys[0]
    gazetteer = _gazetteer()
    best: tuple[str, int] | None = None
    for length in range(min(len(key), 16), _SHORTEST_STEM - 1, -1):
        for name in gazetteer.by_first.get(key[:length], ()):
            last = position + len(name.words) - 1
            if last >= len(parts) or not _fits(name, parts, position, last):
                continue
            if name.ambiguous and not _is_marked(parts, position):
                continue
            if best is None or last > best[1]:
                best = _dictionary_form(name, text[parts[position].start : parts[last].end]), last
        if best is not None:
            break
    return best


def _fits(name: _Name, parts: Sequence[Token], first: int, last: int) -> bool:
    for offset, word in enumerate(name.words[:-1]):
        if not parts[first + offset].keys[0].startswith(word[:-1] or word):
            return False
    key = parts[last].keys[0]
    if not key.startswith(name.stem):
        return False
    rest = key[len(name.stem) :]
    return rest == name.words[-1][len(name.stem) :] or rest in _gazetteer().endings or _ends(key, name.words[-1])


def _ends(key: str, word: str) -> bool:
    return key.startswith(word) and key[len(word) :] in _gazetteer().endings


def _is_marked(parts: Sequence[Token], position: int) -> bool:
    """Return whether the word is written as a name, or stands after a word of place or with a case of place."""
    word = parts[position].text
    lower = sum(part.text[:1].islower() for part in parts)
    if word[:1].isupper() and lower:
        return position > 0 or len(parts) == 1
    before = parts[position - 1].keys[0] if position else ""
    return before in {"in", "to", "v", "na", "do", "iz", "from", "near"}


def _dictionary_form(name: _Name, written: str) -> str:
    """Return the surface without its ending where that is the name, else the name's own spelling."""
    wanted = normalise(name.spelling)
    bare = re.sub("[՛՜՞'’]", "", written)
    for length in range(len(bare), 1, -1):
        if normalise(bare[:length]) == wanted:
            return bare[:length]
    if bare.isascii() and not name.spelling.isascii():
        return wanted.title()
    return name.spelling


def _unknown(parts: Sequence[Token], position: int, language: str) -> tuple[str, int] | None:
    """Return an English capitalised word after "ship to", "live in" and the like."""
    word = parts[position].text
    if language != "en" or position == 0 or not word[:1].isupper() or not word.isalpha() or len(word) < 3:
        return None
    if not any(part.text[:1].islower() for part in parts) or not parts[position].text.isascii():
        return None
    for match in _gazetteer().before.find(parts[:position]):
        if match.last == position - 1 and len(match.positions) > 1:
            return word, position
    return None


@lru_cache(maxsize=1)
def _gazetteer() -> _Gazetteer:
    data = load("places")
    ambiguous = {skeleton(word) for word in rows(data["ambiguous"])}
    by_first: dict[str, list[_Name]] = {}
    for line in data["places"].splitlines():
        for spelling in filter(None, (each.strip() for each in line.split(","))):
            words = tuple(skeleton(spelling).split())
            name = _Name(words, _stem(words[-1]), spelling, words[0] in ambiguous)
            first = name.stem if len(words) == 1 else _stem(words[0])
            by_first.setdefault(first, []).append(name)
    endings = {""} | {skeleton(ending) for language in LANGUAGES for ending in rows(data["endings"][language])}
    before = Lexicon()
    for row in rows(data["before"]["en"]):
        before.add("before", 1.0, row)
    return _Gazetteer({first: tuple(names) for first, names in by_first.items()}, frozenset(endings), before)


def _stem(word: str) -> str:
    stem = word.rstrip(_VOWELS)
    return stem if len(stem) >= _SHORTEST_STEM else word
