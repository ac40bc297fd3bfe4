"""What a company teaches beside the built-in knowledge: phrases of its own, goals merged or switched off (spec 4.1)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from rapidfuzz.distance import OSA

from conversations.understanding.knowledge import languages
from conversations.understanding.tokens import Token, prepare, tokenise
from conversations.understanding.types import Intent, IntentName

LIKE_ENOUGH = 0.75
SURE = 0.95
LIKELY = 0.8
_WORTH_KEEPING = 0.6
_FREQUENT = 0.4
_EXTRA = 0.35
_LETTERS = 3
_STEM_LETTERS = 4
_TYPO_LETTERS = 5
_STEM = 0.8
_TYPO = 0.9


@dataclass(frozen=True, slots=True)
class Taught:
    """A phrase of the company with the goal that it stands for."""

    text: str
    goal: str


@dataclass(frozen=True, slots=True)
class Teaching:
    """Immutable. `instead`: goals that are merged into another, or switched off (then `other` counts in place)."""

    phrases: tuple[Taught, ...] = ()
    instead: Mapping[str, str] = field(default_factory=dict)
    version: int = 0
    _words: tuple[tuple[tuple[str, float], ...], ...] = ()
    _index: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    @classmethod
    def of(
        cls, phrases: Iterable[Taught], *, instead: Mapping[str, str] | None = None, version: int = 0
    ) -> "Teaching":
        kept = tuple(phrases)
        words = tuple(_weighed(tokenise(prepare(phrase.text))) for phrase in kept)
        index: defaultdict[str, list[int]] = defaultdict(list)
        for number, found in enumerate(words):
            for beginning in {word[:_LETTERS] for word, _ in found}:
                index[beginning].append(number)
        return cls(
            kept, dict(instead or {}), version, words, {key: tuple(value) for key, value in index.items()}
        )

    def nearest(self, tokens: Sequence[Token]) -> tuple[Taught, float] | None:
        """Return the phrase that the message is like enough, the most like one first, with a confidence."""
        if not self.phrases or not tokens:
            return None
        said = _weighed(tokens)
        numbers = {number for word, _ in said for number in self._index.get(word[:_LETTERS], ())}
        ranked = sorted(((_likeness(self._words[number], said), -number) for number in numbers), reverse=True)
        if not ranked or ranked[0][0] < LIKE_ENOUGH:
            return None
        share, place = ranked[0]
        return self.phrases[-place], SURE if share >= SURE else LIKELY

    def applied(self, intents: Sequence[Intent], tokens: Sequence[Token]) -> tuple[Intent, ...]:
        """Return the goals as the company wants them: a phrase of its own decides, but never over a wish for no more."""
        found = self.nearest(tokens)
        if found is not None and intents[0].name != IntentName.OPT_OUT:
            phrase, sure = found
            rest = [
                each for each in intents if each.name != phrase.goal and each.confidence >= _WORTH_KEEPING
            ]
            rest = [each for each in rest if each.name != IntentName.OTHER and not each.guessed]
            intents = (Intent(phrase.goal, sure), *rest)
        if not self.instead:
            return tuple(intents)
        kept: dict[str, Intent] = {}
        for each in intents:
            name = self.instead.get(each.name, each.name)
            if name not in kept or each.confidence > kept[name].confidence:
                kept[name] = replace(each, name=name)
        if len(kept) > 1:
            kept.pop(IntentName.OTHER, None)
        return tuple(kept.values())


NOTHING = Teaching()


def _weighed(tokens: Sequence[Token]) -> tuple[tuple[str, float], ...]:
    """Return the words; frequent ones weigh less."""
    words = dict.fromkeys(token.keys[0] for token in tokens)
    known = languages().values()
    return tuple((word, _FREQUENT if any(word in each.words for each in known) else 1.0) for word in words)


def _likeness(phrase: Sequence[tuple[str, float]], said: Sequence[tuple[str, float]]) -> float:
    """Return how much of the phrase is in the message, less what the message says beyond it."""
    covered, used = 0.0, set()
    for word, weight in phrase:
        best, place = max(((_alike(word, other), -number) for number, (other, _) in enumerate(said)))
        if best:
            covered += weight * best
            used.add(-place)
    whole = sum(weight for _, weight in phrase)
    all_said = sum(weight for _, weight in said)
    extra = sum(weight for number, (_, weight) in enumerate(said) if number not in used)
    return covered / whole * (1 - _EXTRA * extra / all_said) if whole and all_said else 0.0


def _alike(left: str, right: str) -> float:
    if left == right:
        return 1.0
    if min(len(left), len(right)) < _STEM_LETTERS:
        return 0.0
    if len(left) >= _TYPO_LETTERS and OSA.distance(left, right, score_cutoff=1) <= 1:
        return _TYPO
    shared = next(
        (at for at, (one, two) in enumerate(zip(left, right, strict=False)) if one != two),
        min(len(left), len(right)),
    )
    return _STEM if shared >= _STEM_LETTERS and shared >= 0.6 * max(len(left), len(right)) else 0.0
