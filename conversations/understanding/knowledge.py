"""The data files of this package, read and compiled once per process."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from conversations.understanding.lexicon import Lexicon, rows
from conversations.understanding.types import IntentName
from core.text import skeleton

LANGUAGES = ("en", "ru", "hy", "az")
DATA = Path(__file__).parent / "data"
UTTERANCES = DATA / "utterances.tsv"
_UNDECIDED = IntentName.NOT_INTERESTED

_WEIGHTS = {"strong": 1.0, "medium": 0.7, "weak": 0.4, "against": -1.0}


@dataclass(frozen=True, slots=True)
class LanguageKnowledge:
    """What is known of one language: its frequent words, goals, negation (by reach, before and after), contrast."""

    language: str
    words: frozenset[str]
    intents: Lexicon
    negation: Lexicon
    contrast: frozenset[str]


def load(name: str) -> Any:
    """Return the content of a data file of this package."""
    with (DATA / f"{name}.yaml").open(encoding="utf-8") as file:
        return yaml.load(file, Loader=yaml.CSafeLoader)


@lru_cache(maxsize=1)
def languages() -> Mapping[str, LanguageKnowledge]:
    """Return the knowledge of every language by its code."""
    return {language: _language(language, load(f"lexicon_{language}")) for language in LANGUAGES}


@lru_cache(maxsize=1)
def first_names() -> frozenset[str]:
    """Return the first names that are known, as skeletons."""
    return frozenset(skeleton(name) for name in rows(load("names")["first_names"]))


@lru_cache(maxsize=1)
def phrases() -> tuple[tuple[str, tuple[IntentName, ...]], ...]:
    """Return the built-in examples of all languages with their goals, the main one first: phrases, then utterances."""
    found = [(text, intents) for language in LANGUAGES for text, intents in phrases_of(language)]
    return (*found, *((text, intents) for text, intents in utterances() if _UNDECIDED not in intents))


def utterances() -> Iterator[tuple[str, tuple[IntentName, ...]]]:
    """Yield the labelled messages that understanding is judged on; those of no interest are not told from opt-outs."""
    with UTTERANCES.open(encoding="utf-8") as file:
        header = next(file).rstrip("\n").split("\t")
        for line in file:
            row = dict(zip(header, line.rstrip("\n").split("\t"), strict=False))
            yield row["text"], tuple(IntentName(intent) for intent in row["intents"].split(","))


def phrases_of(language: str) -> Iterator[tuple[str, tuple[IntentName, ...]]]:
    """Yield the built-in example phrases of a language."""
    with (DATA / f"phrases_{language}.tsv").open(encoding="utf-8") as file:
        for line in file:
            text, _, intents = line.rstrip("\n").partition("\t")
            if intents:
                yield text, tuple(IntentName(intent) for intent in intents.split(","))


def _language(language: str, data: Mapping[str, Any]) -> LanguageKnowledge:
    sets = {name: tuple(rows(members)) for name, members in data["sets"].items()}
    intents = Lexicon(sets)
    for intent, levels in data["intents"].items():
        for level, patterns in levels.items():
            for row in rows(patterns):
                intents.add(intent, _WEIGHTS[level], row)
    negation = Lexicon(sets)
    for label, by_reach in (("before", data["negation"]), ("after", data.get("after", {}))):
        for reach, patterns in by_reach.items():
            for row in rows(patterns):
                negation.add(label, float(reach), row)
    words = frozenset(key for row in rows(data["words"]) for key in skeleton(row).split())
    contrast = frozenset(skeleton(row) for row in rows(data["contrast"]))
    return LanguageKnowledge(language, words, intents, negation, contrast)
