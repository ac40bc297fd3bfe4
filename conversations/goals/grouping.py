"""Messages that nothing understood (spec 4.4), in groups of like words, for whoever looks at them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from rapidfuzz.fuzz import token_sort_ratio

from conversations.goals.enums import UnclearState
from conversations.goals.models import Unclear

LOOKED_AT = 500
ALIKE = 75


@dataclass(frozen=True, slots=True)
class Group:
    """Messages worded alike, the newest first; `text` and `language` are those of the newest."""

    rows: tuple[Unclear, ...]

    @property
    def id(self) -> int:
        return self.rows[0].pk

    @property
    def text(self) -> str:
        return self.rows[0].message.text[:300]

    @property
    def language(self) -> str:
        return self.rows[0].language

    @property
    def samples(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(row.message.text[:300] for row in self.rows[1:4]))


def waiting_groups() -> list[Group]:
    """Of the newest 500 that nobody has looked at, the largest group first. One statement."""
    waiting = Unclear.objects.filter(state=UnclearState.WAITING).select_related("message__conversation")
    return group(list(waiting.order_by("-id")[:LOOKED_AT]))


def group(rows: Sequence[Unclear]) -> list[Group]:
    """Return the rows in groups of like words."""
    return [Group(each) for each in alike(rows)]


class Keyed(Protocol):
    """A row with the words of a message as they are compared."""

    pk: int
    key: str


Row = TypeVar("Row", bound=Keyed)


def alike(rows: Sequence[Row]) -> list[tuple[Row, ...]]:
    """Return the rows in groups of like words, the largest first; each row is in one, with the first that it is like."""
    found: list[list[Row]] = []
    for row in rows:
        home = next(
            (each for each in found if token_sort_ratio(each[0].key, row.key, score_cutoff=ALIKE) >= ALIKE),
            None,
        )
        if home is None:
            found.append([row])
        else:
            home.append(row)
    return [tuple(each) for each in sorted(found, key=lambda each: (-len(each), -each[0].pk))]
