"""When a next step can be put off to with one click, in wall time of the person who plans it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

LENGTH = 200
REMINDER = "lead.next_step"
"""Kind of the due row, keyed by the lead's id: one lead has one next step."""
MORNING = time(10)
EVENING = time(20)
AHEAD = timedelta(hours=2)
GRID = timedelta(minutes=30)


class When(StrEnum):
    TODAY = "today"
    TOMORROW = "tomorrow"
    THREE_DAYS = "three_days"
    MONDAY = "monday"


@dataclass(frozen=True, slots=True)
class Step:
    """What happens next with a lead, and when; an empty text stands for nothing."""

    text: str = ""
    due_at: datetime | None = None


def choices(now: datetime, zone: str) -> Mapping[When, datetime]:
    """The moments to choose from, in order: aware, in `zone`.

    Today is two hours ahead on the half hour, and left out when that is after eight in the evening; other days begin
    at ten. The next Monday is left out where it is tomorrow or in three days.
    """
    local = now.astimezone(ZoneInfo(zone))
    found: dict[When, datetime] = {}
    soon = _rounded_up(local.replace(tzinfo=None) + AHEAD).replace(tzinfo=local.tzinfo)
    if soon.date() == local.date() and soon.time() <= EVENING:
        found[When.TODAY] = soon
    days = {When.TOMORROW: 1, When.THREE_DAYS: 3, When.MONDAY: 7 - local.weekday()}
    taken: set[int] = set()
    for when, ahead in days.items():
        if ahead not in taken:
            found[when] = _morning(local.date() + timedelta(days=ahead), local)
            taken.add(ahead)
    return dict(sorted(found.items(), key=lambda pair: pair[1]))


def _morning(day: date, local: datetime) -> datetime:
    return datetime.combine(day, MORNING, tzinfo=local.tzinfo)


def _rounded_up(wall: datetime) -> datetime:
    past = timedelta(minutes=wall.minute, seconds=wall.second, microseconds=wall.microsecond) % GRID
    return wall + (GRID - past if past else timedelta())
