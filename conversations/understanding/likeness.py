"""Whose known phrases a message is spelled like: a naive Bayes model of the main goal over words, pairs of stems and
groups of four letters.

Things, services, days, colours and people are seen as their class only (`data/classes.yaml`): what is broken says little
about what its owner wants. Counts of the example phrases, made in each process in about a second; no weights are stored,
so that a changed phrase counts at once, and the same phrases give the same model.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, pairwise
from math import exp, log, sqrt

from conversations.understanding.knowledge import first_names, load, phrases
from conversations.understanding.tokens import Token, prepare, tokenise
from conversations.understanding.types import IntentName
from conversations.understanding.vocabulary import Vocabulary

_SMOOTHING = 0.03
_SHARPNESS = 1.05
_LETTERS = 4
_SHORT = 16
_KNOWN_SHARE = 0.42


@dataclass(frozen=True, slots=True)
class Likeness:
    """By feature a weight for each of `goals`, in their order."""

    goals: tuple[IntentName, ...]
    weights: Mapping[str, Sequence[float]]

    @classmethod
    def of(cls, examples: Iterable[tuple[str, Sequence[IntentName]]]) -> Likeness:
        """Learn from phrases with their goals, the main one first; only that one counts."""
        return cls.learnt((features(tokenise(prepare(text))), intents[0]) for text, intents in examples)

    @classmethod
    def unlearnt(cls) -> Likeness:
        """The one that knows no phrase and says nothing."""
        return cls((), {})

    @classmethod
    def learnt(cls, examples: Iterable[tuple[Sequence[str], IntentName]]) -> Likeness:
        """Learn from features with the main goal."""
        goals = tuple(IntentName)
        places = {goal: place for place, goal in enumerate(goals)}
        counts: defaultdict[str, array[float]] = defaultdict(lambda: array("d", bytes(8 * len(goals))))
        totals = [0.0] * len(goals)
        for found, goal in examples:
            place = places[goal]
            share = 1 / sqrt(len(found) or 1)
            totals[place] += share * len(found)
            for feature in found:
                counts[feature][place] += share
        room = [total + _SMOOTHING * len(counts) for total in totals]
        return cls(goals, {feature: _weights(counted, room) for feature, counted in counts.items()})

    def _tells(self, token: Token) -> bool:
        """Return whether the word is known as a whole, and is no name: letters alone make a booking of "Aysel"."""
        return token.keys[0] not in first_names() and any(_seen(key) in self.weights for key in token.keys)

    def probabilities(self, tokens: Sequence[Token]) -> dict[IntentName, float]:
        """Return how likely each goal is, from 0 to 1; nothing where too little of the message is known to tell."""
        if not any(self._tells(token) for token in tokens):
            return {}
        found = features(tokens)
        rows = [row for feature in found if (row := self.weights.get(feature)) is not None]
        if not rows or len(rows) < _KNOWN_SHARE * len(found):
            return {}
        scale = _SHARPNESS / sqrt(len(rows))
        logs = [sum(column) * scale for column in zip(*rows, strict=True)]
        best = max(logs)
        odds = [exp(value - best) for value in logs]
        whole = sum(odds)
        return {goal: value / whole for goal, value in zip(self.goals, odds, strict=True)}


@lru_cache(maxsize=1)
def built_in() -> Likeness:
    """Return the likeness learnt from the phrases of this package."""
    return Likeness.of(phrases())


def features(tokens: Sequence[Token]) -> list[str]:
    """Return what the model sees of a message, each feature once."""
    words = [_seen(token.keys[0]) for token in tokens]
    found = dict.fromkeys(words)
    stems = ["^", *(word if word.startswith("<") else word[:_LETTERS] for word in words), "$"]
    found.update(dict.fromkeys(f"{left} {right}" for left, right in pairwise(stems)))
    found.update(dict.fromkeys(f"{left} _ {right}" for left, right in zip(stems, stems[2:], strict=False)))
    if len(stems) <= _SHORT:
        found.update(
            dict.fromkeys(f"{left}&{right}" for left, right in combinations(sorted(set(stems[1:-1])), 2))
        )
    for word in words:
        if not word.startswith("<"):
            whole = f"^{word}$"
            found.update(dict.fromkeys(whole[at : at + _LETTERS] for at in range(len(whole) - _LETTERS + 1)))
    return list(found)


@lru_cache(maxsize=20_000)
def _seen(word: str) -> str:
    return "#" if word.isdigit() else _classes().get(word) or word


@lru_cache(maxsize=1)
def _classes() -> Vocabulary[str]:
    return Vocabulary.of({f"<{name}>": words for name, words in load("classes").items()})


def _weights(counted: Sequence[float], room: Sequence[float]) -> array[float]:
    logs = [log((count + _SMOOTHING) / each) for count, each in zip(counted, room, strict=True)]
    mean = sum(logs) / len(logs)
    return array("f", [value - mean for value in logs])
