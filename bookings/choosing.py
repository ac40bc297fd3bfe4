"""Which few of many free times to offer (spec 5.2: two or three clear choices, not ten). Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Literal
from zoneinfo import ZoneInfo

Part = Literal["morning", "day", "evening"]

NOON = time(12)
EVENING = time(17)
FIRST_HOUR, LAST_HOUR = 8, 20
"""Between these hours of the customer people like to meet."""

# Weights in "minutes away from ideal": only their order matters.
_UNSOCIAL = 20_000
_OTHER_DAY = 3_000
_OTHER_PART = 1_500
_DAY_LATER = 60
_SAME_DAY = 900
_SAME_PART = 400
_CLOSE = 1_200
_CLOSE_MINUTES = 90
_NOT_FULL_HOUR = 20


@dataclass(frozen=True, slots=True)
class Wish:
    """What the customer said: a day, a time of day, or a part of it; each may be unknown."""

    day: date | None = None
    at: time | None = None
    part: Part | None = None


def good_times(
    times: Sequence[datetime],
    *,
    timezone: str,
    now: datetime,
    wish: Wish | None = None,
    seen: Collection[datetime] = (),
    count: int = 3,
) -> list[datetime]:
    """Up to `count` of the times, ascending: nearest to the wish, else soon, on different days and parts of the day.

    Judged in the customer's `timezone`. Times already `seen` are left out, so that asking again brings others.
    """
    zone = ZoneInfo(timezone)
    wish = wish or Wish()
    known = {each.astimezone(UTC) for each in seen}
    left = sorted({each.astimezone(UTC) for each in times} - known)
    today = now.astimezone(zone).date()
    candidates = [(each, each.astimezone(zone)) for each in left if each > now]
    chosen: list[tuple[datetime, datetime]] = []
    while candidates and len(chosen) < count:
        best = min(
            candidates,
            key=lambda each: (_cost(each[1], wish, today, [local for _, local in chosen]), each[0]),
        )
        chosen.append(best)
        candidates.remove(best)
    return sorted(instant for instant, _local in chosen)


def part_of(at: datetime) -> Part:
    """The part of the day of a local time."""
    if at.time() < NOON:
        return "morning"
    return "day" if at.time() < EVENING else "evening"


def _cost(at: datetime, wish: Wish, today: date, chosen: Sequence[datetime]) -> int:
    return _away_from_wish(at, wish, today) + sum(_crowding(at, other, wish) for other in chosen)


def _away_from_wish(at: datetime, wish: Wish, today: date) -> int:
    cost = _DAY_LATER * (at.date() - today).days if wish.day is None else 0
    if wish.day is not None:
        cost += _OTHER_DAY * abs((at.date() - wish.day).days)
    if wish.at is not None:
        cost += 2 * abs(_minutes(at.time()) - _minutes(wish.at))
    elif wish.part is not None and part_of(at) != wish.part:
        cost += _OTHER_PART
    if wish.at is None and not FIRST_HOUR <= at.hour < LAST_HOUR:
        cost += _UNSOCIAL
    return cost + (_NOT_FULL_HOUR if at.minute else 0)


def _crowding(at: datetime, other: datetime, wish: Wish) -> int:
    """How little choice `at` adds beside a time that is offered already."""
    cost = 0
    if abs((at - other).total_seconds()) < 60 * _CLOSE_MINUTES:
        cost += _CLOSE
    if at.date() == other.date() and wish.day is None:
        cost += _SAME_DAY
    if part_of(at) == part_of(other) and wish.at is None and wish.part is None:
        cost += _SAME_PART
    return cost


def _minutes(at: time) -> int:
    return 60 * at.hour + at.minute
