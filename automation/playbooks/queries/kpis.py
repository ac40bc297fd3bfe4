"""What playbooks are measured by: figures of the last 30 days out of what is there already, each with the rows behind it.

A figure is one or two statements, whatever the number of rows. `Figure.value` is None while there are fewer than ENOUGH.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Aggregate, Avg, Count, DurationField, ExpressionWrapper, F, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from automation.playbooks.manifest import Target
from automation.sequences.enums import EnrolmentState, Trigger
from automation.sequences.models import Enrolment
from bookings.appointments.models import Booking, BookingStatus
from conversations.ratings.models import Rating
from conversations.threads.models import Conversation, ConversationStatus
from core.ids import first_uuid7
from crm.pipeline.models import Lead, Qualification
from crm.quotes.models import Quote

DAYS = 30
ENOUGH = 10
"""With fewer a figure would be chance."""
SOON = timedelta(minutes=2)
MOST_ROWS = 100
MINUTES, PERCENT = "minutes", "percent"
REACTIVATING = (Trigger.QUOTE, Trigger.BOOKING, Trigger.SILENCE)


class Median(Aggregate):
    function = "percentile_cont"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


@dataclass(frozen=True, slots=True)
class Figure:
    """`count`: of how many; `value`: minutes or percent, None while there are too few. `beside` says more, in words."""

    count: int
    value: float | None = None
    beside: str = ""

    def meets(self, target: Target) -> bool | None:
        return None if self.value is None else target.met_by(self.value)


@dataclass(frozen=True, slots=True)
class Row:
    """One of those that a figure counts. `kind` and `public_id` lead to its page; `good`: it speaks for the playbook."""

    kind: str
    public_id: UUID
    name: str
    at: datetime
    told: str
    good: bool


@dataclass(frozen=True, slots=True)
class Kpi:
    key: str
    label: str | Promise
    counts: str | Promise
    """What is counted, in a sentence."""
    unit: str
    figure: Callable[[datetime], Figure]
    rows: Callable[[datetime], list[Row]]


def _since(now: datetime) -> datetime:
    return now - timedelta(days=DAYS)


def _share(part: int, whole: int, beside: str = "") -> Figure:
    return Figure(whole, round(100 * part / whole, 1) if whole >= ENOUGH else None, beside)


def _median(count: int, median: timedelta | None, beside: str = "") -> Figure:
    enough = count >= ENOUGH and median is not None
    return Figure(count, round(median.total_seconds() / 60, 1) if enough and median else None, beside)


def minutes_words(span: timedelta | None) -> str:
    if span is None:
        return _("not yet")
    seconds = max(0, round(span.total_seconds()))
    if seconds < 60:
        return _("%(number)s s") % {"number": seconds}
    if seconds < 3600 * 3:
        return _("%(number)s min") % {"number": round(seconds / 60)}
    return _("%(number)s h") % {"number": round(seconds / 3600)}


def _span(end: str, start: str) -> ExpressionWrapper[Any]:
    return ExpressionWrapper(F(end) - F(start), output_field=DurationField())


def _begun(model: Any, now: datetime) -> QuerySet[Any]:
    """Rows made in the window, by the range of their public ids, which follow time."""
    since = _since(now)
    lowest = first_uuid7(int(since.timestamp() * 1000))
    found: QuerySet[Any] = model.objects.filter(public_id__gte=lowest, created_at__gte=since)
    return found


def _inquiries(now: datetime) -> QuerySet[Any]:
    """Conversations that a customer began: answered, or waiting for it; one that we began has neither."""
    asked = Q(first_response_at__isnull=False) | Q(waiting_since__isnull=False)
    found = _begun(Conversation, now).exclude(status=ConversationStatus.SPAM).filter(asked)
    took: QuerySet[Any] = found.annotate(took=_span("first_response_at", "created_at"))
    return took


def _first_response(now: datetime) -> Figure:
    soon = Count("pk", filter=Q(took__lt=SOON))
    found = _inquiries(now).aggregate(count=Count("pk"), soon=soon, median=Median("took"))
    share = round(100 * found["soon"] / found["count"]) if found["count"] else 0
    words = _("%(share)s %% within 2 minutes") % {"share": share} if found["count"] >= ENOUGH else ""
    return _median(found["count"], found["median"], words)


def _first_response_rows(now: datetime) -> list[Row]:
    rows = _inquiries(now).select_related("contact").order_by(F("took").desc(nulls_first=True), "-pk")
    return [
        Row(
            "conversation",
            row.public_id,
            str(row.contact),
            row.created_at,
            minutes_words(row.took),
            row.took is not None and row.took < SOON,
        )
        for row in rows[:MOST_ROWS]
    ]


def _qualified(now: datetime) -> Figure:
    good = Count("pk", filter=Q(qualification=Qualification.QUALIFIED))
    found = _begun(Lead, now).aggregate(count=Count("pk"), good=good)
    return _share(found["good"], found["count"])


def _qualified_rows(now: datetime) -> list[Row]:
    rows = _begun(Lead, now).select_related("contact").order_by("-pk")[:MOST_ROWS]
    return [
        Row(
            "lead",
            row.public_id,
            row.title,
            row.created_at,
            str(row.get_qualification_display()),
            row.qualification == Qualification.QUALIFIED,
        )
        for row in rows
    ]


def _meetings(now: datetime) -> QuerySet[Booking]:
    over = (BookingStatus.ATTENDED, BookingStatus.NO_SHOW)
    return Booking.objects.filter(starts_at__gte=_since(now), starts_at__lt=now, status__in=over)


def _show_up(now: datetime) -> Figure:
    good = Count("pk", filter=Q(status=BookingStatus.ATTENDED))
    found = _meetings(now).aggregate(count=Count("pk"), good=good)
    return _share(found["good"], found["count"])


def _show_up_rows(now: datetime) -> list[Row]:
    rows = _meetings(now).select_related("contact", "service").order_by("-starts_at", "-pk")[:MOST_ROWS]
    return [
        Row(
            "booking",
            row.public_id,
            f"{row.contact}, {row.service}",
            row.starts_at,
            str(row.get_status_display()),
            row.status == BookingStatus.ATTENDED,
        )
        for row in rows
    ]


def _quotes(now: datetime) -> QuerySet[Any]:
    """Whose first version was sent in the window and of which the request is known."""
    rows: QuerySet[Any] = Quote.objects.filter(
        first_sent_at__gte=_since(now), requested_at__lte=F("first_sent_at")
    )
    took: QuerySet[Any] = rows.annotate(took=_span("first_sent_at", "requested_at"))
    return took


def _quote_speed(now: datetime) -> Figure:
    found = _quotes(now).aggregate(count=Count("pk"), median=Median("took"))
    return _median(found["count"], found["median"])


def _quote_rows(now: datetime) -> list[Row]:
    rows = _quotes(now).select_related("contact").order_by("-took", "-pk")[:MOST_ROWS]
    return [
        Row(
            "quote",
            row.public_id,
            f"{row.number}, {row.contact}",
            row.first_sent_at or now,
            minutes_words(row.took),
            good=True,
        )
        for row in rows
    ]


def _solved(now: datetime) -> QuerySet[Conversation]:
    """By when they were solved, begun at most a window earlier still."""
    lowest = first_uuid7(int((_since(now) - timedelta(days=DAYS)).timestamp() * 1000))
    rows = Conversation.objects.filter(public_id__gte=lowest, status=ConversationStatus.SOLVED)
    return rows.filter(solved_at__gte=_since(now))


def _solved_alone(now: datetime) -> Figure:
    alone = Count("pk", filter=Q(first_person_response_at__isnull=True))
    found = _solved(now).aggregate(count=Count("pk"), alone=alone)
    rated = Rating.objects.filter(rated_at__gte=_since(now)).aggregate(count=Count("pk"), mean=Avg("value"))
    words = _("rated %(mean)s of 5 by %(count)s") % {
        "mean": f"{rated['mean'] or 0:.1f}",
        "count": rated["count"],
    }
    return _share(found["alone"], found["count"], words if rated["count"] else "")


def _solved_rows(now: datetime) -> list[Row]:
    rows = _solved(now).select_related("contact").order_by("-solved_at", "-pk")[:MOST_ROWS]
    return [
        Row(
            "conversation",
            row.public_id,
            str(row.contact),
            row.solved_at or now,
            _("without a person") if row.first_person_response_at is None else _("with a colleague"),
            row.first_person_response_at is None,
        )
        for row in rows
    ]


def _reactivations(now: datetime) -> QuerySet[Enrolment]:
    """Leads that a reactivation wrote to."""
    triggers = Q(version__script__trigger__in=[each.value for each in REACTIVATING])
    rows = Enrolment.objects.filter(triggers, created_at__gte=_since(now), sent__gt=0)
    return rows.exclude(state=EnrolmentState.HELD_OUT)


def _reactivated(now: datetime) -> Figure:
    good = Count("pk", filter=Q(answered_at__isnull=False))
    yes = Count("pk", filter=~Q(converted=""))
    found = _reactivations(now).aggregate(count=Count("pk"), good=good, yes=yes)
    words = _("%(number)s said yes") % {"number": found["yes"]} if found["yes"] else ""
    return _share(found["good"], found["count"], words)


def _reactivated_rows(now: datetime) -> list[Row]:
    rows = _reactivations(now).select_related("lead", "sequence").order_by("-created_at", "-pk")[:MOST_ROWS]
    return [
        Row(
            "lead",
            row.lead.public_id,
            row.lead.title,
            row.created_at,
            _("answered") if row.answered_at else str(row.get_state_display()),
            row.answered_at is not None,
        )
        for row in rows
    ]


_ALL = (
    Kpi(
        "first_response_minutes",
        gettext_lazy("First answer"),
        gettext_lazy(
            "Conversations that customers began in the last 30 days: the median time to the first answer."
        ),
        MINUTES,
        _first_response,
        _first_response_rows,
    ),
    Kpi(
        "qualified_share",
        gettext_lazy("Qualified leads"),
        gettext_lazy("Leads of the last 30 days: the share that is qualified."),
        PERCENT,
        _qualified,
        _qualified_rows,
    ),
    Kpi(
        "show_up_share",
        gettext_lazy("Came to the meeting"),
        gettext_lazy("Meetings of the last 30 days that are marked: the share to which the customer came."),
        PERCENT,
        _show_up,
        _show_up_rows,
    ),
    Kpi(
        "quote_minutes",
        gettext_lazy("From request to quote"),
        gettext_lazy("Quotes first sent in the last 30 days: the median time since the customer asked."),
        MINUTES,
        _quote_speed,
        _quote_rows,
    ),
    Kpi(
        "solved_alone_share",
        gettext_lazy("Solved without a person"),
        gettext_lazy(
            "Conversations solved in the last 30 days: the share in which no colleague had to write."
        ),
        PERCENT,
        _solved_alone,
        _solved_rows,
    ),
    Kpi(
        "reactivated_share",
        gettext_lazy("Silent leads that answered"),
        gettext_lazy("Leads that a reactivation wrote to in the last 30 days: the share that answered."),
        PERCENT,
        _reactivated,
        _reactivated_rows,
    ),
)
KPIS: Mapping[str, Kpi] = {each.key: each for each in _ALL}
