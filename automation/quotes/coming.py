"""Reading what comes next for a quote, and why it may not come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from automation.quotes.models import QuoteFollowUps
from automation.quotes.planning import Rules, Standing, Step, Stop, stopped
from bookings.appointments.models import Booking, BookingStatus
from conversations.outbox.queries import quiet_hours, zone_of
from conversations.threads.models import AuthorKind, Conversation, Message
from core.company.queries import company
from core.due.models import DueRow, DueStatus
from crm.consent.models import Purpose
from crm.consent.queries import may
from crm.contacts.models import Contact
from crm.pipeline.models import StageKind
from crm.quotes.enums import QuoteState
from crm.quotes.models import QuoteVersion
from crm.quotes.queries import is_expired

FOLLOW_UP = "quote.follow_up"
"""Kind of the due rows; the key is that of the version and the step."""


def key_of(version_id: int, step: Step) -> str:
    return f"{version_id}:{step.value}"


def keys_of(version_id: int) -> list[str]:
    return [key_of(version_id, step) for step in Step]


def follow_ups() -> QuoteFollowUps:
    """The stored settings, or unsaved defaults."""
    return QuoteFollowUps.objects.first() or QuoteFollowUps()


def rules_of(stored: QuoteFollowUps) -> Rules:
    return Rules(
        silence=stored.silence,
        first_hours=stored.first_hours,
        again_hours=stored.again_hours,
        warning=stored.warning,
        warning_days=stored.warning_days,
        renewal=stored.renewal,
    )


def standing_of(version: QuoteVersion, conversation: Conversation | None, *, now: datetime) -> Standing:
    """Four statements at most; the version with its quote, contact and lead."""
    quote = version.quote
    channel = conversation.account.kind if conversation else ""
    kind = quote.lead.stage_kind if quote.lead else StageKind.OPEN
    since = version.sent_at
    return Standing(
        waiting=version.state == QuoteState.SENT,
        expired=is_expired(version, now),
        opted_out=not may(quote.contact, Purpose.FOLLOW_UP, channel),
        won=kind == StageKind.WON,
        lost=kind == StageKind.LOST,
        replied=since is not None and _wrote_since(quote.contact, since),
        booked=since is not None and _booked_since(quote.contact, since),
    )


def _wrote_since(contact: Contact, since: datetime) -> bool:
    """In whatever conversation."""
    said = Message.objects.filter(conversation__contact=contact, author_kind=AuthorKind.CUSTOMER)
    return said.filter(sent_at__gt=since).exists()


def _booked_since(contact: Contact, since: datetime) -> bool:
    made = Booking.objects.filter(contact=contact, status=BookingStatus.CONFIRMED)
    return made.filter(created_at__gt=since).exists()


@dataclass(frozen=True, slots=True)
class Coming:
    """A step that is planned, with the time at which quiet hours let it happen; `stop` says why it will not be taken as
    things stand.
    """

    step: Step
    due_at: datetime
    stop: Stop | None


def coming(version: QuoteVersion, conversation: Conversation | None, *, now: datetime) -> list[Coming]:
    """What is planned for a version, soonest first; one statement where nothing is."""
    rows = DueRow.objects.filter(
        kind=FOLLOW_UP, key__in=keys_of(version.pk), status=DueStatus.PENDING
    ).order_by("due_at")
    planned = [(Step(row.key.partition(":")[2]), row.due_at) for row in rows]
    if not planned:
        return []
    rules, standing = rules_of(follow_ups()), standing_of(version, conversation, now=now)
    quiet, zone = quiet_hours(company()), zone_of(version.quote.contact)
    return [
        Coming(step, quiet.end_of_quiet(max(due_at, now), zone), stopped(step, standing, rules))
        for step, due_at in planned
    ]
