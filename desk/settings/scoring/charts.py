"""Bars of a histogram as numbers for an SVG. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crm.scoring.effect import Bin

HEIGHT = 80
WIDTH = 320


@dataclass(frozen=True)
class Bar:
    """`x` and `width` of both bars of a step of points, and for each its `y` and height."""

    step: Bin
    x: float
    width: float
    before_y: float
    before_height: float
    after_y: float
    after_height: float
    shows_label: bool

    @property
    def middle(self) -> float:
        return round(self.x + self.width, 1)

    @property
    def after_x(self) -> float:
        return round(self.x + self.width, 1)


def bars(steps: Sequence[Bin], *, with_draft: bool = True) -> list[Bar]:
    """The tallest fills the height; every step has a bar for now and one for the draft."""
    heights = [max(step.before, step.after if with_draft else 0) for step in steps]
    tallest = max(heights, default=0) or 1
    room = WIDTH / max(len(steps), 1)
    width = round(room * 0.42, 1)
    every = max(1, round(len(steps) / 8))
    found = []
    for place, step in enumerate(steps):
        before, after = (round(HEIGHT * count / tallest, 1) for count in (step.before, step.after))
        x = round(place * room + room * 0.08, 1)
        ys = round(HEIGHT - before, 1), round(HEIGHT - after, 1)
        found.append(Bar(step, x, width, ys[0], before, ys[1], after, place % every == 0))
    return found
