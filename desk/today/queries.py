"""The work list of a person: who waits, what is due, whom to meet and to call. Twelve statements, whatever there is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, F, prefetch_related_objects

from automation.advice.queries import Advice, advice_for
from bookings.appointments.models import Booking, BookingStatus
from bookings.appointments.queries import bookings_visible_to
from conversations.threads.models import Conversation
from conversations.threads.queries import conversations, waiting, waiting_count
from core.access.models import User
from crm.calls.models import Call
from crm.calls.queries import to_return
from crm.contacts.models import Contact
from crm.pipeline.enums import NextStepHealth
from crm.pipeline.models import Lead
from crm.pipeline.queries import LeadQuerySet, Today, leads
from crm.pipeline.queries.leads import next_step_is

SHOWN = 15
WAITING_SHOWN = 8
MOST_CALLS = 50
MOST_MEETINGS = 50


@dataclass(frozen=True, slots=True)
class Day:
    """Each list holds at most SHOWN rows, and WAITING_SHOWN of those who wait: the inbox is for them.

    `counts` says how many there are, by the name of the list; `advice` what to do with a lead, by its id.
    """

    waiting: list[Conversation]
    meetings: list[Booking]
    overdue: list[Lead]
    due_today: list[Lead]
    to_call: list[Call]
    without_step: list[Lead]
    counts: dict[str, int]
    advice: dict[int, Advice] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        return not any(self.counts.values())


def day_of(user: User, now: datetime) -> Day:
    today = Today.of(user, now)
    mine = leads().visible_to(user).open().filter(owner=user)
    health = mine.aggregate(
        **{each: Count("pk", filter=next_step_is(each, today)) for each in NextStepHealth}
    )
    calls = list(to_return(user, now=now).with_people().newest_first()[:MOST_CALLS])
    called = {call.lead.pk for call in calls if call.lead is not None and call.lead.owner_id == user.pk}
    meetings = _meetings(user, today)
    day = Day(
        waiting=list(_waiting(user)),
        meetings=meetings[:SHOWN],
        overdue=_due(mine, NextStepHealth.OVERDUE, today),
        due_today=_due(mine, NextStepHealth.TODAY, today),
        to_call=calls[:SHOWN],
        without_step=_without_step(mine, called),
        counts={
            "waiting": waiting_count(user),
            "meetings": len(meetings),
            "overdue": health["overdue"],
            "due_today": health["today"],
            "to_call": len(calls),
            "without_step": max(0, health["none"] - len(called)),
        },
    )
    _with_phones(day)
    day.advice.update(advice_for([*day.overdue, *day.due_today, *day.without_step], now))
    return day


def _waiting(user: User) -> Iterable[Conversation]:
    """Who has waited longest stands first."""
    order = (F("waiting_since").asc(nulls_last=True), "id")
    # Only keys are sorted, however many wait.
    first = waiting(user).order_by(*order).values("pk")[:WAITING_SHOWN]
    return conversations().filter(pk__in=first).with_row().order_by(*order)


def _meetings(user: User, today: Today) -> list[Booking]:
    """Own meetings of the day that nobody has marked yet, and those about own leads."""
    begins = today.ends - timedelta(days=1)
    rows = bookings_visible_to(user).between(begins, today.ends).filter(status=BookingStatus.CONFIRMED)
    own = rows.filter(resource__user=user) | rows.filter(lead__owner=user)
    return list(own.with_details()[:MOST_MEETINGS])


def _due(mine: LeadQuerySet, health: NextStepHealth, today: Today) -> list[Lead]:
    rows = mine.filter(next_step_is(health, today)).with_people()
    return list(rows.order_by("next_step_at", "id")[:SHOWN])


def _without_step(mine: LeadQuerySet, called: set[int]) -> list[Lead]:
    """The best ones first; those that stand among the calls already are left out."""
    rows = mine.filter(next_step_at__isnull=True).exclude(pk__in=called).with_people()
    return list(rows.order_by("-score", "-id")[:SHOWN])


def _with_phones(day: Day) -> None:
    """How everybody in the lists can be called, with one statement."""
    people: list[Contact] = [lead.contact for lead in (*day.overdue, *day.due_today, *day.without_step)]
    people += [call.contact for call in day.to_call]
    people += [booking.contact for booking in day.meetings if booking.contact is not None]
    prefetch_related_objects(people, "points")
