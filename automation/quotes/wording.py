"""Amounts and lists as a customer reads them in a chat. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from automation.flows.wording import MAX_VALUE

FIGURES = 3
"""A range is told in round numbers: so many figures of its upper end count."""


def rounded_out(low: Decimal, high: Decimal) -> tuple[Decimal, Decimal]:
    """Both ends in round numbers, the lower down and the higher up, so that the true range lies within."""
    step = Decimal(10) ** max(0, high.adjusted() - FIGURES + 1)
    down = (low / step).to_integral_value(ROUND_FLOOR) * step
    up = (high / step).to_integral_value(ROUND_CEILING) * step
    return down, up


def joined(words: Iterable[str], *, sign: str = ", ", longest: int = MAX_VALUE) -> str:
    """As many of the words as fit, in order, each once; a word that is too long by itself is left out."""
    found = ""
    for word in dict.fromkeys(" ".join(each.split()) for each in words):
        longer = f"{found}{sign}{word}" if found else word
        if word and len(longer) <= longest:
            found = longer
    return found
