"""Until when a quote holds. A date is a whole day in the company's zone, its last minute included."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo


def today_in(timezone: str, now: datetime) -> date:
    return now.astimezone(ZoneInfo(timezone)).date()


def days_left(valid_until: date, *, timezone: str, now: datetime) -> int:
    """1 on the last day, 0 or less once it is over."""
    return (valid_until - today_in(timezone, now)).days + 1


def is_over(valid_until: date, *, timezone: str, now: datetime) -> bool:
    return days_left(valid_until, timezone=timezone, now=now) <= 0


def begins_at(day: date, *, timezone: str) -> datetime:
    """The midnight with which the day begins."""
    return datetime.combine(day, datetime.min.time(), tzinfo=ZoneInfo(timezone))


def ends_at(valid_until: date, *, timezone: str) -> datetime:
    """The instant from which the quote no longer holds: the midnight that ends its last day."""
    return datetime.combine(valid_until + timedelta(days=1), datetime.min.time(), tzinfo=ZoneInfo(timezone))
