"""An opt-out survives a merge, whoever of the two said it and however long ago (spec 1.3). Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product


@dataclass(frozen=True, slots=True)
class Word:
    """A consent record: `id` is its place in time."""

    id: int
    purpose: str
    channel: str
    granted: bool


def to_keep(winner: Iterable[Word], loser: Iterable[Word]) -> list[tuple[str, str]]:
    """Purpose and channel of the withdrawals to be said again, since a later yes of the other one would hide them.

    Withdrawn by one of the two, but not by the newest word of both together; every channel ("") speaks for each.
    """
    own, other = list(winner), list(loser)
    both = [*own, *other]
    channels = sorted({"", *(word.channel for word in both)})
    kept: list[tuple[str, str]] = []
    for purpose, channel in product(sorted({word.purpose for word in both}), channels):
        mine, theirs, newest = (_newest(words, purpose, channel) for words in (own, other, both))
        withdrawn = any(word is not None and not word.granted for word in (mine, theirs))
        if newest and newest.granted and withdrawn and (purpose, "") not in kept:
            kept.append((purpose, channel))
    return kept


def _newest(words: Iterable[Word], purpose: str, channel: str) -> Word | None:
    """As crm.consent.queries.newest: the latest of those for this channel and those for every one."""
    heard = [word for word in words if word.purpose == purpose and word.channel in ("", channel)]
    return max(heard, key=lambda word: word.id, default=None)
