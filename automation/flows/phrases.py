"""Comparing what was typed with phrases and labels, whatever its script, case and signs. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from core.text import normalise

MOST_WORDS = 6


def bare(text: str) -> str:
    """Letters and figures of the text, folded."""
    folded = "".join(char if char.isalnum() else " " for char in normalise(text))
    return " ".join(folded.split())


def contains(text: str, phrases: Sequence[str]) -> bool:
    padded = f" {bare(text)} "
    return any(f" {_bare_phrase(phrase)} " in padded for phrase in phrases)


def says(text: str, phrases: Sequence[str]) -> bool:
    """Whether a short message holds one of the phrases; in a long one they may mean anything."""
    return len(bare(text).split()) <= MOST_WORDS and contains(text, phrases)


def typed(text: str, options: Sequence[tuple[str, Sequence[str]]], *, counted: bool = True) -> str | None:
    """The payload of which a label was typed or, where the list is `counted`, the number in it."""
    said = bare(text)
    if not said:
        return None
    for payload, labels in options:
        if said in {_bare_phrase(label) for label in labels}:
            return payload
    if counted and said.isascii() and said.isdigit() and len(said) <= 2 and 1 <= int(said) <= len(options):
        return options[int(said) - 1][0]
    return None


# Every message is compared with the same phrases and labels of a flow.
_bare_phrase = lru_cache(maxsize=8192)(bare)
