"""Many messages of one customer at once: each is kept, and they are answered together (docs/bad-input.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from conversations import responder
from conversations.inbound.operations.reading import read
from conversations.inbound.operations.storing import kinds_of_files
from conversations.threads.models import (
    AuthorKind,
    Conversation,
    ConversationStatus,
    Direction,
    Handler,
    Message,
    MessageStatus,
)
from conversations.threads.queries import locked_conversation
from conversations.threads.saving import change, held
from conversations.understanding.types import Understanding
from core import clock
from core.company.queries import company
from core.due.models import DueRow, DueStatus
from core.due.operations import cancel, schedule
from core.events.operations import record

ANSWER = "inbound.answer"
SPAN = timedelta(seconds=10)
IN_A_SPAN = 4
"""So many messages in that time a person can write who reads the answers; the next ones wait for each other."""
QUIET = timedelta(seconds=3)
"""What waits is answered when nothing more has come for so long,"""
LONGEST = timedelta(seconds=15)
"""or when its first message has waited so long."""
FLOOD = 30
"""So many within a minute are told to people, in a note."""
MINUTE = timedelta(minutes=1)
FLOOD_AGAIN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Before:
    """How things stood before the conversation took the message in.

    `quick`: somebody has just written, and it was not the first time. `waiting`: messages may be there that
    wait for each other.
    """

    quick: bool
    waiting: bool

    @classmethod
    def of(cls, conversation: Conversation, now: datetime) -> Before:
        last = conversation.last_message_at
        recent = last is not None and now - last < SPAN and conversation.last_sequence >= IN_A_SPAN
        flow = conversation.handler == Handler.FLOW
        waiting = flow and last is not None and conversation.last_direction == Direction.IN
        return cls(recent, waiting)


def respond(
    message: Message, understanding: Understanding, *, before: Before, more: bool, now: datetime
) -> None:
    """Let the message be answered, together with those that wait; or let it wait for those to come.

    `more`: the customer's next message lies there already. A tap never waits.
    """
    conversation = message.conversation
    if before.quick and conversation.last_sequence >= FLOOD:
        _mark_flood(conversation, now)
    row = _waiting(conversation) if before.waiting else None
    first = int(row.payload["from"]) if row else message.sequence
    since = datetime.fromisoformat(row.payload["since"]) if row else clock.now()
    alone = bool(message.payload)
    may_wait = not alone and conversation.handler == Handler.FLOW
    if may_wait and (more or (before.quick and _too_many(conversation, now))):
        _wait(conversation, first, since)
        return
    if row is not None:
        cancel(kind=ANSWER, key=str(conversation.pk))
        earlier = _messages(conversation, first, before=message.sequence)
        if alone and earlier:
            _answer(conversation, earlier, now)
        elif earlier:
            _answer(conversation, [*earlier, message], now)
            return
    responder.current().customer_wrote(
        conversation=conversation, message=message, understanding=understanding, now=now
    )


def answer_rest(conversation: Conversation, *, more: bool, now: datetime) -> None:
    """The customer's last event of the locked conversation said nothing itself: what waited for it is answered."""
    row = None if more else _waiting(conversation)
    if row is not None:
        cancel(kind=ANSWER, key=str(conversation.pk))
        _answer_row(row, conversation, now)


@transaction.atomic
def answer_waiting(row: DueRow, now: datetime) -> None:
    """Nothing more has come: what waits is answered."""
    if row.conversation_id is None:
        return
    _answer_row(row, locked_conversation(row.conversation_id), now)


def _answer_row(row: DueRow, conversation: Conversation, now: datetime) -> None:
    messages = _messages(conversation, int(row.payload["from"]))
    unanswered = conversation.last_direction == Direction.IN and conversation.handler == Handler.FLOW
    if messages and unanswered and conversation.status != ConversationStatus.SPAM:
        with held(conversation):
            _answer(conversation, messages, now)


def _waiting(conversation: Conversation) -> DueRow | None:
    rows = DueRow.objects.filter(kind=ANSWER, key=str(conversation.pk), status=DueStatus.PENDING)
    return rows.first()


def _too_many(conversation: Conversation, now: datetime) -> bool:
    """The customer writes faster than anybody reads, and has been answered meanwhile."""
    lately = Message.objects.filter(conversation=conversation, payload="", sent_at__gt=now - SPAN)
    directions = list(lately.values_list("direction", flat=True))
    return directions.count(Direction.IN) > IN_A_SPAN and Direction.OUT in directions


def _wait(conversation: Conversation, first: int, since: datetime) -> None:
    """From the present moment on, however late the message is taken in: the next one lies behind it."""
    schedule(
        kind=ANSWER,
        key=str(conversation.pk),
        due_at=min(clock.now() + QUIET, since + LONGEST),
        payload={"from": first, "since": since.isoformat()},
        conversation_id=conversation.pk,
        lead_id=conversation.lead_id,
    )


def _messages(conversation: Conversation, first: int, *, before: int | None = None) -> list[Message]:
    """What the customer said from that place on, taps left out: they were acted upon at once."""
    rows = Message.objects.filter(
        conversation=conversation,
        direction=Direction.IN,
        author_kind=AuthorKind.CUSTOMER,
        sequence__gte=first,
        raw_kind="",
        payload="",
        late=False,
        deleted_at__isnull=True,
    )
    if before is not None:
        rows = rows.filter(sequence__lt=before)
    return list(rows.order_by("sequence"))


def _answer(conversation: Conversation, messages: Sequence[Message], now: datetime) -> None:
    last = messages[-1]
    last.conversation = conversation
    last.said_before = tuple(each.text for each in messages[:-1] if each.text)
    last.attachment_kinds = kinds_of_files(messages)
    understanding = read(last.words or last.text, now=now)
    responder.current().customer_wrote(
        conversation=conversation, message=last, understanding=understanding, now=now
    )


def _mark_flood(conversation: Conversation, now: datetime) -> None:
    """A note for people and an event, once in a while."""
    lately = Message.objects.filter(
        conversation=conversation, direction=Direction.IN, sent_at__gt=now - MINUTE
    )
    if lately.count() < FLOOD:
        return
    notes = Message.objects.filter(
        conversation=conversation,
        direction=Direction.NOTE,
        author_kind=AuthorKind.SYSTEM,
        raw_kind="flood",
        sent_at__gt=now - FLOOD_AGAIN,
    )
    if notes.exists():
        return
    with translation.override(company().language):
        text = _("%(count)s messages within a minute. All are kept; those that came together get one answer.")
    text %= {"count": FLOOD}
    record(name="conversation.flooded", subject=conversation, payload={"count": FLOOD})
    change(conversation, last_sequence=conversation.last_sequence + 1)
    Message.objects.create(
        conversation=conversation,
        account_id=conversation.account_id,
        sequence=conversation.last_sequence,
        direction=Direction.NOTE,
        author_kind=AuthorKind.SYSTEM,
        text=text,
        raw_kind="flood",
        status=MessageStatus.RECEIVED,
        sent_at=now,
    )
