"""What the inbox shows. Full page with an open conversation: at most 12 statements, whatever the number of rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bookings.appointments.models import Booking
from bookings.appointments.queries import open_bookings
from conversations.ratings.models import Rating
from conversations.ratings.queries import ratings_of_contact
from conversations.threads.models import Attachment, Conversation, Direction, Message
from conversations.threads.queries import (
    NOT_OF_A_DRAFT,
    TAKEN_BACK,
    Cursor,
    Page,
    Tab,
    conversations,
    inbox,
    of_contact,
    queue_counts,
    thread,
)
from core.access.models import User
from core.events.models import Event
from crm.consent.queries import consent_history
from crm.contacts.models import Contact
from desk.colleagues.queries import names
from desk.contacts.queries import ConsentLine, consent_lines
from desk.inbox.entries import Entry, arranged
from desk.leads.queries import may_see
from desk.quotes.queries import QuoteRow, beside
from desk.telling import LEAD_NAMES_IN_THREAD, THREAD_NAMES

TICKS_REFRESHED = 30
MOST_ROWS = 200
LABELS: dict[Tab, str | Promise] = {
    Tab.MINE: _("Mine"),
    Tab.QUEUE: _("Waiting"),
    Tab.FLOW: _("Flow"),
    Tab.ALL: _("All"),
    Tab.SOLVED: _("Solved"),
}


@dataclass(frozen=True, slots=True)
class TabLine:
    """`count` is None where counting would cost as much as the whole history."""

    key: str
    label: str | Promise
    count: int | None


@dataclass(frozen=True, slots=True)
class Thread:
    """A piece of a thread; `older` is the cursor of the piece before it."""

    entries: list[Entry]
    older: Cursor | None = None


def tabs(user: User) -> list[TabLine]:
    counts = queue_counts(user)
    return [TabLine(tab.value, label, counts.get(tab)) for tab, label in LABELS.items()]


def rows(user: User, tab: Tab, *, after: str = "", text: str = "", count: int = 0) -> Page[Conversation]:
    """A page of a queue. `count`: how many rows the screen holds already, so that a refetch does not shorten it."""
    size = {"limit": min(count, MOST_ROWS)} if count > 0 else {}
    return inbox(user, tab, before=Cursor.read(after), text=text, **size)


def opening_thread(conversation: Conversation, now: datetime | None = None) -> Thread:
    """The newest piece of a thread with the events that fall into it."""
    return older_thread(conversation, before=None, now=now)


def older_thread(conversation: Conversation, *, before: Cursor | None, now: datetime | None = None) -> Thread:
    page = thread(conversation, before=before)
    events = _events(conversation)
    if page.next is not None:
        events = events.filter(created_at__gte=page.rows[0].sent_at)
    if before is not None:
        events = events.filter(created_at__lt=before.at)
    return Thread(_arranged(page.rows, events[:500], now), page.next)


def fresh_thread(
    conversation: Conversation, *, sequence: int, event: int, now: datetime | None = None
) -> Thread:
    """What came after the last message and the last event that the screen holds."""
    messages = (
        Message.objects.filter(conversation=conversation, sequence__gt=sequence)
        .exclude(TAKEN_BACK)
        .select_related("author", "outbox", "assistant_draft")
        .defer(*NOT_OF_A_DRAFT)
        .prefetch_related("attachments")
        .order_by("sequence")
    )
    return Thread(_arranged(list(messages[:200]), _events(conversation).filter(pk__gt=event)[:200], now))


def recent_ticks(conversation: Conversation, *, sequence: int) -> list[Message]:
    """The newest outgoing messages that the screen holds: their statuses may have changed."""
    sent = Message.objects.filter(conversation=conversation, direction=Direction.OUT, sequence__lte=sequence)
    return list(sent.select_related("outbox").defer("text").order_by("-sequence")[:TICKS_REFRESHED])


def conversation_for(user: User, public_id: UUID) -> Conversation | None:
    """The conversation, where `user` may see it; without its lead where that one is another's."""
    found = conversations().visible_to(user).with_details().filter(public_id=public_id).first()
    if found is not None and found.lead is not None and not may_see(user, found.lead):
        found.lead = None
    return found


def attachment_for(user: User, public_id: UUID) -> Attachment | None:
    seen = conversations().visible_to(user).values("pk")
    own = Attachment.objects.filter(public_id=public_id, message__conversation__in=seen)
    return own.select_related("message").first()


@dataclass(frozen=True, slots=True)
class About:
    """The lower part of the right pane."""

    others: list[Conversation]
    points: Sequence[Any]
    consent: list[ConsentLine]
    meetings: list[Booking]
    quotes: list[QuoteRow]
    ratings: list[Rating] = field(default_factory=list)


def about(conversation: Conversation, user: User) -> About:
    """Other conversations of the person, how to reach them and what they allowed, in six statements."""
    found = about_contact(conversation.contact, user)
    others = [each for each in found.others if each.pk != conversation.pk]
    return replace(found, others=others)


def about_contact(contact: Contact, user: User) -> About:
    now, points = timezone.now(), list(contact.points.order_by("kind", "id"))
    return About(
        of_contact(contact.pk, user),
        points,
        consent_lines(consent_history(contact)),
        open_bookings(user, contact.pk, now=now),
        beside(contact, user, now=now),
        ratings_of_contact(contact.pk, user),
    )


def _events(conversation: Conversation) -> Any:
    shown = Q(conversation_id=conversation.pk, name__in=THREAD_NAMES)
    if conversation.lead_id:
        shown |= Q(lead_id=conversation.lead_id, name__in=LEAD_NAMES_IN_THREAD)
    return Event.objects.filter(shown).order_by("id")


def _arranged(messages: Sequence[Message], events: Any, now: datetime | None) -> list[Entry]:
    return arranged(messages, events, names=names(), now=now or timezone.now())
