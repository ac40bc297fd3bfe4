"""What a new phrase would change before it is saved: which known messages would be understood otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from conversations.goals.queries import book, name_of
from conversations.threads.models import Direction, Message
from conversations.understanding import understand
from conversations.understanding.knowledge import phrases
from conversations.understanding.teaching import Taught, Teaching
from conversations.understanding.tokens import Token, prepare, tokenise
from core.company.queries import company

RECENT = 500
SHOWN = 12


@dataclass(frozen=True, slots=True)
class Flip:
    """A message that would count as another goal. `real`: a customer wrote it, it is no built-in example."""

    text: str
    before: str
    after: str
    real: bool


def flips(*, goal: str, text: str, now: datetime) -> list[Flip]:
    """Those of the built-in examples and of the last 500 messages of customers; at most 13, real ones first."""
    taught = Taught(text, goal)
    alone = Teaching.of([taught])
    known = book().teaching
    after = Teaching.of([*known.phrases, taught], instead=known.instead)
    found: list[Flip] = []
    for said, tokens, real in _known_messages():
        if alone.nearest(tokens) is not None:
            one, other = (_main(said, teaching, now) for teaching in (known, after))
            if one != other:
                found.append(Flip(said, name_of(one), name_of(other), real))
        if len(found) > SHOWN:
            break
    return found


def _known_messages() -> Iterable[tuple[str, tuple[Token, ...], bool]]:
    recent = Message.objects.filter(direction=Direction.IN).exclude(text="").order_by("-id")
    for text in dict.fromkeys(recent.values_list("text", flat=True)[:RECENT]):
        yield text, tokenise(prepare(text)), True
    for text, tokens in _examples():
        yield text, tokens, False


@lru_cache(maxsize=1)
def _examples() -> tuple[tuple[str, tuple[Token, ...]], ...]:
    return tuple((text, tokenise(prepare(text))) for text, _ in phrases())


def _main(text: str, teaching: Teaching, now: datetime) -> str:
    profile = company()
    found = understand(text, now=now, timezone=profile.timezone, country=profile.country, taught=teaching)
    return str(found.main_intent)
