"""Which of the offered choices a message names: by number, by label or other word, inflected or misspelt."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Protocol

from rapidfuzz import fuzz

from conversations.understanding.knowledge import load
from conversations.understanding.tokens import Token
from conversations.understanding.vocabulary import Vocabulary
from core.text import normalise, skeleton

_NUMBERED = 0.95
_EXACT = 1.0
_CONTAINED = 0.9
_INFLECTED = 0.85
_ALIKE = 0.75
_RIVALLED = 0.6
_LEAST_LIKENESS = 84
_LONGEST_ORDINAL_ANSWER = 3
_UNITS = "k|к|m|м|mln|млн|մլն|հզ|հզր|tys|тыс|min|мин|h|ч|km|км|kg|кг|cm|см|mm|мм"
_ORDINAL = re.compile(rf"\W*(?:n|no|nr)?\W{{0,2}}(\d{{1,2}})(?:[-–'’.]?(?!(?:{_UNITS})\b)[^\W\d]{{1,3}})?\W*")
"""2, 2nd, no. 2, 2-й, 2-րդ; "2 mln" and "5k" are amounts."""
_STEM_LETTERS = 4
_ENDING_LETTERS = 4


class Choice(Protocol):
    """A choice of a criterion: its canonical value, its label per language, other words for it."""

    @property
    def value(self) -> Any: ...
    @property
    def label(self) -> Mapping[str, str]: ...
    @property
    def synonyms(self) -> Sequence[str]: ...


def pick(
    text: str,
    tokens: Sequence[Token],
    choices: Sequence[Choice],
    *,
    position_of: Sequence[Choice] | None = None,
) -> tuple[Any, float] | None:
    """Return the value of the one choice that the text names and how sure it is; None when none or several do.

    `position_of` is the whole list that numbers refer to, where `choices` is only a part of it.
    """
    numbered = _numbered(text, tokens, position_of or choices)
    if numbered is not None:
        return (numbered.value, _NUMBERED) if any(choice is numbered for choice in choices) else None
    ranked = sorted(
        ((_likeness(text, tokens, choice), choice) for choice in choices),
        key=lambda pair: pair[0],
        reverse=True,
    )
    if not ranked or not ranked[0][0][0]:
        return None
    (confidence, letters, name), choice = ranked[0]
    rivals = [
        other for other, _ in ranked[1:] if other[0] >= min(confidence, _INFLECTED) and other[2] not in name
    ]
    if any(other[:2] == (confidence, letters) for other in rivals):
        return None
    return choice.value, min(confidence, _RIVALLED) if rivals else confidence


def _numbered(text: str, tokens: Sequence[Token], choices: Sequence[Choice]) -> Choice | None:
    if len(tokens) > _LONGEST_ORDINAL_ANSWER:
        return None
    figure = _ORDINAL.fullmatch(normalise(text))
    spoken = [found for token in tokens for key in token.keys if (found := _ordinals().get(key)) is not None]
    place = int(figure.group(1)) if figure else spoken[0] if len(spoken) == 1 else 0
    if place == -1:
        place = len(choices)
    return choices[place - 1] if 1 <= place <= len(choices) else None


def _likeness(text: str, tokens: Sequence[Token], choice: Choice) -> tuple[float, int, str]:
    """Return how sure the text names the choice, the letters that say so (the longer name wins a tie), the name."""
    names = (str(choice.value), *choice.label.values(), *choice.synonyms)
    return max((*_likeness_to_name(text, tokens, name), skeleton(name)) for name in names)


def _likeness_to_name(text: str, tokens: Sequence[Token], name: str) -> tuple[float, int]:
    known, said = normalise(name), normalise(text).strip(" .,!?")
    if not known:
        return 0.0, 0
    if known == said or skeleton(known) == skeleton(said):
        return _EXACT, len(known)
    words = [key for key in skeleton(known).split() if key]
    keys = [token.keys for token in tokens]
    if words and _runs_through(words, keys, _same):
        return _CONTAINED, len(known)
    if words and all(len(word) >= _STEM_LETTERS for word in words) and _runs_through(words, keys, _inflected):
        return _INFLECTED, len(known)
    if len(known) >= _STEM_LETTERS and len(tokens) <= len(words) + 2:
        likeness = max(
            (fuzz.ratio(skeleton(known), skeleton(piece)) for piece in _pieces(tokens, len(words))), default=0
        )
        if likeness >= _LEAST_LIKENESS:
            return _ALIKE, int(likeness)
    return 0.0, 0


def struck(tokens: Sequence[Token], choice: Choice) -> bool:
    """Whether the text says "not this one": "not a kitchen", "не кухню", "ոչ թե խոհանոց", "mətbəx yox"."""
    before, between, after = _strikes()
    keys = [token.keys for token in tokens]
    for name in (str(choice.value), *choice.label.values(), *choice.synonyms):
        words = skeleton(normalise(name)).split()
        for start in range(len(keys) - len(words) + 1) if words else ():
            if all(any(_inflected(word, key) for key in keys[start + n]) for n, word in enumerate(words)):
                ahead, behind = keys[:start], keys[start + len(words) : start + len(words) + 1]
                if ahead and not between.isdisjoint(ahead[-1]):
                    ahead = ahead[:-1]
                if ahead and not before.isdisjoint(ahead[-1]):
                    return True
                if behind and not after.isdisjoint(behind[0]):
                    return True
    return False


@lru_cache(maxsize=1)
def _strikes() -> tuple[frozenset[str], ...]:
    """Words that strike out what follows, that may stand between, and that strike out what stands before them."""
    kinds = (("not", "не", "ոչ"), ("a", "an", "the", "թե"), ("yox", "deyil", "չէ"))
    return tuple(frozenset(map(skeleton, words)) for words in kinds)


def _runs_through(words: Sequence[str], keys: Sequence[tuple[str, ...]], same: Any) -> bool:
    spans = range(len(keys) - len(words) + 1)
    return any(
        all(any(same(word, key) for key in keys[start + offset]) for offset, word in enumerate(words))
        for start in spans
    )


def _same(word: str, key: str) -> bool:
    return word == key


def _inflected(word: str, key: str) -> bool:
    """Return whether both are forms of one word: "кухню" and "кухня", "divana" and "divan"."""
    stem = word[:-1] if len(word) > _STEM_LETTERS else word
    return key.startswith(stem) and len(key) - len(stem) <= _ENDING_LETTERS


def _pieces(tokens: Sequence[Token], length: int) -> list[str]:
    words = [token.keys[0] for token in tokens]
    size = max(length, 1)
    return [" ".join(words[start : start + size]) for start in range(max(len(words) - size + 1, 1))]


@lru_cache(maxsize=1)
def _ordinals() -> Vocabulary[int]:
    return Vocabulary.of(load("ordinals"))
