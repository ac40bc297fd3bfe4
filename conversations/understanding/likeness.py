"""The last resort for a message in which no phrase was found: the goal whose known phrases are spelled most like it.

Counts of letter groups, words and pairs of words over the example phrases and the lexicons' own words; no weights are
kept, so that a changed phrase counts at once.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import log
from typing import TypeAlias

from conversations.understanding.knowledge import LANGUAGES, languages, phrases
from conversations.understanding.tokens import Token, prepare, tokenise
from conversations.understanding.types import IntentName

LEAST_SCORE = 9.0
_SMOOTHING = 0.3
_SECOND_INTENT = 0.5
_LEXICON_WORD = 0.3

Counts: TypeAlias = defaultdict[IntentName, defaultdict[str, float]]


@dataclass(frozen=True, slots=True)
class Likeness:
    """By feature and goal, how much more often the goal's phrases have the feature than the others' do (log)."""

    weights: Mapping[str, Mapping[IntentName, float]]

    @classmethod
    def of(cls, examples: Iterable[tuple[str, Sequence[IntentName]]]) -> "Likeness":
        """Learn from phrases with their goals, the main one first, and from the words of the lexicons."""
        counts: Counts = defaultdict(lambda: defaultdict(float))
        for text, intents in examples:
            found = _features([token.keys[0] for token in tokenise(prepare(text))])
            for place, intent in enumerate(intents):
                share = _SECOND_INTENT if place else 1.0
                for feature in found:
                    counts[intent][feature] += share
        for intent, words in _lexicon_words():
            for feature in _features(words):
                counts[intent][feature] += _LEXICON_WORD
        return cls(_log_odds(counts))

    def best(self, tokens: Sequence[Token]) -> IntentName | None:
        """Return the goal that the words are most like, or None when they are like none in particular."""
        scores: defaultdict[IntentName, float] = defaultdict(float)
        for feature in _features([token.keys[0] for token in tokens]):
            for intent, weight in self.weights.get(feature, {}).items():
                scores[intent] += weight
        ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
        return ranked[0][0] if ranked and ranked[0][1] >= LEAST_SCORE else None


@lru_cache(maxsize=1)
def built_in() -> Likeness:
    """Return the likeness learnt from the phrases of this package."""
    return Likeness.of(phrases())


def _features(words: Sequence[str]) -> set[str]:
    found = {f"{left} {right}" for left, right in pairwise(words)}
    for word in words:
        bounded = f"^{word}$"
        found.add(bounded)
        for size in (3, 4):
            found.update(bounded[start : start + size] for start in range(len(bounded) - size + 1))
    return found


def _lexicon_words() -> Iterator[tuple[IntentName, list[str]]]:
    for language in LANGUAGES:
        for intent, words in languages()[language].intents.words_of_labels():
            for word in words:
                yield IntentName(intent), [word]


def _log_odds(counts: Counts) -> dict[str, dict[IntentName, float]]:
    everything: defaultdict[str, float] = defaultdict(float)
    for counted in counts.values():
        for feature, count in counted.items():
            everything[feature] += count
    total = sum(everything.values())
    room = _SMOOTHING * len(everything)
    weights: defaultdict[str, dict[IntentName, float]] = defaultdict(dict)
    for intent, counted in counts.items():
        inside = sum(counted.values())
        shift = log((total - inside + room) / (inside + room))
        for feature, count in counted.items():
            outside = everything[feature] - count + _SMOOTHING
            weights[feature][intent] = log((count + _SMOOTHING) / outside) + shift
    return dict(weights)
