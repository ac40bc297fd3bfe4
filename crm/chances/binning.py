"""Where the value of a field lies among the few places that are counted. Pure; `crm.chances.queries.placing` is the same
in SQL.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from core.conditions import FieldType, Money, Text

MOST_NAMES = 12
FEWEST_OF_A_NAME = 8
NAMED = frozenset({FieldType.CHOICE, FieldType.BOOLEAN, FieldType.PLACE})
RANGED = frozenset({FieldType.NUMBER, FieldType.DURATION, FieldType.MONEY})
KNOWN = frozenset({FieldType.TEXT, FieldType.DATE, FieldType.DATETIME, FieldType.PHONE, FieldType.EMAIL})


def plain(value: object) -> str:
    """A choice, yes or no, or a place as it is compared; "" for none."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Text):
        return value.norm
    return "" if value is None else str(value)


@dataclass(frozen=True)
class Names:
    """One place for each of the values, then "another", then "not known"."""

    values: tuple[str, ...]

    @property
    def size(self) -> int:
        return len(self.values) + 2

    def place(self, value: object) -> int:
        name = plain(value)
        if not name:
            return self.size - 1
        return self.values.index(name) if name in self.values else self.size - 2

    def to_json(self) -> dict[str, Any]:
        return {"kind": "names", "values": list(self.values)}


@dataclass(frozen=True)
class Ranges:
    """Below the first edge, from each edge to the next, from the last on; then another currency; then "not known"."""

    edges: tuple[Decimal, ...]
    currency: str = ""

    @property
    def size(self) -> int:
        return len(self.edges) + 3

    def place(self, value: object) -> int:
        if isinstance(value, Money):
            if value.currency != self.currency:
                return self.size - 2
            value = value.amount
        if not isinstance(value, Decimal):
            return self.size - 1
        return bisect_right(self.edges, value)

    def to_json(self) -> dict[str, Any]:
        return {"kind": "ranges", "edges": [str(edge) for edge in self.edges], "currency": self.currency}


@dataclass(frozen=True)
class Known:
    """Known, or not."""

    size = 2

    def place(self, value: object) -> int:
        return 0 if plain(value) else 1

    def to_json(self) -> dict[str, Any]:
        return {"kind": "known"}


Binning = Names | Ranges | Known


def of_json(stored: Mapping[str, Any]) -> Binning:
    match stored["kind"]:
        case "names":
            return Names(tuple(stored["values"]))
        case "ranges":
            return Ranges(tuple(Decimal(edge) for edge in stored["edges"]), stored["currency"])
    return Known()


def names(counted: Mapping[str, int]) -> Names:
    """The commonest values, those that few leads have left to "another"."""
    enough = [(-count, name) for name, count in counted.items() if name and count >= FEWEST_OF_A_NAME]
    return Names(tuple(sorted(name for _count, name in sorted(enough)[:MOST_NAMES])))


def parts(rarer: int) -> int:
    """Into how many ranges numbers are cut where that many leads ended in the rarer way."""
    return 2 if rarer < 60 else 3 if rarer < 150 else 4 if rarer < 400 else 5


def ranges(quantiles: Sequence[Decimal], lowest: Decimal | None, currency: str = "") -> Ranges:
    """Edges where the quantiles lie, without those that would leave a range empty."""
    edges = sorted({Decimal(edge) for edge in quantiles if lowest is not None and edge > lowest})
    return Ranges(tuple(edges), currency)
