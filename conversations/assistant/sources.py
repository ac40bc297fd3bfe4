"""What the assistant may answer from. Each room registers what it knows; only what is shown can be named as a source."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from conversations.threads.models import Conversation

LONGEST = 1500
MOST_OF_A_KIND = 12
MOST_CHARACTERS = 14_000


@dataclass(frozen=True, slots=True)
class Shown:
    """One source. `url`: where a colleague or a customer can read it."""

    kind: str
    title: str
    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for. Without a conversation nobody's own things are shown."""

    conversation: Conversation | None
    words: str
    language: str
    now: datetime


Gather = Callable[[Asked], list[Shown]]


@dataclass(frozen=True, slots=True)
class _Source:
    gather: Gather
    personal: bool


_sources: dict[str, _Source] = {}


def register(kind: str, gather: Gather, *, personal: bool) -> None:
    """`personal`: about this one customer; shown for a draft that a person looks at, never for what goes out alone.

    Raises ValueError for a kind that is taken.
    """
    if kind in _sources:
        raise ValueError(f"The source {kind!r} is registered already.")
    _sources[kind] = _Source(gather, personal)


def kinds() -> Collection[str]:
    return _sources.keys()


def gathered(asked: Asked, *, personal: bool) -> list[Shown]:
    """In the order of registration, within bounds."""
    found: list[Shown] = []
    room = MOST_CHARACTERS
    for source in _sources.values():
        if source.personal and (not personal or asked.conversation is None):
            continue
        for each in source.gather(asked)[:MOST_OF_A_KIND]:
            text = each.text[:LONGEST]
            if len(text) + len(each.title) <= room:
                found.append(Shown(each.kind, each.title, text, each.url))
                room -= len(text) + len(each.title)
    return found
