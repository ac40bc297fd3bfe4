"""What follows a sent quote, when, and what ends it (spec 8.4, 10.1). Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Step(StrEnum):
    """FIRST and AGAIN ask after silence, LAST_DAYS says that the offer ends soon, EXPIRED offers a new one."""

    FIRST = "first"
    AGAIN = "again"
    LAST_DAYS = "last_days"
    EXPIRED = "expired"


class Stop(StrEnum):
    """Why a step is not taken any more."""

    DECIDED = "decided"
    EXPIRED = "expired"
    OPTED_OUT = "opted_out"
    WON = "won"
    LOST = "lost"
    REPLIED = "replied"
    BOOKED = "booked"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Rules:
    """How the company follows its quotes: what is on, and after how long."""

    silence: bool = True
    first_hours: int = 4
    again_hours: int = 24
    warning: bool = True
    warning_days: int = 2
    renewal: bool = True

    def takes(self, step: Step) -> bool:
        switches = {Step.LAST_DAYS: self.warning, Step.EXPIRED: self.renewal}
        return switches.get(step, self.silence)


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand with a quote and its customer. `replied` and `booked`: since it was sent."""

    waiting: bool
    expired: bool
    opted_out: bool = False
    won: bool = False
    lost: bool = False
    replied: bool = False
    booked: bool = False


def plan(rules: Rules, *, sent_at: datetime, ends_at: datetime) -> Iterator[tuple[Step, datetime]]:
    """The steps to plan when a quote is sent; AGAIN is planned once FIRST was taken, EXPIRED at the end."""
    first = sent_at + timedelta(hours=rules.first_hours)
    if rules.silence and first < ends_at:
        yield Step.FIRST, first
    warned = ends_at - timedelta(days=rules.warning_days)
    if rules.warning and warned > first:
        yield Step.LAST_DAYS, warned


def after_first(rules: Rules, *, asked_at: datetime, ends_at: datetime) -> datetime | None:
    """When the second question is due, None where the offer would be over by then."""
    at = asked_at + timedelta(hours=rules.again_hours)
    return at if rules.silence and at < ends_at else None


def stopped(step: Step, standing: Standing, rules: Rules) -> Stop | None:
    """Why the step is not taken, None while it still is. What tells of the date is told also to who has replied."""
    asks = step in (Step.FIRST, Step.AGAIN)
    checks = (
        (Stop.OFF, not rules.takes(step)),
        (Stop.DECIDED, not standing.waiting),
        (Stop.EXPIRED, standing.expired and step is not Step.EXPIRED),
        (Stop.OPTED_OUT, standing.opted_out),
        (Stop.WON, standing.won),
        (Stop.LOST, standing.lost),
        (Stop.REPLIED, asks and standing.replied),
        (Stop.BOOKED, asks and standing.booked),
    )
    return next((stop for stop, holds in checks if holds), None)
