from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from itertools import groupby, pairwise

from django.utils.dates import WEEKDAYS_ABBR

from bookings.appointments.queries import bookings
from conversations.accounts.models import ChannelAccount
from conversations.threads.models import LIVE_STATUSES, Conversation
from core.access.models import Shift, Team, User
from core.access.queries import people
from core.calendars.clock import Period
from crm.pipeline.models import Lead, StageKind


@dataclass(frozen=True)
class ShiftLine:
    """Days of the same hours as one line: "Mon–Fri", "09:00–18:00"."""

    days: str
    hours: str


@dataclass(frozen=True)
class Member:
    person: User
    shifts: list[ShiftLine]


@dataclass(frozen=True)
class Work:
    """What a person who leaves leaves behind."""

    leads: int
    chats: int
    meetings: int = 0

    @property
    def is_any(self) -> bool:
        return bool(self.leads or self.chats or self.meetings)


def members() -> list[Member]:
    """Everybody with shifts in few words; three queries."""
    return [Member(person, shift_lines(person.shifts.all())) for person in people()]


def work_of(person: User, now: datetime) -> Work:
    return Work(
        meetings=bookings().upcoming(now).filter(resource__user=person).count(),
        leads=Lead.objects.filter(owner=person, stage_kind=StageKind.OPEN).count(),
        chats=Conversation.objects.filter(assignee=person, status__in=LIVE_STATUSES).count(),
    )


def week_of(person: User) -> list[Period]:
    return [Period(row.weekday, row.start, row.end) for row in person.shifts.all()]


def uses_of_team(team: Team) -> Work:
    """Open leads and live chats that would belong to no team."""
    return Work(
        leads=Lead.objects.filter(team=team, stage_kind=StageKind.OPEN).count(),
        chats=Conversation.objects.filter(team=team, status__in=LIVE_STATUSES).count(),
    )


def channels_of_team(team: Team) -> list[str]:
    return list(ChannelAccount.objects.filter(team=team).order_by("name").values_list("name", flat=True))


def shift_lines(shifts: Iterable[Shift]) -> list[ShiftLine]:
    """The week in as few lines as say it, by the hours of a day."""
    hours: dict[int, tuple[tuple[time, time], ...]] = {}
    for shift in sorted(shifts, key=lambda each: (each.weekday, each.start)):
        hours[shift.weekday] = (*hours.get(shift.weekday, ()), (shift.start, shift.end))
    plans = sorted(hours.items(), key=lambda item: (item[1], item[0]))
    found = []
    for plan, days in groupby(plans, key=lambda item: item[1]):
        numbers = [number for number, _plan in days]
        words = ", ".join(f"{start:%H:%M}–{end:%H:%M}" for start, end in plan)
        found.append((numbers[0], ShiftLine(_days(numbers), words)))
    return [line for _first, line in sorted(found, key=lambda pair: pair[0])]


def _days(numbers: list[int]) -> str:
    """ "Mon–Wed, Fri": runs of three and more are drawn together."""
    runs: list[list[int]] = [[numbers[0]]]
    for before, number in pairwise(numbers):
        if number == before + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(_run(run) for run in runs)


def _run(run: list[int]) -> str:
    names = [str(WEEKDAYS_ABBR[number]) for number in run]
    return f"{names[0]}–{names[-1]}" if len(names) > 2 else ", ".join(names)
