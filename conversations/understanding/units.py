"""What a figure counts or measures, told by the word after it, and what it numbers, told by the word before it."""

from functools import lru_cache

from conversations.understanding.knowledge import load
from conversations.understanding.vocabulary import Vocabulary


def unit_after(key: str) -> str | None:
    """Return people, pieces, time, currency or uncounted for the word after a figure, None for any other word."""
    return _units().get(key)


def is_label(key: str) -> bool:
    """Return whether a figure after this word is its number or model ("iPhone 13", "размер 38"), no count."""
    return key in {"#", "no", "-", "+"} or _labels().get(key) is not None


@lru_cache(maxsize=1)
def _units() -> Vocabulary[str]:
    data = load("quantities")
    return Vocabulary.of(
        {
            "people": data["people"],
            "pieces": data["pieces"],
            "time": data["time"],
            "currency": ";".join(data["currencies"].values()),
            "uncounted": data["uncounted"],
        }
    )


@lru_cache(maxsize=1)
def _labels() -> Vocabulary[bool]:
    return Vocabulary.of({True: load("quantities")["not_counted_after"]})
