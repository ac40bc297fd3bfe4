"""Messages whose time has come: looked at once more in the transaction that claims them (spec 1.3, 10.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from conversations.accounts.queries import account_by_id
from conversations.channels import registry
from conversations.outbox.models import OutboxItem, OutboxStatus, Wait
from conversations.outbox.operations.judging import departure, late_facts, refusal_of
from conversations.outbox.operations.settling import hold, settle, uncount
from conversations.outbox.operations.speaking import last_words, spoke, stamp, told
from conversations.sending.adaptation import Part, adapt, beside
from conversations.sending.drafts import QuickReply
from conversations.threads.models import (
    LIVE_STATUSES,
    Attachment,
    AuthorKind,
    Conversation,
    ConversationStatus,
    Message,
    MessageStatus,
)
from conversations.threads.queries import locked_conversation
from conversations.threads.saving import change, save
from core.events.operations import record_all
from core.nudge import nudge

_NEXT = """
SELECT next.id, next.conversation_id FROM conversations_outboxitem next
 WHERE next.status = 'pending' AND (next.wait <> '' OR next.purpose IN ('follow_up', 'marketing'))
   AND next.next_attempt_at <= %(now)s
   AND (next.claimed_until IS NULL OR next.claimed_until < %(now)s)
   AND NOT EXISTS (
       SELECT 1 FROM conversations_outboxitem earlier
        WHERE earlier.status = 'pending' AND earlier.conversation_id = next.conversation_id
          AND earlier.id < next.id AND (earlier.wait = '' OR earlier.next_attempt_at <= %(now)s))
 ORDER BY next.next_attempt_at, next.id
 LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Looked:
    """`claimed` is to be sent now; None when the message was put off, held or given up, or another worker has it."""

    claimed: OutboxItem | None = None


def look_at_next(*, now: datetime) -> Looked | None:
    """Decide on the waiting or unasked message that is due first; None when there is none.

    The conversation is locked first, as everywhere: whoever takes the message back either comes first or is told that
    it has gone.
    """
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, {"now": now})
        row = cursor.fetchone()
    if row is None:
        return None
    item_id, conversation_id = row
    return look_at(item_id, conversation_id=conversation_id, now=now)


def look_at(item_id: int, *, conversation_id: int, now: datetime) -> Looked:
    """Decide on this message, which waited for its time or was not asked for."""
    with transaction.atomic():
        conversation = locked_conversation(conversation_id)
        due = OutboxItem.objects.select_for_update(of=("self",)).select_related("message__author")
        item = due.filter(pk=item_id, status=OutboxStatus.PENDING, next_attempt_at__lte=now).first()
        if item is None or (item.claimed_until is not None and item.claimed_until >= now):
            return Looked()
        looked = Looked(item if _may_go(conversation, item, now) else None)
        save(conversation)
    return looked


def _may_go(conversation: Conversation, item: OutboxItem, now: datetime) -> bool:
    message = item.message
    if item.wait == Wait.SCHEDULED and _moved_on(conversation, message):
        hold(conversation, [item])
        return False
    refusal = refusal_of(
        conversation,
        account_by_id(item.account_id),
        purpose=item.purpose,
        has_text=bool(message.text),
        has_files=message.attachments.exists(),
        **late_facts(conversation, item, message),
    )
    if refusal is not None:
        settle(conversation, item, refusal)
        return False
    leaves_at, why = departure(
        conversation.contact, now=now, purpose=item.purpose, can_wait=item.can_wait, not_before=None
    )
    if why:
        _put_off(conversation, item, leaves_at)
        return False
    release(conversation, item, now)
    item.attempts += 1
    item.interrupted = item.claimed_until is not None
    item.claimed_until = now + timedelta(seconds=lease_seconds(item.account_id))
    item.save(update_fields=["attempts", "claimed_until"])
    return True


def lease_seconds(account_id: int) -> int:
    return registry.adapter(account_by_id(account_id).kind).abilities.lease_seconds


def _moved_on(conversation: Conversation, message: Message) -> bool:
    """The customer talks in another conversation by now, which a person did not know when writing this."""
    if conversation.status != ConversationStatus.SOLVED or message.author_kind != AuthorKind.USER:
        return False
    newer = Conversation.objects.filter(
        identity_id=conversation.identity_id, pk__gt=conversation.pk, status__in=LIVE_STATUSES
    )
    return newer.exists()


def _put_off(conversation: Conversation, item: OutboxItem, until: datetime) -> None:
    message = item.message
    # A claim that ran out stays: it tells that a worker died with the message in hand.
    item.wait, item.next_attempt_at = Wait.QUIET, until
    item.save(update_fields=["wait", "next_attempt_at"])
    message.status, message.sent_at = MessageStatus.SCHEDULED, until
    message.save(update_fields=["status", "sent_at"])
    at = stamp(until)
    record_all(
        [
            told(
                conversation,
                message,
                "message.scheduled",
                author=message.author_kind,
                at=at,
                why=Wait.QUIET.value,
            )
        ]
    )


def release(conversation: Conversation, item: OutboxItem, now: datetime) -> None:
    """Let the message go as the newest of its locked conversation, adapted to its channel; its parts follow it."""
    if not item.wait:
        return
    message, was_scheduled = item.message, item.wait != Wait.UNDO
    abilities = registry.adapter(account_by_id(item.account_id).kind).abilities
    replies = [QuickReply(reply["label"], reply["payload"]) for reply in message.quick_replies]
    parts = adapt(message.text, replies, abilities)
    planned = beside(list(message.attachments.order_by("id")), parts, abilities)
    first = planned[0][1]
    if was_scheduled or conversation.last_sequence != message.sequence:
        message.sequence, message.sent_at = conversation.last_sequence + 1, now
    message.status, message.text = MessageStatus.QUEUED, first.text
    message.quick_replies = [reply._asdict() for reply in first.quick_replies]
    message.save(update_fields=["sequence", "sent_at", "status", "text", "quick_replies"])
    change(conversation, last_sequence=max(conversation.last_sequence, message.sequence))
    uncount(conversation, item)
    item.wait, item.next_attempt_at = "", now
    item.save(update_fields=["wait", "next_attempt_at"])
    messages = [message, *_further_parts(conversation, item, planned[1:], now)]
    if was_scheduled:
        spoke(conversation, messages[-1], now)
        record_all(told(conversation, each, "message.queued", author=each.author_kind) for each in messages)
    else:
        last_words(conversation, messages[-1], now)


def _further_parts(
    conversation: Conversation,
    item: OutboxItem,
    planned: Sequence[tuple[tuple[Attachment, ...], Part]],
    now: datetime,
) -> list[Message]:
    first = item.message
    messages = [
        Message(
            conversation=conversation,
            account_id=first.account_id,
            sequence=number,
            direction=first.direction,
            author_kind=first.author_kind,
            author=first.author,
            text=part.text,
            language=first.language,
            quick_replies=[reply._asdict() for reply in part.quick_replies],
            status=MessageStatus.QUEUED,
            sent_at=now,
        )
        for number, (_files, part) in enumerate(planned, start=conversation.last_sequence + 1)
    ]
    if messages:
        Message.objects.bulk_create(messages)
        OutboxItem.objects.bulk_create(
            OutboxItem(
                message=message,
                account_id=item.account_id,
                conversation_id=item.conversation_id,
                next_attempt_at=now,
                purpose=item.purpose,
            )
            for message in messages
        )
        for (files, _part), message in zip(planned, messages, strict=True):
            if files:
                Attachment.objects.filter(pk__in=[file.pk for file in files]).update(message=message)
        change(conversation, last_sequence=messages[-1].sequence)
        nudge("outbox")
    return messages
