"""A calendar in memory: what the desk of bookings does, for tests of the engine."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from automation.meetings.values import Booked, Gone, Held, Meeting, Wish
from bookings.choosing import good_times

ZONE = "Asia/Yerevan"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""A Monday, 13:00 in Yerevan."""
VISIT = Meeting("visit", {"en": "Visit", "ru": "Визит"}, {"en": "Abovyan 1"})


def at(day: int, hour: int) -> datetime:
    """A moment of March 2026 in Yerevan."""
    return datetime(2026, 3, day, hour, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)


def weekdays(last: int = 13) -> list[datetime]:
    """Every hour from 10 to 17 of the coming working days."""
    days = (day for day in range(3, last + 1) if datetime(2026, 3, day, tzinfo=UTC).weekday() < 5)
    return [at(day, hour) for day in days for hour in range(10, 18)]


@dataclass
class Calendar:
    """`confirmed` counts how often each booking was made to stand; `log` keeps what every call was answered."""

    free: list[datetime] = field(default_factory=weekdays)
    meeting: Meeting | None = VISIT
    held: dict[str, datetime] = field(default_factory=dict)
    confirmed: list[datetime] = field(default_factory=list)
    log: list[Any] = field(default_factory=list)
    number: int = 0

    def find(self, service: str | None, *, goal: str | None) -> Meeting | None:
        found = self.meeting if service in (None, "visit") else None
        return self._said(found)

    def times(self, service: str, *, wish: Wish | None, seen: Collection[datetime]) -> tuple[datetime, ...]:
        left = [each for each in self.free if each not in self.held.values() and each not in seen]
        if wish is not None and wish.after and wish.at is not None:
            left = [each for each in left if each.astimezone(ZoneInfo(ZONE)).time() >= wish.at]
        nearest = wish.nearest if wish else None
        return self._said(tuple(good_times(left, timezone=ZONE, now=NOW, wish=nearest, seen=seen)))

    def hold(self, service: str, at: datetime, *, language: str) -> Held | Gone:
        if at not in self.free or at in self.held.values():
            return self._said(Gone())
        self.number += 1
        self.held[str(self.number)] = at
        return self._said(Held(str(self.number)))

    def confirm(self, booking: str, *, purpose: str, language: str) -> Booked | Gone:
        moment = self.held.pop(booking, None)
        if moment is None:
            return self._said(Gone())
        self.free.remove(moment)
        self.confirmed.append(moment)
        return self._said(Booked("Details.", (("Another time", "booking:other:1"),)))

    def release(self, booking: str) -> None:
        self.held.pop(booking, None)

    def take(self, moment: datetime) -> None:
        """Somebody else books that time."""
        self.free.remove(moment)

    def let_holds_expire(self, *, taken: bool = False) -> None:
        for moment in self.held.values():
            if taken:
                self.free.remove(moment)
        self.held.clear()

    def _said(self, answer: Any) -> Any:
        self.log.append(answer)
        return answer


class Recorded:
    """Answers as another calendar did: the engine played again must ask the same in the same order."""

    def __init__(self, log: list[Any]) -> None:
        self.log = iter(log)

    def find(self, *_: Any, **__: Any) -> Any:
        return next(self.log)

    times = hold = confirm = find

    def release(self, booking: str) -> None:
        return None
