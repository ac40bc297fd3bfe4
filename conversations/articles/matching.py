"""Which article answers a question: by how alike it is to the questions that articles answer, in any language and script.

No lexicon: words are compared in the one spelling of understanding ("skolko" is "сколько"), whole, by their beginnings and
by groups of three letters, rare ones weighing more. Pure; made once for a version of the library.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from heapq import nlargest
from math import log, sqrt

from conversations.understanding.knowledge import languages
from conversations.understanding.tokens import prepare, tokenise

SURE = 0.6
"""From here on the article is the answer, if it is ahead of the next by `APART`."""
ALONE = 0.5
"""From here on it is the answer where no other is near."""
LIKELY = 0.36
"""From here on it is worth a suggestion."""
APART = 0.08
FAR = 0.2
LONG_LIST = 2_500
"""Of at most so many occurrences candidates are made; the rarest features first."""
CANDIDATES = 24
MOST_WORDS = 40
_BEGINNING = 4
_GRAM = 3
_WORD, _STEM, _GRAMS = 1.0, 0.9, 0.5
_FREQUENT = 0.3
_COVERED = 0.45


@dataclass(frozen=True, slots=True)
class Question:
    """A question that the article `key` answers."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Match:
    """`likeness` from 0 to 1; `question` is the one that it is most like."""

    key: str
    likeness: float
    question: str


@dataclass(frozen=True, slots=True)
class Matching:
    """Immutable."""

    questions: tuple[Question, ...] = ()
    _vectors: tuple[Mapping[str, float], ...] = ()
    _norms: tuple[float, ...] = ()
    _rarity: Mapping[str, float] = field(default_factory=dict)
    _places: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    _rarest: float = 0.0

    @classmethod
    def of(cls, questions: Iterable[Question]) -> Matching:
        kept = [(each, found) for each in questions if (found := _features(each.text))]
        owners: defaultdict[str, set[str]] = defaultdict(set)
        for each, found in kept:
            for feature in found:
                owners[feature].add(each.key)
        whole = len({each.key for each, _ in kept})
        rarity = {feature: _rare(len(keys), whole) for feature, keys in owners.items()}
        vectors = tuple({name: value * rarity[name] for name, value in found.items()} for _, found in kept)
        places: defaultdict[str, list[int]] = defaultdict(list)
        for number, vector in enumerate(vectors):
            for feature in vector:
                places[feature].append(number)
        return cls(
            tuple(each for each, _ in kept),
            vectors,
            tuple(_norm(vector) for vector in vectors),
            rarity,
            {feature: tuple(numbers) for feature, numbers in places.items()},
            _rare(1, whole),
        )

    def find(self, text: str, *, most: int = 3) -> list[Match]:
        """Return the articles that are worth a suggestion, the most likely first."""
        found = _features(text)
        if not found or not self.questions:
            return []
        said = {name: value * self._rarity.get(name, self._rarest) for name, value in found.items()}
        norm = _norm(said)
        best: dict[str, tuple[float, int]] = {}
        for number in self._candidates(said):
            likeness = self._likeness(number, said, norm)
            key = self.questions[number].key
            if likeness > best.get(key, (0.0, 0))[0]:
                best[key] = (likeness, number)
        ranked = sorted(((value, -number, key) for key, (value, number) in best.items()), reverse=True)
        return [
            Match(key, round(min(value, 1.0), 3), self.questions[-number].text)
            for value, number, key in ranked[:most]
            if value >= LIKELY
        ]

    def _candidates(self, said: Mapping[str, float]) -> Sequence[int]:
        known = sorted(
            (name for name in said if name in self._places), key=lambda name: len(self._places[name])
        )
        gathered: defaultdict[int, float] = defaultdict(float)
        seen = 0
        for name in known:
            places = self._places[name]
            seen += len(places)
            if seen > LONG_LIST and gathered:
                break
            weight = said[name]
            for number in places:
                gathered[number] += weight
        return nlargest(CANDIDATES, gathered, key=gathered.__getitem__)

    def _likeness(self, number: int, said: Mapping[str, float], norm: float) -> float:
        """How alike the two are, with more credit for a message that says all of the question and more."""
        vector = self._vectors[number]
        shared = sum(value * vector[name] for name, value in said.items() if name in vector)
        alike = shared / (norm * self._norms[number])
        covered = min(1.0, shared / self._norms[number] ** 2)
        return (1 - _COVERED) * alike + _COVERED * covered


def is_answer(found: Sequence[Match]) -> bool:
    """Whether the first stands out enough to be said without asking back."""
    if not found:
        return False
    ahead = found[0].likeness - (found[1].likeness if len(found) > 1 else 0.0)
    return ahead >= (APART if found[0].likeness >= SURE else FAR) and found[0].likeness >= ALONE


def _rare(owners: int, whole: int) -> float:
    return log(1 + whole / owners)


def _norm(vector: Mapping[str, float]) -> float:
    return sqrt(sum(value * value for value in vector.values())) or 1.0


def _features(text: str) -> dict[str, float]:
    """Return what is compared of a text, with its weight."""
    found: dict[str, float] = {}
    for token in tokenise(prepare(text))[:MOST_WORDS]:
        for name, weight in _of_word(token.keys[0]):
            found[name] = max(found.get(name, 0.0), weight)
    return found


@lru_cache(maxsize=20_000)
def _of_word(word: str) -> tuple[tuple[str, float], ...]:
    share = _FREQUENT if _is_frequent(word) else 1.0
    whole = f"^{word}$"
    grams = [whole[at : at + _GRAM] for at in range(len(whole) - _GRAM + 1)]
    found = [(f"={word}", _WORD * share)]
    if len(word) > _BEGINNING:
        found.append((f"^{word[:_BEGINNING]}", _STEM * share))
    elif len(word) == _BEGINNING:
        found.append((f"^{word}", _STEM * share))
    each = _GRAMS * share / sqrt(len(grams) or 1)
    return (*found, *((gram, each) for gram in dict.fromkeys(grams)))


@lru_cache(maxsize=20_000)
def _is_frequent(word: str) -> bool:
    return any(word in each.words for each in languages().values())
