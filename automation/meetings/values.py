"""What is said and known of meetings: wishes, offers, and the desk that keeps and books times. Values only."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any, Protocol

from automation.flows.wording import Texts
from bookings.choosing import Wish as Nearest
from bookings.choosing import part_of


@dataclass(frozen=True, slots=True)
class Wish:
    """When the customer would like to meet, in wall time of their zone. `after`: not before the hour, rather than at it."""

    day: date | None = None
    at: time | None = None
    after: bool = False
    part: Any = None

    @classmethod
    def of(cls, plain: Mapping[str, Any] | None) -> Wish | None:
        """Read what understanding found ({"day", "at", "after", "part"}) or `plain` wrote."""
        if not plain:
            return None
        day, at = plain.get("day"), plain.get("at")
        return cls(
            date.fromisoformat(day) if day else None,
            time.fromisoformat(at) if at else None,
            bool(plain.get("after")),
            plain.get("part"),
        )

    def plain(self) -> dict[str, Any]:
        return {
            "day": self.day.isoformat() if self.day else None,
            "at": f"{self.at:%H:%M}" if self.at else None,
            "after": self.after,
            "part": self.part,
        }

    @property
    def names_one(self) -> bool:
        """Whether it is an hour and not a stretch."""
        return self.at is not None and not self.after

    @property
    def nearest(self) -> Nearest:
        """As the choice of good times takes it."""
        return Nearest(day=self.day, at=self.at, part=self.part)

    def fits(self, local: datetime) -> bool:
        if self.day is not None and local.date() != self.day:
            return False
        if self.at is not None and not (local.time() >= self.at if self.after else local.time() == self.at):
            return False
        return self.part is None or self.at is not None or part_of(local) == self.part


@dataclass(frozen=True, slots=True)
class Meeting:
    """What can be booked: its key, its title and where it is, in the customers' words."""

    key: str
    title: Texts = field(default_factory=dict)
    where: Texts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Held:
    """The time is kept for a while; `booking` names it."""

    booking: str


@dataclass(frozen=True, slots=True)
class Booked:
    """It stands; `text` tells the customer what was agreed, where, what to prepare and how to change it, `replies` are
    the buttons for that: labels with payloads.
    """

    text: str = ""
    replies: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Gone:
    """Somebody else has the time, or it was not kept any longer."""


class Desk(Protocol):
    """Who keeps the calendar. The one door through which a run acts within its turn: whether a time can be had
    decides what the customer reads. Everything happens in the transaction of the event.
    """

    def find(self, service: str | None, *, goal: str | None) -> Meeting | None:
        """The service of that key, else the one for the goal; None when nothing of the kind can be booked."""

    def times(self, service: str, *, wish: Wish | None, seen: Collection[datetime]) -> tuple[datetime, ...]:
        """Up to three free times, ascending, nearest to the wish; those `seen` are left out."""

    def hold(self, service: str, at: datetime, *, language: str) -> Held | Gone: ...

    def confirm(self, booking: str, *, purpose: str, language: str) -> Booked | Gone: ...

    def release(self, booking: str) -> None: ...


def code(at: datetime) -> str:
    """A time as it stands in a payload and in a state: short, in UTC."""
    return f"{at.astimezone(UTC):%Y%m%dT%H%MZ}"


def decode(text: str) -> datetime:
    """ValueError for anything but what `code` wrote."""
    return datetime.strptime(text, "%Y%m%dT%H%MZ").replace(tzinfo=UTC)
