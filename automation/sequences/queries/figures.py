"""What sequences brought (spec 10.3): sent, answered, stopped by, converted, beside those that were left alone."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, Sum

from automation.sequences.enums import EnrolmentState, Stop
from automation.sequences.models import Enrolment

WINDOW = timedelta(days=90)
ENOUGH = 30
"""With fewer on a side a comparison would be a guess."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Of the leads that began in the window. `stopped` counts by reason; `left_alone` are those held out."""

    begun: int = 0
    under_way: int = 0
    reached: int = 0
    messages: int = 0
    answered: int = 0
    converted: int = 0
    left_alone: int = 0
    left_alone_converted: int = 0
    stopped: dict[str, int] = field(default_factory=dict)

    @property
    def answered_percent(self) -> int | None:
        return _percent(self.answered, self.reached)

    @property
    def converted_percent(self) -> int | None:
        return _percent(self.converted, self.begun)

    @property
    def left_alone_percent(self) -> int | None:
        return _percent(self.left_alone_converted, self.left_alone)

    @property
    def gain(self) -> int | None:
        """Percentage points more than among those left alone; None while either side is too small."""
        if self.begun < ENOUGH or self.left_alone < ENOUGH:
            return None
        assert self.converted_percent is not None
        assert self.left_alone_percent is not None
        return self.converted_percent - self.left_alone_percent

    @property
    def reasons(self) -> list[tuple[str, int]]:
        """The reasons in words, the most frequent first."""
        named = [(str(Stop(reason).label), count) for reason, count in self.stopped.items()]
        return sorted(named, key=lambda pair: -pair[1])


def _percent(part: int, whole: int) -> int | None:
    return round(100 * part / whole) if whole else None


def figures(now: datetime) -> dict[int, Figures]:
    """By sequence, of the last 90 days; two statements, whatever their number."""
    rows = Enrolment.objects.filter(created_at__gt=now - WINDOW).order_by()
    held = Q(state=EnrolmentState.HELD_OUT)
    yes = ~Q(converted="")
    sums = rows.values("sequence").annotate(
        begun=Count("pk", filter=~held),
        under_way=Count("pk", filter=Q(state=EnrolmentState.ACTIVE)),
        reached=Count("pk", filter=Q(sent__gt=0)),
        messages=Sum("sent"),
        answered=Count("pk", filter=Q(sent__gt=0, answered_at__isnull=False)),
        left_alone=Count("pk", filter=held),
        said_yes=Count("pk", filter=yes & ~held),
        left_alone_converted=Count("pk", filter=yes & held),
    )
    stopped: dict[int, dict[str, int]] = defaultdict(dict)
    reasons = rows.filter(state=EnrolmentState.STOPPED).values("sequence", "stop_reason")
    for row in reasons.annotate(count=Count("pk")):
        stopped[row["sequence"]][row["stop_reason"]] = row["count"]
    counted: list[dict[str, Any]] = [dict(row) for row in sums]
    return {
        row["sequence"]: Figures(
            stopped=stopped[row.pop("sequence")],
            converted=row.pop("said_yes"),
            **{name: count or 0 for name, count in row.items()},
        )
        for row in counted
    }
