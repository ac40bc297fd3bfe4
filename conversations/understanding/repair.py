"""A word that nothing knows is most likely a known one with a slip of the finger: "apointmnet", "достака"."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from conversations.understanding.knowledge import first_names, languages, phrases
from conversations.understanding.tokens import Token, prepare, tokenise

_LONG_ENOUGH = 4
_STEM = 4


def repaired(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """Return the words; one that nothing knows has the known word that it is a slip away from as its last key."""
    return tuple(_with_key(token) for token in tokens)


def _with_key(token: Token) -> Token:
    likely = None if any(map(_is_known, token.keys)) else _nearest(token.keys[0])
    return token if likely is None else replace(token, keys=(*token.keys, likely))


@lru_cache(maxsize=1)
def _vocabulary() -> tuple[frozenset[str], frozenset[str], Mapping[str, Sequence[str]]]:
    """Known words, known stems, and both by their first letter."""
    words: set[str] = set()
    stems: set[str] = set()
    for knowledge in languages().values():
        words |= knowledge.words | knowledge.intents.words | knowledge.negation.words | knowledge.contrast
        stems |= knowledge.intents.stems
    words.update(token.keys[0] for text, _ in phrases() for token in tokenise(prepare(text)))
    by_letter: defaultdict[str, list[str]] = defaultdict(list)
    for word in sorted(words | stems):
        if len(word) >= _LONG_ENOUGH and word.isalpha():
            by_letter[word[0]].append(word)
    # A name is not repaired, and nothing is repaired to a name.
    return (
        frozenset(words | first_names()),
        frozenset(stem for stem in stems if len(stem) >= _STEM),
        by_letter,
    )


@lru_cache(maxsize=20_000)
def _is_known(key: str) -> bool:
    words, stems, _ = _vocabulary()
    return key in words or any(key[:length] in stems for length in range(_STEM, len(key) + 1))


@lru_cache(maxsize=20_000)
def _nearest(key: str) -> str | None:
    if len(key) < _LONG_ENOUGH or not key.isalpha():
        return None
    choices = _vocabulary()[2].get(key[0], ())
    found = extract(key, choices, scorer=OSA.distance, score_cutoff=1, limit=2)
    if len(key) == _LONG_ENOUGH:
        found = [each for each in found if len(each[0]) > len(key) or sorted(each[0]) == sorted(key)]
    return found[0][0] if found else None
