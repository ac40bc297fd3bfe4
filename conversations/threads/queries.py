"""What the inbox and a thread show. Pages by keyset; no page costs a COUNT."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import median
from typing import Any, Generic, NamedTuple, Self, TypeVar

from django.core.cache import cache
from django.db.models import Count, Prefetch, Q, QuerySet

from conversations.threads.models import (
    Attachment,
    Conversation,
    ConversationStatus,
    Handler,
    Message,
    MessageStatus,
)
from core.access.models import User
from core.access.queries import visible
from core.text import normalise

PAGE = 40
NOT_OF_A_DRAFT = tuple(
    f"assistant_draft__{name}" for name in ("question", "answer", "hidden", "result", "sources", "given")
)
"""That a message was drafted by the assistant is shown; what the assistant was shown is not read for it."""
# The partial indexes are on "not solved and not spam"; the planner knows them only by these words.
NOT_CLOSED = ~Q(status__in=[ConversationStatus.SOLVED, ConversationStatus.SPAM])
TAKEN_BACK = Q(status=MessageStatus.CANCELLED, error="")
Row = TypeVar("Row")


class Tab(StrEnum):
    """Queues of the inbox."""

    MINE = "mine"
    QUEUE = "queue"
    FLOW = "flow"
    ALL = "all"
    SOLVED = "solved"


class Cursor(NamedTuple):
    """The place after which the next page begins, as text for an address:

    `str(cursor)` and `Cursor.read(text)`.
    """

    at: datetime
    number: int

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.number}"

    @classmethod
    def read(cls, text: str) -> Self | None:
        """The cursor, or None for text that is none."""
        at, _, number = text.partition("~")
        try:
            moment = datetime.fromisoformat(at)
            return cls(moment, int(number)) if moment.tzinfo else None
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """`next` is the cursor of the page after this one, None on the last."""

    rows: list[Row]
    next: Cursor | None


class ConversationQuerySet(QuerySet[Conversation]):
    def visible_to(self, user: User) -> Self:
        """Managers and admins see all; an agent own ones, those of own teams and those that nobody has."""
        return self.filter(visible(user, person="assignee"))

    def live(self) -> Self:
        return self.filter(NOT_CLOSED)

    def in_tab(self, tab: Tab, user: User) -> Self:
        return self.filter(_in_tab(user)[tab])

    def of_lead(self, lead_id: int) -> Self:
        return self.filter(lead_id=lead_id).order_by("-last_message_at")

    def named_like(self, text: str) -> Self:
        """By number, or by the beginning of a word of the contact's name in any script."""
        if (number := text.strip().removeprefix("#")).isdecimal():
            return self.filter(pk=min(int(number), 2**63 - 1))
        wanted = normalise(text)
        begins = Q(contact__name_normal__startswith=wanted) | Q(contact__name_normal__contains=f" {wanted}")
        return self.filter(begins, contact__name_normal__contains=wanted)

    def with_row(self) -> Self:
        """What a row of a list shows, in the same statement."""
        return self.select_related("contact", "account", "assignee")

    def with_details(self) -> Self:
        """What a thread with its head and its side shows, in the same statement."""
        return self.select_related(
            "contact", "account", "assignee", "team", "identity", "lead", "lead__stage"
        )


def conversations() -> ConversationQuerySet:
    return ConversationQuerySet(Conversation)


def locked_conversation(conversation_id: int, user: User | None = None) -> Conversation:
    """The row, locked, with its contact and identity; Conversation.DoesNotExist when `user` may not see it.

    What is joined was read before the wait. Where the wait was for a merge of contacts, the joined contact is no longer
    the conversation's, and the database gives no row: it is there at the second look.
    """
    rows = conversations() if user is None else conversations().visible_to(user)
    rows = (
        rows.select_for_update(of=("self",)).select_related("contact", "identity").filter(pk=conversation_id)
    )
    return rows.first() or rows.get()


def inbox(
    user: User, tab: Tab = Tab.ALL, *, before: Cursor | None = None, text: str = "", limit: int = PAGE
) -> Page[Conversation]:
    """One page of a queue, newest words first, in one statement."""
    rows = conversations().visible_to(user).in_tab(tab, user).with_row()
    if text.strip():
        rows = rows.named_like(text)
    if before is not None:
        rows = rows.filter(
            Q(last_message_at__lt=before.at) | Q(last_message_at=before.at, pk__lt=before.number)
        )
    found = list(rows.filter(last_message_at__isnull=False).order_by("-last_message_at", "-id")[: limit + 1])
    return _page(found, limit, lambda row: Cursor(row.last_message_at, row.pk))


def queue_counts(user: User) -> dict[Tab, int]:
    """How many open conversations each queue holds, in one statement; solved ones are not counted."""
    tabs = {tab: condition for tab, condition in _in_tab(user).items() if tab != Tab.SOLVED}
    counts = (
        conversations()
        .visible_to(user)
        .live()
        .aggregate(**{tab.value: Count("pk", filter=condition) for tab, condition in tabs.items()})
    )
    return {tab: counts[tab.value] for tab in tabs}


def waiting(user: User) -> ConversationQuerySet:
    """Conversations that wait for a person: own ones with unread words, and the queue."""
    own = Q(assignee=user, unread__gt=0)
    waits = Q(handler=Handler.QUEUE, status=ConversationStatus.WAITING_US)
    return conversations().visible_to(user).live().filter(own | waits)


def waiting_count(user: User) -> int:
    return waiting(user).count()


def thread(conversation: Conversation, *, before: Cursor | None = None, limit: int = 50) -> Page[Message]:
    """The newest messages (before the cursor), oldest first, with authors, place in the outbox and files, in two
    statements; without those that their writers took back.
    """
    rows = Message.objects.filter(conversation=conversation).exclude(TAKEN_BACK)
    if before is not None:
        rows = rows.filter(Q(sent_at__lt=before.at) | Q(sent_at=before.at, sequence__lt=before.number))
    rows = rows.select_related("author", "outbox", "assistant_draft").defer(*NOT_OF_A_DRAFT)
    rows = rows.prefetch_related(Prefetch("attachments", Attachment.objects.order_by("id")))
    found = list(rows.order_by("-sent_at", "-sequence")[: limit + 1])
    page = _page(found, limit, lambda row: Cursor(row.sent_at, row.sequence))
    return Page(page.rows[::-1], page.next)


def of_contact(contact_id: int, user: User, *, limit: int = 10) -> list[Conversation]:
    """The newest conversations of a contact that `user` may see."""
    rows = conversations().visible_to(user).filter(contact_id=contact_id).with_row()
    return list(rows.order_by("-id")[:limit])


def _in_tab(user: User) -> dict[Tab, Q]:
    return {
        Tab.MINE: NOT_CLOSED & Q(assignee=user),
        Tab.QUEUE: NOT_CLOSED & Q(handler=Handler.QUEUE),
        Tab.FLOW: NOT_CLOSED & Q(handler=Handler.FLOW),
        Tab.ALL: NOT_CLOSED,
        Tab.SOLVED: Q(status=ConversationStatus.SOLVED),
    }


def _page(found: list[Row], limit: int, place: Any) -> Page[Row]:
    rows = found[:limit]
    return Page(rows, place(rows[-1]) if len(found) > limit else None)


WAIT_SAMPLE = 50
WAIT_LEAST = 5
WAIT_CACHE_SECONDS = 300


def usual_wait(team_id: int | None) -> timedelta | None:
    """Median time from a customer's first words to a person's first answer in the team's newest 50 answered conversations.

    None with fewer than five: nobody is promised a guess (spec 2.5). At most five minutes old.
    """
    key = f"usual-wait:{team_id or 'all'}"
    known = cache.get(key)
    if known is None:
        known = _measured_wait(team_id)
        cache.set(key, known, WAIT_CACHE_SECONDS)
    return timedelta(seconds=known) if known else None


def _measured_wait(team_id: int | None) -> float:
    answered = Conversation.objects.filter(first_person_response_at__isnull=False)
    if team_id is not None:
        answered = answered.filter(team=team_id)
    pairs = answered.order_by("-id").values_list("created_at", "first_person_response_at")[:WAIT_SAMPLE]
    waits = [(answer - begun).total_seconds() for begun, answer in pairs if answer is not None]
    return median(waits) if len(waits) >= WAIT_LEAST else 0.0
