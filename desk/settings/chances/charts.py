"""What was foretold beside what came, as numbers for an SVG. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

HEIGHT = 120
WIDTH = 320


@dataclass(frozen=True)
class Pair:
    """A tenth of the leads: percent foretold and percent won, and the two bars."""

    low: int
    high: int
    expected: int
    actual: int
    won: int
    leads: int
    x: float
    width: float

    @property
    def actual_x(self) -> float:
        return round(self.x + self.width, 1)

    @property
    def expected_y(self) -> float:
        return HEIGHT - self.expected_height

    @property
    def actual_y(self) -> float:
        return HEIGHT - self.actual_height

    @property
    def expected_height(self) -> float:
        return round(HEIGHT * self.expected / 100, 1)

    @property
    def actual_height(self) -> float:
        return round(HEIGHT * self.actual / 100, 1)


def pairs(calibration: Sequence[Mapping[str, Any]]) -> list[Pair]:
    """One for each tenth, from the least likely to the most."""
    room = WIDTH / max(len(calibration), 1)
    return [
        Pair(
            low=_percent(tenth["low"]),
            high=_percent(tenth["high"]),
            expected=_percent(tenth["expected"]),
            actual=_percent(tenth["won"] / tenth["leads"]),
            won=tenth["won"],
            leads=tenth["leads"],
            x=round(place * room + room * 0.08, 1),
            width=round(room * 0.42, 1),
        )
        for place, tenth in enumerate(calibration)
    ]


def _percent(share: float) -> int:
    return int(100 * share + 0.5)
