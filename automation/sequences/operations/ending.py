"""A sequence ends: its due row goes with it, and the reason stays (spec 10.1)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from automation.sequences.enums import EnrolmentState, Stop
from automation.sequences.models import Enrolment
from bookings.appointments.models import Booking, BookingStatus
from core import clock
from core.due.operations import cancel_all
from core.events.actor import SYSTEM, Actor
from core.events.operations import EventDraft, record_all
from crm.contacts.models import Contact
from crm.pipeline.models import StageKind
from crm.quotes.enums import QuoteState
from crm.quotes.models import Quote

STEP = "sequence.step"
"""Kind of the due row of what comes next, keyed by the enrolment's id."""
AT_ONCE = 500
COUNTED = timedelta(days=30)
"""A yes so long after the beginning counts as the sequence's, and as that of those left alone."""


def end(
    enrolments: Iterable[Enrolment], reason: Stop, *, now: datetime, actor: Actor = SYSTEM
) -> list[Enrolment]:
    """Stop the locked enrolments that are under way; three statements, whatever their number."""
    found = [each for each in enrolments if each.state == EnrolmentState.ACTIVE]
    if not found:
        return []
    for each in found:
        each.state, each.stop_reason, each.ended_at, each.due_at = EnrolmentState.STOPPED, reason, now, None
        if reason is Stop.REPLY:
            each.answered_at = each.answered_at or now
    Enrolment.objects.bulk_update(found, ["state", "stop_reason", "ended_at", "due_at", "answered_at"])
    cancel_all(kind=STEP, keys=[str(each.pk) for each in found])
    record_all(
        EventDraft(
            name="sequence.stopped",
            subject=each,
            actor=actor,
            payload={
                "sequence": each.sequence.key,
                "name": each.sequence.name,
                "reason": reason.value,
                "sent": each.sent,
            },
        )
        for each in found
    )
    return found


def locked(rows: QuerySet[Enrolment]) -> list[Enrolment]:
    """Those under way, locked in the order of their ids."""
    active = rows.filter(state=EnrolmentState.ACTIVE).select_related("sequence").order_by("pk")
    return list(active.select_for_update(of=("self",), no_key=True))


@transaction.atomic
def stop_for_contact(contact: Contact, reason: Stop) -> None:
    """The contact wants no more: every sequence of theirs ends, on every channel."""
    end(locked(Enrolment.objects.filter(contact=contact)), reason, now=clock.now())


@transaction.atomic
def settle(*, now: datetime) -> int:
    """End what has no reason to go on, and note who said yes; set-based, safe to repeat. How many were ended.

    Sending looks at the same rules under its locks; this keeps the screens and the figures true in between.
    """
    ended = 0
    for reason, rows in _endings(now):
        found = locked(Enrolment.objects.filter(pk__in=rows.order_by("pk").values("pk")[:AT_ONCE]))
        ended += len(end(found, reason, now=now))
    _note_conversions(now)
    return ended


def _endings(now: datetime) -> list[tuple[Stop, QuerySet[Enrolment]]]:
    active = Enrolment.objects.filter(state=EnrolmentState.ACTIVE)
    ahead = Booking.objects.filter(
        contact=OuterRef("contact"), status=BookingStatus.CONFIRMED, starts_at__gt=now
    )
    decided = Quote.objects.filter(
        lead=OuterRef("lead"),
        state__in=[QuoteState.ACCEPTED, QuoteState.DECLINED],
        closed_at__gte=OuterRef("created_at"),
    )
    return [
        (Stop.WON, active.filter(lead__stage_kind=StageKind.WON)),
        (Stop.LOST, active.filter(lead__stage_kind=StageKind.LOST)),
        (Stop.BOOKED, active.filter(Exists(ahead))),
        (Stop.QUOTE, active.filter(Exists(decided))),
        (Stop.REPLY, active.filter(contact__last_message_at__gt=F("silent_since"))),
        (Stop.OFF, active.filter(sequence__active=False)),
    ]


def _note_conversions(now: datetime) -> None:
    """Won, accepted or booked within a month of the beginning; of those left alone as well."""
    open_rows = Enrolment.objects.filter(converted="", created_at__gt=now - COUNTED)
    accepted = Quote.objects.filter(
        lead=OuterRef("lead"), state=QuoteState.ACCEPTED, closed_at__gte=OuterRef("created_at")
    )
    booked = Booking.objects.filter(
        lead=OuterRef("lead"),
        status__in=[BookingStatus.CONFIRMED, BookingStatus.ATTENDED],
        created_at__gte=OuterRef("created_at"),
    )
    won = Q(lead__stage_kind=StageKind.WON, lead__closed_at__gte=F("created_at"))
    for name, rule in (("won", won), ("accepted", Q(Exists(accepted))), ("booked", Q(Exists(booked)))):
        found = open_rows.filter(rule).values("pk")
        Enrolment.objects.filter(pk__in=found).update(converted=name, converted_at=now)
