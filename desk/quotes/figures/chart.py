"""Pairs of columns over time, in the units of a drawing of WIDTH by HEIGHT."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crm.quotes.figures.periods import Period
from crm.quotes.figures.queries import Counts
from desk.quotes.figures.tables import step_label

WIDTH, HEIGHT = 1120, 150
MOST_LABELS = 10


@dataclass(frozen=True, slots=True)
class Column:
    """Two columns of one step: what was sent, and what of it was accepted."""

    label: str
    short: str
    sent: int
    accepted: int
    x: float
    width: float
    sent_height: float
    accepted_height: float
    shows_label: bool

    @property
    def accepted_x(self) -> float:
        return round(self.x + self.width, 1)

    @property
    def sent_y(self) -> float:
        return round(HEIGHT - self.sent_height, 1)

    @property
    def accepted_y(self) -> float:
        return round(HEIGHT - self.accepted_height, 1)


def columns(steps: Sequence[tuple[Period, Counts]], period: Period) -> list[Column]:
    """The tallest fills the height."""
    tallest = max((counts.sent for _step, counts in steps), default=0) or 1
    room = WIDTH / max(len(steps), 1)
    width = round(min(room * 0.36, 28), 1)
    every = -(-len(steps) // MOST_LABELS)
    return [
        Column(
            step_label(step, period),
            f"{step.first.day}.{step.first.month}.",
            counts.sent,
            counts.of("accepted"),
            round(place * room + (room - 2 * width) / 2, 1),
            width,
            round(HEIGHT * counts.sent / tallest, 1),
            round(HEIGHT * counts.of("accepted") / tallest, 1),
            place % every == 0,
        )
        for place, (step, counts) in enumerate(steps)
    ]
