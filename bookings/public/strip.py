"""Free times as a week to choose from, in the visitor's zone. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

WEEK = 7
NOON, EVENING = 12, 17
STAMP = "%Y-%m-%dT%H:%MZ"


@dataclass(frozen=True, slots=True)
class Choice:
    """`value` names the instant in an address; `offset` is set where two times of a day look the same."""

    at: datetime
    value: str
    offset: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """`name` is morning, day or evening."""

    name: str
    choices: list[Choice]


@dataclass(frozen=True, slots=True)
class Tab:
    date: date
    count: int
    is_chosen: bool
    is_today: bool


@dataclass(frozen=True, slots=True)
class Strip:
    """A week that begins today or a multiple of seven days later; `earlier` and `later` are days of its neighbours.

    `next_free` is the first day with times behind a chosen day that has none.
    """

    chosen: date
    tabs: list[Tab]
    parts: list[Part]
    earlier: date | None
    later: date | None
    next_free: date | None


def strip_of(
    times: Sequence[datetime], *, zone: str, now: datetime, last: datetime, asked: date | None = None
) -> Strip:
    """The week of the `asked` day, else of the first day with times. `last`: until when times are offered at all."""
    here = ZoneInfo(zone)
    days: dict[date, list[datetime]] = {}
    for each in times:
        local = each.astimezone(here)
        days.setdefault(local.date(), []).append(local)
    today, end = now.astimezone(here).date(), last.astimezone(here).date()
    chosen = asked if asked and today <= asked <= end else min(days, default=today)
    begin = today + timedelta(days=(chosen - today).days // WEEK * WEEK)
    week = [begin + timedelta(days=number) for number in range(WEEK)]
    following = week[-1] + timedelta(days=1)
    return Strip(
        chosen,
        [Tab(day, len(days.get(day, ())), day == chosen, day == today) for day in week],
        _parts(days.get(chosen, ()), zone),
        max(today, begin - timedelta(days=WEEK)) if begin > today else None,
        following if following <= end else None,
        None if chosen in days else min((day for day in days if day > chosen), default=None),
    )


def choices_of(times: Sequence[datetime], *, zone: str) -> list[Choice]:
    here = ZoneInfo(zone)
    local = [each.astimezone(here) for each in times]
    twice = Counter((each.date(), each.time()) for each in local)
    return [
        Choice(each, stamp(each), f"{each:%z}"[:5] if twice[each.date(), each.time()] > 1 else "")
        for each in local
    ]


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime(STAMP)


def instant(text: str) -> datetime | None:
    """What `stamp` wrote; None for anything else."""
    try:
        return datetime.strptime(text, STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None


def day_of(text: str) -> date | None:
    """An ISO date; None for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _parts(times: Sequence[datetime], zone: str) -> list[Part]:
    found: dict[str, list[Choice]] = {"morning": [], "day": [], "evening": []}
    for choice in choices_of(times, zone=zone):
        hour = choice.at.hour
        found["morning" if hour < NOON else "day" if hour < EVENING else "evening"].append(choice)
    return [Part(name, choices) for name, choices in found.items() if choices]
