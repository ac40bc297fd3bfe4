"""What a draft would do to the leads: counts that can be summed over parts, and what is read from them. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

MOVERS = 8
ENOUGH = 20
"""Fewer won or lost leads tell nothing about how well points part them."""

Pair = tuple[int, int]
Step = tuple[str, str]


@dataclass(frozen=True)
class Mover:
    lead_id: int
    before: int
    after: int

    @property
    def change(self) -> int:
        return self.after - self.before


@dataclass(frozen=True)
class Effect:
    """`scores` of open leads, `won` and `lost` of closed ones: how many have (points now, points by the draft).

    `outcomes` and `grades` of open leads: how many go from one to the other.
    """

    scores: Mapping[Pair, int] = field(default_factory=dict)
    won: Mapping[Pair, int] = field(default_factory=dict)
    lost: Mapping[Pair, int] = field(default_factory=dict)
    outcomes: Mapping[Step, int] = field(default_factory=dict)
    grades: Mapping[Step, int] = field(default_factory=dict)
    movers: tuple[Mover, ...] = ()

    def __add__(self, other: Effect) -> Effect:
        def both(name: str) -> dict[Any, int]:
            return dict(Counter(getattr(self, name)) + Counter(getattr(other, name)))

        movers = sorted((*self.movers, *other.movers), key=lambda each: (-abs(each.change), each.lead_id))
        names = ("scores", "won", "lost", "outcomes", "grades")
        return Effect(**{name: both(name) for name in names}, movers=tuple(movers[:MOVERS]))

    @property
    def leads(self) -> int:
        """Open leads."""
        return sum(self.scores.values())

    @property
    def changed(self) -> int:
        """Open leads that get other points."""
        return sum(count for (before, after), count in self.scores.items() if before != after)

    def separation(self) -> tuple[float, float] | None:
        """By the points now and by the draft: in which share of pairs of a won and a lost lead the won one has
        more points, equal points counting half. None where there are too few of either.
        """
        if min(sum(self.won.values()), sum(self.lost.values())) < ENOUGH:
            return None
        now, draft = (_share(_side(self.won, place), _side(self.lost, place)) for place in (0, 1))
        return now, draft

    def to_json(self) -> dict[str, Any]:
        return {
            **{
                name: [[*key, count] for key, count in sorted(getattr(self, name).items())]
                for name in ("scores", "won", "lost", "outcomes", "grades")
            },
            "movers": [[each.lead_id, each.before, each.after] for each in self.movers],
        }

    @classmethod
    def of_json(cls, stored: Mapping[str, Any]) -> Effect:
        def read(name: str) -> dict[Any, int]:
            return {(one, other): count for one, other, count in stored.get(name) or ()}

        names = ("scores", "won", "lost", "outcomes", "grades")
        movers = tuple(Mover(*each) for each in stored.get("movers") or ())
        return cls(**{name: read(name) for name in names}, movers=movers)


def _side(pairs: Mapping[Pair, int], place: int) -> Counter[int]:
    found: Counter[int] = Counter()
    for pair, count in pairs.items():
        found[pair[place]] += count
    return found


def _share(won: Counter[int], lost: Counter[int]) -> float:
    below, better = 0, 0.0
    for points in sorted({*won, *lost}):
        better += won[points] * (below + lost[points] / 2)
        below += lost[points]
    return better / (won.total() * lost.total())


@dataclass(frozen=True)
class Bin:
    """Open leads with `low` to `high` points: how many now, how many by the draft."""

    low: int
    high: int
    before: int
    after: int


def bins(effect: Effect, most: int = 20) -> list[Bin]:
    """The two distributions over the same steps of points, at most `most` of them."""
    before, after = _side(effect.scores, 0), _side(effect.scores, 1)
    points = [*before, *after]
    if not points:
        return []
    low, high = min(points), max(points)
    width = -(-(high - low + 1) // most)
    return [
        Bin(start, start + width - 1, _between(before, start, width), _between(after, start, width))
        for start in range(low, high + 1, width)
    ]


def _between(found: Counter[int], start: int, width: int) -> int:
    return sum(found[points] for points in range(start, start + width))


@dataclass(frozen=True)
class Crossing:
    """How many open leads are there now and by the draft, and how many come and go."""

    key: str
    before: int
    after: int
    comes: int
    goes: int


def crossings(steps: Mapping[Step, int], keys: Iterable[str]) -> list[Crossing]:
    """One for each outcome or grade."""
    found = []
    for key in keys:
        stays = steps.get((key, key), 0)
        goes = sum(count for (one, _other), count in steps.items() if one == key) - stays
        comes = sum(count for (_one, other), count in steps.items() if other == key) - stays
        found.append(Crossing(key, stays + goes, stays + comes, comes, goes))
    return found
