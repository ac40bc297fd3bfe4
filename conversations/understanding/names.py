"""The customer's name: said ("меня зовут Алина", "ես Անին եմ") or a known first name that stands by itself."""

from collections.abc import Sequence
from functools import lru_cache

from conversations.understanding.knowledge import first_names, load
from conversations.understanding.lexicon import Lexicon, rows
from conversations.understanding.tokens import Token
from conversations.understanding.types import Entity, EntityType
from core.text import normalise, skeleton

_SAYS_NAME = {
    "name",
    "names",
    "zovut",
    "anun",
    "anuni",
    "anuns",
    "adim",
    "imia",
    "adina",
    "under",
    "anunov",
    "adi",
    "familiu",
}
_ARMENIAN_ARTICLES = ("n", "in", "i", "s", "a", "e")
_LONGEST = 3


def find_name(text: str, parts: Sequence[Token], *, language: str) -> tuple[Entity, frozenset[int]] | None:
    """Return the name and the places of its words, or None. An unknown name counts only where it is plainly said."""
    starts = {match.last + 1: match.last for match in _before().find(parts)}
    for position, cue in starts.items():
        said = parts[cue].keys[0] in _SAYS_NAME or _says_name(parts, cue)
        if position < len(parts) and (
            _known(parts[position], language) or (said and _looks_like_name(parts, position))
        ):
            return _entity(text, parts, position, language)
    for match in _after().find(parts):
        place = match.first - 1
        if place >= 0 and _known(parts[place], language):
            return _entity(text, parts, place, language)
    return _standing_alone(text, parts, language)


def _says_name(parts: Sequence[Token], cue: int) -> bool:
    return cue > 0 and parts[cue].keys[0] in {"is", "e", "a"} and parts[cue - 1].keys[0] in _SAYS_NAME


def _looks_like_name(parts: Sequence[Token], position: int) -> bool:
    part = parts[position]
    return part.text.isalpha() and len(part.text) > 1 and part.keys[0] not in _stop()


def _standing_alone(text: str, parts: Sequence[Token], language: str) -> tuple[Entity, frozenset[int]] | None:
    """Return a known first name that is a clause of its own, or one before or after the phone that was cut out."""
    clauses: dict[int, list[int]] = {}
    for position, part in enumerate(parts):
        clauses.setdefault(part.clause, []).append(position)
    for clause, positions in clauses.items():
        words = [position for position in positions if parts[position].text.isalpha()]
        if not 1 <= len(words) <= 2 or not _known(parts[words[0]], language):
            continue
        if len(clauses) == 1 and len(parts) > len(words):
            continue
        if parts[words[0]].text[:1].isupper() or language == "hy" or clause > 0:
            return _entity(text, parts, words[0], language)
    return None


def _entity(text: str, parts: Sequence[Token], first: int, language: str) -> tuple[Entity, frozenset[int]]:
    last = first
    while (
        last + 1 < len(parts)
        and last - first + 1 < _LONGEST
        and parts[last + 1].clause == parts[first].clause
        and parts[last + 1].start == parts[last].end + 1
        and parts[last + 1].text[:1].isupper()
        and parts[first].text[:1].isupper()
        and parts[last + 1].text.isalpha()
        and not parts[last + 1].text.isupper()
    ):
        last += 1
    written = text[parts[first].start : parts[last].end]
    name = _base_form(written, language) if first == last else written
    return Entity(EntityType.NAME, name, written), frozenset(range(first, last + 1))


def _known(part: Token, language: str) -> bool:
    key = part.keys[0]
    if not part.text.isalpha():
        return False
    if language == "en" and part.text.isascii():
        return part.text.lower() in _english_spellings()
    if key in first_names():
        return True
    return language == "hy" and _without_article(key) is not None


def _without_article(key: str) -> str | None:
    for article in _ARMENIAN_ARTICLES:
        bare = key.removesuffix(article)
        if bare != key and len(bare) > 2 and bare in first_names():
            return bare
    return None


def _base_form(written: str, language: str) -> str:
    """Return "Անի" for "Անին" and "Aram" for "Aramn"."""
    if language != "hy" or skeleton(written) in first_names():
        return written
    bare = _without_article(skeleton(written))
    for length in range(len(written) - 1, 1, -1):
        if skeleton(written[:length]) == bare:
            return written[:length]
    return written


@lru_cache(maxsize=1)
def _english_spellings() -> frozenset[str]:
    return frozenset(normalise(name) for name in rows(load("names")["first_names"]))


@lru_cache(maxsize=1)
def _stop() -> frozenset[str]:
    return frozenset(skeleton(word) for word in rows(load("names")["stop"]))


@lru_cache(maxsize=1)
def _before() -> Lexicon:
    return _lexicon("before")


@lru_cache(maxsize=1)
def _after() -> Lexicon:
    return _lexicon("after")


def _lexicon(name: str) -> Lexicon:
    lexicon = Lexicon()
    for row in rows(load("names")[name]):
        lexicon.add(name, 1.0, row)
    return lexicon
