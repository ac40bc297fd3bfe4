"""Which leads a sequence begins for: found in the database, all at once (spec 10.1: trigger and segment)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import DateTimeField, Exists, F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest

from automation.flows.models import FlowRun, RunStatus
from automation.sequences.enums import EnrolmentState, Trigger
from automation.sequences.models import Enrolment, Sequence
from automation.sequences.queries.sending import moment
from automation.sequences.script import Script
from bookings.appointments.models import Booking, BookingStatus
from conversations.threads.models import Conversation, Handler
from conversations.threads.queries import NOT_CLOSED
from core.conditions import parse
from core.due.models import DueRow, DueStatus
from crm.consent.models import ConsentRecord, Purpose
from crm.pipeline.models import Lead, StageKind
from crm.quotes.enums import QuoteState
from crm.quotes.models import Quote

AT_ONCE = 500
"""So many leads of a sequence begin in one turn."""
STRETCH = 50_000
"""So many leads are gone through in one look for the silent ones."""
SILENCES = (Trigger.QUOTE, Trigger.BOOKING, Trigger.SILENCE)
"""Who was written to for one of these is left alone until the customer says something (spec 10.2: then stop)."""
GOING_ON = ("flow.silence", "flow.start", "quote.follow_up", "quote.make")
"""Kinds of due rows that speak to the customer by themselves; what comes of them later than `SOON` does not wait."""
SOON = timedelta(days=2)


def candidates(sequence: Sequence, script: Script, now: datetime) -> QuerySet[Lead]:
    """Open leads for which the sequence may begin, each with `anchor`: the last word of anybody after what set it off.

    Left out is who wants no follow-ups, has a meeting ahead, waits for our answer, is in another sequence, hears from a
    flow or a quote still, or had this one since.
    """
    started = _TRIGGERS[script.trigger](script, now)
    spoken = Conversation.objects.filter(lead=OuterRef("pk")).order_by()
    ended = Enrolment.objects.filter(lead=OuterRef("pk")).exclude(state=EnrolmentState.HELD_OUT).order_by()
    rows = started.filter(stage_kind=StageKind.OPEN).annotate(
        spoke_at=_newest(spoken.values("lead").annotate(at=Max("last_message_at"))),
        ended_at=_newest(ended.values("lead").annotate(at=Max("last_sent_at"))),
    )
    rows = rows.annotate(
        anchor=Greatest("started_at", "spoke_at", "ended_at", "customer_wrote_at", "contact__last_message_at")
    )
    rows = rows.filter(anchor__lte=now - script.quiet, anchor__gt=now - script.within)
    rows = rows.exclude(_left_alone(sequence, script, now))
    if script.has_segment:
        rows = rows.filter(parse(script.segment, "lead").to_q(moment(now)))
    return rows


def stretch(sequence: Sequence, trigger: Trigger) -> tuple[int, int | None]:
    """Between which ids of leads to look this time: above the first, up to the second; (0, None) is everywhere.

    Silence can be anywhere, so that a million leads are gone through in stretches, the next at the next look. Other
    triggers are found by rows of their own, which are few.
    """
    if trigger != Trigger.SILENCE:
        return 0, None
    after: int = cache.get(_place(sequence), 0)
    ids = Lead.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)
    return after, ids[STRETCH - 1 : STRETCH].first()


def go_on_from(sequence: Sequence, after: int) -> None:
    """Where the next look begins; 0 is from the beginning. Forgotten after a day, which costs a look from there."""
    cache.set(_place(sequence), after, 24 * 3600)


def _place(sequence: Sequence) -> str:
    return f"sequences.looked.{sequence.pk}"


def _newest(rows: QuerySet[Any]) -> Subquery:
    return Subquery(rows.values("at"), output_field=DateTimeField())


def _left_alone(sequence: Sequence, script: Script, now: datetime) -> Q:
    mine = Enrolment.objects.filter(lead=OuterRef("pk"))
    since = Greatest(OuterRef("started_at"), OuterRef("customer_wrote_at"))
    had = mine.filter(sequence=sequence, created_at__gte=since)
    meeting = Booking.objects.filter(
        contact=OuterRef("contact"), status=BookingStatus.CONFIRMED, starts_at__gt=now
    )
    waiting = Conversation.objects.filter(
        NOT_CLOSED, contact=OuterRef("contact"), waiting_since__isnull=False
    )
    going_on = DueRow.objects.filter(
        lead_id=OuterRef("pk"), status=DueStatus.PENDING, kind__in=GOING_ON, due_at__lte=now + SOON
    )
    alone = (
        Q(Exists(mine.filter(state=EnrolmentState.ACTIVE)))
        | Q(Exists(had))
        | Q(Exists(meeting))
        | Q(Exists(waiting))
        | Q(Exists(going_on))
        | Q(Exists(_opted_out()))
    )
    if script.trigger in SILENCES:
        written_to = mine.filter(why__trigger__in=[each.value for each in SILENCES])
        heard = Coalesce(OuterRef("customer_wrote_at"), OuterRef("created_at"))
        alone |= Q(Exists(written_to.exclude(state=EnrolmentState.HELD_OUT).filter(created_at__gte=heard)))
    return alone


def _opted_out() -> QuerySet[ConsentRecord]:
    """The newest word of the contact on follow-ups on every channel, where it is no."""
    words = ConsentRecord.objects.filter(contact=OuterRef("contact"), purpose=Purpose.FOLLOW_UP, channel="")
    newest = words.order_by("-id").values("pk")[:1]
    return words.filter(pk=Subquery(newest), granted=False)


def _stalled(script: Script, now: datetime) -> QuerySet[Lead]:
    """The flow waits for an answer."""
    runs = FlowRun.objects.filter(
        conversation__handler=Handler.FLOW, status=RunStatus.ACTIVE, state__has_key="pending"
    )
    return _started(runs.exclude(state__pending=None), "updated_at", script, now, lead="conversation__lead")


def _missed(script: Script, now: datetime) -> QuerySet[Lead]:
    return _started(Booking.objects.filter(status=BookingStatus.NO_SHOW), "ends_at", script, now)


def _quoted(script: Script, now: datetime) -> QuerySet[Lead]:
    return _started(Quote.objects.filter(state=QuoteState.SENT), "sent_at", script, now)


def _begun(script: Script, now: datetime) -> QuerySet[Lead]:
    """A time was kept and let go, and nothing was booked since."""
    lapsed = Q(status=BookingStatus.HELD, hold_expires_at__lt=now) | Q(status=BookingStatus.EXPIRED)
    agreed = [BookingStatus.CONFIRMED, BookingStatus.ATTENDED, BookingStatus.NO_SHOW]
    after = Booking.objects.filter(lead=OuterRef("pk"), status__in=agreed)
    begun = _started(Booking.objects.filter(lapsed), "hold_expires_at", script, now)
    return begun.exclude(Exists(after.filter(created_at__gte=OuterRef("started_at") - timedelta(hours=1))))


def _silent(script: Script, now: datetime) -> QuerySet[Lead]:
    """We may have spoken last, but not for ever: who wrote long before is not looked at."""
    leads = Lead.objects.annotate(started_at=Coalesce("customer_wrote_at", "created_at"))
    return leads.filter(started_at__gt=now - 2 * script.within, started_at__lte=now - script.quiet)


def _never(script: Script, now: datetime) -> QuerySet[Lead]:
    return Lead.objects.none().annotate(started_at=F("created_at"))


def _started(
    rows: QuerySet[Any], at: str, script: Script, now: datetime, *, lead: str = "lead"
) -> QuerySet[Lead]:
    """Leads with such a row of late, and when the newest of them was. They are found by the rows, which are few."""
    recent = rows.filter(**{f"{at}__gt": now - script.within, f"{at}__lte": now}).order_by()
    own = recent.filter(**{lead: OuterRef("pk")}).order_by(f"-{at}")
    newest = Subquery(own.values(at)[:1], output_field=DateTimeField())
    return Lead.objects.filter(pk__in=recent.values(lead)).annotate(started_at=newest)


_TRIGGERS: Mapping[Trigger, Callable[[Script, datetime], QuerySet[Lead]]] = {
    Trigger.STALL: _stalled,
    Trigger.NO_SHOW: _missed,
    Trigger.QUOTE: _quoted,
    Trigger.BOOKING: _begun,
    Trigger.SILENCE: _silent,
    Trigger.HAND: _never,
}
