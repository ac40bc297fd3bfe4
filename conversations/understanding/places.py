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
_LONGEST_SHORT = 4


@dataclass(frozen=True, slots=True)
class _Name:
    """One spelling of a place: the keys of its words and how it is written."""

    words: tuple[str, ...]
    spelling: str
    ambiguous: bool


@dataclass(frozen=True, slots=True)
class _Gazetteer:
    by_first: dict[str, tuple[_Name, ...]]
    endings: dict[str, frozenset[str]]
    before: Lexicon
    beside: Lexicon


def find_places(
    text: str, parts: Sequence[Token], *, language: str, taken: frozenset[int] = frozenset()
) -> Iterator[Entity]:
    """Yield the places in order; the value is the name as a dictionary would have it, in the customer's script.

    Parts at the places `taken` are something else, such as a name.
    """
    after = 0
    for position in range(len(parts)):
        if position < after or position in taken:
            continue
        found = _known(text, parts, position, language) or _unknown(parts, position, language)
        if found is not None:
            value, last = found
            after = last + 1
            yield Entity(EntityType.PLACE, value, text[parts[position].start : parts[last].end])


def _known(text: str, parts: Sequence[Token], position: int, language: str) -> tuple[str, int] | None:
    best: tuple[int, int, str] | None = None
    for name in _candidates(parts[position].keys[0]):
        last = position + len(name.words) - 1
        if last >= len(parts) or not _fits(name, parts[position : last + 1], language):
            continue
        if name.ambiguous and not _is_marked(parts, position):
            continue
        written = text[parts[position].start : parts[last].end]
        found = (last, _likeness(name.spelling, written), _dictionary_form(name, written))
        best = max(best, found) if best else found
    return (best[2], best[0]) if best else None


def _candidates(key: str) -> Iterator[_Name]:
    for length in range(_SHORTEST_STEM, len(key) + 1):
        yield from _gazetteer().by_first.get(key[:length], ())


def _fits(name: _Name, parts: Sequence[Token], language: str) -> bool:
    return all(_inflects(part, word, language) for part, word in zip(parts, name.words, strict=True))


def _inflects(part: Token, word: str, language: str) -> bool:
    """Return whether the part is the word, bare or with a case ending."""
    key = part.keys[0]
    if key == word:
        return True
    endings = _gazetteer().endings[language]
    return any(key.startswith(stem) and key[len(stem) :] in endings for stem in (word, _stem(word)))


def _likeness(spelling: str, written: str) -> int:
    """Return how much of the spelling the customer wrote, so that "Bakıya" is Bakı rather than Baku."""
    known, said = normalise(spelling), normalise(written)
    common = 0
    while common < min(len(known), len(said)) and known[common] == said[common]:
        common += 1
    same_script = spelling.isascii() == written.isascii()
    return 4 * common - 2 * len(known) + same_script


def _is_marked(parts: Sequence[Token], position: int) -> bool:
    """Return whether the word is written as a name, or stands after a word of place or with a case of place."""
    word = parts[position].text
    lower = sum(part.text[:1].islower() for part in parts)
    if word[:1].isupper() and lower and (position > 0 or len(parts) == 1):
        return True
    before = parts[position - 1].keys[0] if position else ""
    if before in {"in", "to", "v", "na", "do", "iz", "from", "near"}:
        return True
    beside = (*parts[max(0, position - 1) : position], *parts[position + 1 : position + 3])
    return any(_gazetteer().beside.knows(part) for part in beside)


def _dictionary_form(name: _Name, written: str) -> str:
    """Return the surface without its ending where that is the name, else the name's own spelling."""
    wanted = normalise(name.spelling)
    bare = re.sub("[՛՜՞'’]", "", written)
    for length in range(len(bare), 1, -1):
        if normalise(bare[:length]) == wanted:
            whole = name.spelling.casefold().startswith(bare[:length].casefold())
            return name.spelling if whole else bare[:length]
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
            name = _Name(words, spelling, words[0] in ambiguous)
            by_first.setdefault(_stem(words[0]), []).append(name)
    endings = {
        language: frozenset(skeleton(ending) for ending in rows(data["endings"][language]))
        for language in LANGUAGES
    }
    before = Lexicon()
    for row in rows(data["before"]["en"]):
        before.add("before", 1.0, row)
    beside = Lexicon()
    for row in rows(data["beside"]):
        beside.add("beside", 1.0, row)
    return _Gazetteer({first: tuple(names) for first, names in by_first.items()}, endings, before, beside)


def _stem(word: str) -> str:
    """Return the word without its last vowel, which endings replace ("Самара", "в Самаре"), unless it is short."""
    return word[:-1] if len(word) > _LONGEST_SHORT and word[-1] in _VOWELS else word
