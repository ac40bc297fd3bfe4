"""Which of the four languages a message is written in, whatever its script."""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from math import exp, log

from conversations.understanding.knowledge import LANGUAGES, languages
from conversations.understanding.tokens import Token

DEFAULT_LANGUAGE = "en"

_AZERBAIJANI = set("əƏğĞşŞıİ")
_AZERBAIJANI_WEAK = set("çÇöÖüÜ")
_WORD = 2.0
_PHRASE = 0.6
_SPELLING = 1.0
_UNDECIDED = 1.0
_UNSEEN = 1e-4


def detect(prepared: str, tokens: Sequence[Token], *, otherwise: str | None = None) -> str:
    """Return the language of the message; `otherwise`, or English, when nothing tells."""
    counts = _script_counts(prepared)
    letters = sum(counts.values())
    if not letters:
        return otherwise or DEFAULT_LANGUAGE
    if counts["hy"] * 3 >= letters:
        return "hy"
    if counts["ru"] * 3 >= letters:
        return "ru"
    scores = _latin_scores(tokens)
    scores["az"] += 3.0 * counts["az"] + 1.0 * counts["az_weak"]
    best = max(scores.values())
    if otherwise in scores and scores[otherwise] > best - _UNDECIDED:
        return otherwise
    return next(language for language in LANGUAGES if scores[language] == best)


def _script_counts(text: str) -> dict[str, int]:
    counts = {"hy": 0, "ru": 0, "az": 0, "az_weak": 0, "latin": 0}
    for character in text:
        if not character.isalpha():
            continue
        if "\u0530" <= character <= "\u058f":
            counts["hy"] += 1
        elif "\u0400" <= character <= "\u04ff":
            counts["ru"] += 1
        elif character in _AZERBAIJANI:
            counts["az"] += 1
        elif character in _AZERBAIJANI_WEAK:
            counts["az_weak"] += 1
        else:
            counts["latin"] += 1
    return counts


def _latin_scores(tokens: Sequence[Token]) -> dict[str, float]:
    scores = dict.fromkeys(LANGUAGES, 0.0)
    knowledge = languages()
    for token in tokens:
        for language, vocabulary in knowledge.items():
            if not vocabulary.words.isdisjoint(token.keys):
                scores[language] += _WORD
            if vocabulary.intents.knows(token):
                scores[language] += _PHRASE
        for language, score in _spelling(token.keys[0]).items():
            scores[language] += _SPELLING * score
    return scores


@lru_cache(maxsize=20_000)
def _spelling(key: str) -> dict[str, float]:
    """Return by how much the spelling of the word speaks for each language, from 0 to 1."""
    if len(key) < 3 or not key.isalpha():
        return {}
    logs = {
        language: sum(log(model.get(gram, 0.0) + _UNSEEN) for gram in _grams(f"^{key}"))
        for language, model in _spelling_models().items()
    }
    best = max(logs.values())
    odds = {language: exp(max(value - best, -30.0)) for language, value in logs.items()}
    total = sum(odds.values())
    return {language: value / total for language, value in odds.items()}


@lru_cache(maxsize=1)
def _spelling_models() -> dict[str, dict[str, float]]:
    models: dict[str, dict[str, float]] = {}
    for language, vocabulary in languages().items():
        counts: Counter[str] = Counter()
        for word in sorted(vocabulary.words | vocabulary.intents.keys):
            counts.update(_grams(f"^{word}"))
        total = sum(counts.values())
        models[language] = {gram: count / total for gram, count in counts.items()}
    return models


def _grams(text: str) -> list[str]:
    return [text[start : start + 3] for start in range(len(text) - 2)]
