"""Who knows what the rows of a kind of import mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from core.events.actor import Actor
from core.text import normalise

if TYPE_CHECKING:
    from django.utils.functional import Promise

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ImportField:
    """`words`: how the column is called in other programs, in any language."""

    key: str
    label: str | Promise
    needed: bool = False
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """`outcome` is created, changed or same."""

    outcome: str
    name: str
    thing: int | None = None
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Importer:
    """`take(rows, options, actor, now)` takes in one thing, of all rows that have the same `key`; it raises Refused with
    what to do. `undo(thing, revision, actor, now)` takes it away again; False where somebody relies on it by now.
    """

    kind: str
    fields: tuple[ImportField, ...]
    key: str
    take: Callable[[Sequence[Row], Mapping[str, Any], Actor, datetime], Taken]
    undo: Callable[[int, int, Actor, datetime], bool]

    def guess(self, header: Sequence[str]) -> dict[str, int]:
        """The columns by their names."""
        names = [_bare(name) for name in header]
        found: dict[str, int] = {}
        for field in self.fields:
            wanted = {_bare(word) for word in (field.key, str(field.label), *field.words)}
            place = next(
                (place for place, name in enumerate(names) if name in wanted and place not in found.values()),
                None,
            )
            if place is not None:
                found[field.key] = place
        return found


def _bare(name: str) -> str:
    return "".join(char for char in normalise(name) if char.isalnum())


_importers: dict[str, Importer] = {}


def register(importer: Importer) -> None:
    """Raises ValueError for a kind that is taken."""
    if importer.kind in _importers:
        raise ValueError(f"The import {importer.kind!r} is registered already.")
    _importers[importer.kind] = importer


def importer_of(kind: str) -> Importer:
    return _importers[kind]
