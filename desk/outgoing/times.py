"""Times at which a message may leave, by the customer's clock: what the composer offers and what it sends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from core.calendars.clock import first_instant
from core.errors import Refused

HOUR = timedelta(hours=1)
MORNING = time(9)
FURTHEST = timedelta(days=366)
LOCAL = "%Y-%m-%dT%H:%M"
"""How a browser writes and reads a field of date and time."""


@dataclass(frozen=True, slots=True)
class Later:
    """What the composer offers: both times by the customer's clock; `zone` where it is not the reader's own."""

    hour: datetime
    tomorrow: datetime
    first: str
    last: str
    zone: str

    @classmethod
    def of(cls, *, zone: str, reader: str, now: datetime) -> Later:
        local = now.astimezone(ZoneInfo(zone))
        same = ZoneInfo(reader).utcoffset(now.replace(tzinfo=None)) == local.utcoffset()
        return cls(
            hour=local + HOUR,
            tomorrow=tomorrow_morning(zone, now).astimezone(ZoneInfo(zone)),
            first=local.strftime(LOCAL),
            last=(local + FURTHEST).strftime(LOCAL),
            zone="" if same else zone,
        )


def tomorrow_morning(zone: str, now: datetime) -> datetime:
    """The next 9:00 of a day that has not begun yet, by the customer's clock."""
    wall = now.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return first_instant(datetime.combine(wall.date() + timedelta(days=1), MORNING), ZoneInfo(zone))


def chosen(asked: Mapping[str, str], *, zone: str, now: datetime) -> datetime | None:
    """When a message of the composer leaves: `later` is hour, tomorrow, or at with the wall time `at`; None at once.

    Refused for a time that is none, over, or more than a year ahead.
    """
    match asked.get("later", ""):
        case "":
            return None
        case "hour":
            return now + HOUR
        case "tomorrow":
            return tomorrow_morning(zone, now)
        case "at":
            return instant(asked.get("at", ""), zone=zone, now=now)
    raise Refused(_("Choose a time that is still to come."))


def instant(text: str, *, zone: str, now: datetime) -> datetime:
    """The instant of a wall time of that zone, as a browser writes it. Refused like `chosen`."""
    try:
        at = first_instant(datetime.fromisoformat(text).replace(tzinfo=None), ZoneInfo(zone))
    except (ValueError, OverflowError):
        raise Refused(_("Choose a day and a time.")) from None
    if at <= now:
        raise Refused(_("Choose a time that is still to come."))
    if at > now + FURTHEST:
        raise Refused(_("Choose a time within a year."))
    return at
