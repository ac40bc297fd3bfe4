"""What is asked at the moment of sending: where it could go, what went before, what has happened meanwhile."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Max, OuterRef, Q, Subquery

from automation.sequences.choosing import Way
from automation.sequences.models import Enrolment
from automation.sequences.planning import WEEK, Rules
from automation.sequences.queries.books import weekly_cap
from automation.sequences.script import Script
from automation.sequences.stopping import Facts
from bookings.appointments.models import Booking, BookingStatus
from conversations.accounts.queries import account_by_id
from conversations.channels import registry
from conversations.outbox.queries import quiet_hours, zone_of
from conversations.threads.models import (
    LIVE_STATUSES,
    AuthorKind,
    Conversation,
    ConversationStatus,
    Direction,
    Message,
    MessageStatus,
)
from core.calendars.queries import clock_for
from core.company.queries import company
from core.conditions import ConditionError, Moment, parse
from crm.consent.models import ConsentRecord, Purpose
from crm.contacts.models import Contact
from crm.pipeline.models import Lead
from crm.quotes.enums import QuoteState
from crm.quotes.models import Quote

MOST_WAYS = 12
_LEFT = (MessageStatus.QUEUED, MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.READ)


def rules_of(contact: Contact) -> Rules:
    return Rules(quiet_hours(company()), zone_of(contact), weekly_cap())


def ways_of(contact: Contact) -> list[Way]:
    """The contact's newest conversations as ways; two statements."""
    heard = Message.objects.filter(conversation=OuterRef("pk"), author_kind=AuthorKind.CUSTOMER)
    last = heard.order_by().values("conversation").annotate(at=Max("sent_at")).values("at")
    rows = Conversation.objects.filter(contact=contact).annotate(heard=Subquery(last))
    found = list(rows.order_by("-last_message_at", "-id")[:MOST_WAYS])
    refused = channels_refused(contact)
    return [_way(each, refused) for each in found]


def _way(conversation: Conversation, refused: frozenset[str]) -> Way:
    account = account_by_id(conversation.account_id)
    known = account.kind in registry.kinds()
    spam = conversation.status == ConversationStatus.SPAM
    return Way(
        conversation=conversation.pk,
        channel=account.kind,
        consent=account.kind not in refused and "" not in refused,
        usable=known and account.active and not spam,
        live=conversation.status in LIVE_STATUSES,
        window_hours=registry.adapter(account.kind).abilities.window_hours if known else None,
        heard_at=getattr(conversation, "heard", None),
    )


def channels_refused(contact: Contact) -> frozenset[str]:
    """Channels on which the newest word on follow-ups is no; "" for all of them. One statement."""
    rows = ConsentRecord.objects.filter(contact=contact, purpose=Purpose.FOLLOW_UP).order_by("id")
    decided: dict[str, bool] = {}
    for channel, granted in rows.values_list("channel", "granted"):
        if channel == "":
            decided.clear()
        decided[channel] = granted
    return frozenset(channel for channel, granted in decided.items() if not granted)


def sent_unasked(contact: Contact, now: datetime) -> list[datetime]:
    """When the contact got what nobody had asked for in the last seven days, by whatever part of Parley."""
    rows = Message.objects.filter(
        conversation__contact=contact,
        direction=Direction.OUT,
        sent_at__gt=now - WEEK,
        outbox__purpose__in=[Purpose.FOLLOW_UP, Purpose.MARKETING],
    )
    waits = Q(status=MessageStatus.SCHEDULED)
    return list(
        rows.filter(waits | Q(status__in=_LEFT)).order_by("sent_at").values_list("sent_at", flat=True)
    )


def facts_of(enrolment: Enrolment, lead: Lead, contact: Contact, script: Script, now: datetime) -> Facts:
    """What the stop rules are told; lead and contact are locked. Three statements, one more for a segment."""
    return Facts(
        stage_kind=lead.stage_kind,
        heard_at=_latest(contact.last_message_at, lead.customer_wrote_at),
        silent_since=enrolment.silent_since,
        follow_ups_allowed="" not in channels_refused(contact),
        booked=is_booked(contact, now),
        decided=was_decided(lead, enrolment.created_at),
        fits=bool(enrolment.why.get("by_hand")) or not script.has_segment or fits(lead, script, now),
        switched_on=enrolment.sequence.active,
    )


def _latest(*moments: datetime | None) -> datetime | None:
    return max((each for each in moments if each is not None), default=None)


def is_booked(contact: Contact, now: datetime) -> bool:
    ahead = Booking.objects.filter(contact=contact, status=BookingStatus.CONFIRMED, starts_at__gt=now)
    return ahead.exists()


def was_decided(lead: Lead, since: datetime) -> bool:
    """Whether the customer said yes or no to a quote since then."""
    decided = Quote.objects.filter(lead=lead, state__in=[QuoteState.ACCEPTED, QuoteState.DECLINED])
    return decided.filter(closed_at__gte=since).exists()


def fits(lead: Lead, script: Script, now: datetime) -> bool:
    """Whether the lead is in the segment; a condition that cannot be read any more holds for nobody."""
    try:
        return parse(script.segment, "lead").matches(lead, moment(now))
    except ConditionError:
        return False


def moment(now: datetime) -> Moment:
    return Moment(now=now, timezone=company().timezone, calendar=clock_for(None))
