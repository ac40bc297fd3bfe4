"""When the next message of a sequence may leave: waits, quiet hours, the weekly cap, a time that was named. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from conversations.sending.quiet import QuietHours
from core.calendars.clock import first_instant

if TYPE_CHECKING:
    from uuid import UUID

WEEK = timedelta(days=7)
MORNING = time(10)
_PARTS = 10_000
_TURNS = 64


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for everything that is sent unasked. `timezone` is the customer's."""

    quiet: QuietHours = field(default_factory=QuietHours)
    timezone: str = "UTC"
    weekly_cap: int = 3


def free_moment(wanted: datetime, *, sent: Sequence[datetime], rules: Rules) -> datetime:
    """The first moment from `wanted` on that is neither quiet nor above the cap; `sent` are unasked messages so far."""
    at = wanted
    for _turn in range(_TURNS):
        moved = rules.quiet.end_of_quiet(_below_cap(at, sent, rules.weekly_cap), rules.timezone)
        if moved == at:
            return at
        at = moved
    return at


def _below_cap(at: datetime, sent: Sequence[datetime], cap: int) -> datetime:
    """The first moment from `at` on at which fewer than `cap` of `sent` lie in the seven days before."""
    recent = sorted(moment for moment in sent if moment > at - WEEK)
    if len(recent) < cap:
        return at
    return max(at, recent[len(recent) - cap] + WEEK)


def moment_of(
    wait: timedelta, *, since: datetime, now: datetime, sent: Sequence[datetime] = (), rules: Rules
) -> datetime:
    """When a step is due that comes `wait` after `since`: never before `now`."""
    return free_moment(max(since + wait, now), sent=sent, rules=rules)


def foreseen(
    waits: Iterable[timedelta],
    *,
    since: datetime,
    now: datetime,
    sent: Sequence[datetime] = (),
    rules: Rules,
) -> Iterator[datetime]:
    """When each of the steps would be sent, as far as can be told now."""
    known = list(sent)
    for wait in waits:
        at = moment_of(wait, since=since, now=now, sent=known, rules=rules)
        known.append(at)
        since = now = at
        yield at


def named_moment(
    day: date | None,
    at: time | None,
    *,
    now: datetime,
    rules: Rules,
    sent: Sequence[datetime] = (),
) -> datetime | None:
    """The moment that an answer names ("next week", "Friday"): in the morning where it tells no hour. None for one that
    has passed or tells no day.
    """
    if day is None:
        return None
    zone = ZoneInfo(rules.timezone)
    wanted = first_instant(datetime.combine(day, at or MORNING), zone)
    return None if wanted <= now else free_moment(wanted, sent=sent, rules=rules)


def is_held_out(sequence: UUID, lead: UUID, percent: int) -> bool:
    """Whether the lead gets nothing, to compare with; always the same for the same two, for about `percent` of all."""
    digest = sha256(f"{sequence}:{lead}".encode()).digest()
    return int.from_bytes(digest[:8]) % _PARTS < percent * (_PARTS // 100)
