"""How likely a lead is won, learned by counting: naive Bayes with smoothing, calibrated on leads held out. Pure.

Each feature of a lead lies at one of its places (`crm.chances.binning`). A place is worth the log-odds of the won share
there less those of all leads. Features are taken as independent, which they are not: together they promise too much.
`fit_line` finds on leads that did not help how far to trust the sum (Platt), so that dependent features shrink together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, log

SMOOTHING = 10.0
"""So many average leads stand at every place beside the counted ones."""
STEPS = 50
TENTHS = 10

Tally = tuple[int, int]
"""How many were won, and how many lost."""


def logit(share: float) -> float:
    return log(share / (1 - share))


def share_of(log_odds: float) -> float:
    """Without overflow, however far from zero."""
    if log_odds >= 0:
        return 1 / (1 + exp(-log_odds))
    return exp(log_odds) / (1 + exp(log_odds))


@dataclass(frozen=True)
class Chance:
    """`parts`: what each feature adds to the log-odds, in their order."""

    share: float
    parts: tuple[float, ...] = ()

    @property
    def percent(self) -> int:
        """From 1 to 99: nothing learned by counting is certain."""
        return max(1, min(99, int(100 * self.share + 0.5)))


@dataclass(frozen=True)
class Line:
    """From log-odds as counted to calibrated ones; the slope is never below zero."""

    slope: float = 1.0
    shift: float = 0.0

    def share(self, log_odds: float) -> float:
        return share_of(self.slope * log_odds + self.shift)


@dataclass(frozen=True)
class Model:
    """Log-odds: `base` of a lead of which nothing counts, and the weight of every place of every feature."""

    base: float
    weights: tuple[tuple[float, ...], ...] = ()

    def log_odds(self, places: Sequence[int]) -> float:
        return self.base + sum(row[place] for row, place in zip(self.weights, places, strict=True))

    def probability(self, places: Sequence[int]) -> Chance:
        parts = tuple(row[place] for row, place in zip(self.weights, places, strict=True))
        return Chance(share_of(self.log_odds(places)), parts)

    def along(self, line: Line) -> Model:
        """The same, calibrated."""
        return Model(
            line.slope * self.base + line.shift,
            tuple(tuple(line.slope * weight for weight in row) for row in self.weights),
        )


def train(won: int, lost: int, counts: Sequence[Sequence[Tally]], smoothing: float = SMOOTHING) -> Model:
    """`counts`: for every feature, for every place. A place that nobody stood at weighs nothing."""
    share = (won + 1) / (won + lost + 2)

    def weight(tally: Tally) -> float:
        there = (tally[0] + smoothing * share) / (sum(tally) + smoothing)
        return logit(there) - logit(share)

    return Model(logit(share), tuple(tuple(weight(tally) for tally in places) for places in counts))


@dataclass(frozen=True)
class Heap:
    """Leads held out for which the same was foretold: log-odds as counted, or a share."""

    foretold: float
    won: int
    lost: int


def fit_line(heaps: Sequence[Heap]) -> Line:
    """The line on which the foretold log-odds come true most likely: Platt's method with his softened targets, by
    Newton's steps, each halved while it does harm. No line where one that falls would fit best: then everybody has
    the average chance.
    """
    won, lost = sum(heap.won for heap in heaps), sum(heap.lost for heap in heaps)
    if not won or not lost:
        return Line(0.0, log((won + 1) / (lost + 1)))
    high, low = (won + 1) / (won + 2), 1 / (lost + 2)
    rows = [(heap.foretold, heap.won + heap.lost, heap.won * high + heap.lost * low) for heap in heaps]
    slope, shift = 0.0, log((won + 1) / (lost + 1))
    loss = _loss(rows, slope, shift)
    for _step in range(STEPS):
        to_slope, to_shift = _newton(rows, slope, shift)
        size = 1.0
        while size > 1e-6 and (new := _loss(rows, slope + size * to_slope, shift + size * to_shift)) > loss:
            size /= 2
        if size <= 1e-6 or loss - new < 1e-9 * max(1.0, loss):
            break
        slope, shift, loss = slope + size * to_slope, shift + size * to_shift, new
    return Line(slope, shift) if slope > 0 else Line(0.0, log((won + 1) / (lost + 1)))


Row = tuple[float, float, float]
"""Foretold log-odds, how many leads, the softened number of won ones among them."""


def _loss(rows: Sequence[Row], slope: float, shift: float) -> float:
    total = 0.0
    for foretold, leads, won in rows:
        at = slope * foretold + shift
        total += leads * (log(1 + exp(-abs(at))) + max(at, 0.0)) - won * at
    return total


def _newton(rows: Sequence[Row], slope: float, shift: float) -> tuple[float, float]:
    aa = ab = bb = 1e-9
    ga = gb = 0.0
    for foretold, leads, won in rows:
        share = share_of(slope * foretold + shift)
        wrong, spread = leads * share - won, leads * share * (1 - share)
        ga += wrong * foretold
        gb += wrong
        aa += spread * foretold * foretold
        ab += spread * foretold
        bb += spread
    det = aa * bb - ab * ab
    if det <= 0:
        return 0.0, -gb / bb
    return -(bb * ga - ab * gb) / det, -(aa * gb - ab * ga) / det


def held_out(folds: Sequence[Sequence[Heap]]) -> list[Heap]:
    """The leads of every fold with the share that a line through the other folds foretells: nobody helped to judge
    themselves.
    """
    found = []
    for place, fold in enumerate(folds):
        line = fit_line([heap for other, heaps in enumerate(folds) if other != place for heap in heaps])
        found += [Heap(line.share(heap.foretold), heap.won, heap.lost) for heap in fold]
    return found


@dataclass(frozen=True)
class Tenth:
    """Leads next to each other by what was foretold of them, from `low` to `high`, `expected` on average."""

    low: float
    high: float
    expected: float
    won: int
    leads: int

    @property
    def actual(self) -> float:
        return self.won / self.leads


@dataclass(frozen=True)
class Quality:
    """How well shares foretell, and how well the bare share of won leads would; the smaller, the better."""

    brier: float
    brier_base: float
    log_loss: float
    log_loss_base: float

    @property
    def is_better(self) -> bool:
        return self.brier < self.brier_base and self.log_loss < self.log_loss_base


def quality(heaps: Sequence[Heap]) -> Quality:
    """Of heaps with shares; at least one lead was won and one lost."""
    won, lost = sum(heap.won for heap in heaps), sum(heap.lost for heap in heaps)
    base = [Heap(won / (won + lost), won, lost)]
    return Quality(_brier(heaps), _brier(base), _log_loss(heaps), _log_loss(base))


def _brier(heaps: Iterable[Heap]) -> float:
    total = leads = 0.0
    for heap in heaps:
        total += heap.won * (1 - heap.foretold) ** 2 + heap.lost * heap.foretold**2
        leads += heap.won + heap.lost
    return total / leads


def _log_loss(heaps: Iterable[Heap]) -> float:
    total = leads = 0.0
    for heap in heaps:
        share = min(max(heap.foretold, 1e-6), 1 - 1e-6)
        total -= heap.won * log(share) + heap.lost * log(1 - share)
        leads += heap.won + heap.lost
    return total / leads


def tenths(heaps: Sequence[Heap]) -> list[Tenth]:
    """About as many leads in each; fewer than ten where many are foretold the same."""
    ordered = sorted((heap for heap in heaps if heap.won + heap.lost), key=lambda heap: heap.foretold)
    whole = sum(heap.won + heap.lost for heap in ordered)
    groups: dict[int, list[Heap]] = {}
    passed, number = 0, 0
    for place, heap in enumerate(ordered):
        if not place or ordered[place - 1].foretold != heap.foretold:
            number = passed * TENTHS // whole
        groups.setdefault(number, []).append(heap)
        passed += heap.won + heap.lost
    return [_tenth(group) for group in groups.values()]


def _tenth(group: Sequence[Heap]) -> Tenth:
    leads = sum(heap.won + heap.lost for heap in group)
    expected = sum(heap.foretold * (heap.won + heap.lost) for heap in group) / leads
    return Tenth(group[0].foretold, group[-1].foretold, expected, sum(heap.won for heap in group), leads)
