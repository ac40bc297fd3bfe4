from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from conversations.accounts.queries import account_by_id
from conversations.channels import registry
from conversations.channels.contracts import Abilities
from conversations.outbox.models import OutboxItem, OutboxStatus, Wait
from conversations.outbox.operations.judging import departure, facts_of, refusal_of
from conversations.outbox.operations.speaking import before_speaking, spoke, stamp, told
from conversations.sending import policy
from conversations.sending.adaptation import Part, adapt, beside
from conversations.sending.drafts import Draft, QuickReply
from conversations.threads.models import (
    Attachment,
    AuthorKind,
    Conversation,
    Direction,
    Message,
    MessageStatus,
)
from conversations.threads.saving import change, save
from core.access.models import User
from core.events.actor import Actor
from core.events.operations import EventDraft, record_all
from core.nudge import nudge
from core.text import clean_words
from crm.consent.models import Purpose

NO_TIME = timedelta()


@dataclass(frozen=True, slots=True)
class _Planned:
    """A part of a draft with the draft's files (on its first part) and why it may not leave, if so."""

    part: Part
    attachments: tuple[UUID, ...]
    refusal: policy.Refusal | None


@dataclass(frozen=True, slots=True)
class _Way:
    """Who speaks, what for, and when it leaves; `wait` says why not at once."""

    author_kind: AuthorKind
    author: User | None
    purpose: str
    can_wait: bool
    leaves_at: datetime
    wait: str
    before: dict[str, Any] = field(default_factory=dict)

    @property
    def status(self) -> MessageStatus:
        later = self.wait in (Wait.SCHEDULED, Wait.QUIET)
        return MessageStatus.SCHEDULED if later else MessageStatus.QUEUED


def send_message(
    *,
    conversation: Conversation,
    text: str,
    author_kind: AuthorKind | str,
    now: datetime,
    author: User | None = None,
    quick_replies: Sequence[QuickReply] = (),
    attachments: Sequence[UUID] = (),
    purpose: Purpose = Purpose.REPLY,
    not_before: datetime | None = None,
    can_wait: bool = False,
    undo: timedelta = NO_TIME,
) -> Message:
    """Queue one message; the last of its parts where the channel needs several. See `send_all`."""
    draft = Draft(text, tuple(quick_replies), tuple(attachments))
    sent = send_all(
        conversation=conversation,
        drafts=[draft],
        author_kind=author_kind,
        author=author,
        now=now,
        purpose=purpose,
        not_before=not_before,
        can_wait=can_wait,
        undo=undo,
    )
    return sent[-1]


def send_all(
    *,
    conversation: Conversation,
    drafts: Sequence[Draft],
    author_kind: AuthorKind | str,
    now: datetime,
    author: User | None = None,
    purpose: Purpose = Purpose.REPLY,
    not_before: datetime | None = None,
    can_wait: bool = False,
    undo: timedelta = NO_TIME,
) -> list[Message]:
    """Queue the drafts in this order, adapted to the channel, with the locked conversation's transaction.

    `not_before`: the time it is scheduled for. Quiet hours put off follow-ups, marketing, and what is transactional
    and `can_wait`, never a reply. `undo`: how long its writer may take it back. What waits is looked at again, and
    adapted, when its time has come.

    What may not leave is stored as failed with its reason in plain words: nothing vanishes. At most four
    statements, one more for attachments and one more for a purpose other than a reply. `attachments` are
    uploads of `author` (of anybody for a flow).
    """
    account = account_by_id(conversation.account_id)
    abilities = registry.adapter(account.kind).abilities
    leaves_at, wait = departure(
        conversation.contact, now=now, purpose=purpose, can_wait=can_wait, not_before=not_before
    )
    if undo and not wait:
        leaves_at, wait = now + undo, Wait.UNDO
    facts = facts_of(conversation, account, purpose)
    planned = [each for draft in drafts for each in _plan(draft, facts, abilities, adapted=not wait)]
    if not planned:
        return []
    before = before_speaking(conversation) if wait == Wait.UNDO else {}
    way = _Way(AuthorKind(author_kind), author, purpose, can_wait, leaves_at, wait, before)
    messages = _store(conversation, planned, way, now)
    leaving = [message for message in messages if message.status == MessageStatus.QUEUED]
    change(conversation, last_sequence=messages[-1].sequence)
    if leaving:
        spoke(conversation, leaving[-1], now)
    if way.author_kind == AuthorKind.USER:
        later = [message for message in messages if message.status == MessageStatus.SCHEDULED]
        change(conversation, scheduled=conversation.scheduled + len(later))
    if not wait:
        nudge("outbox")
    record_all(_event(conversation, message, way) for message in messages)
    save(conversation)
    return messages


def _store(
    conversation: Conversation, planned: Sequence[_Planned], way: _Way, now: datetime
) -> list[Message]:
    messages = [
        _message(conversation, each, number, way, now)
        for number, each in enumerate(planned, start=conversation.last_sequence + 1)
    ]
    Message.objects.bulk_create(messages)
    for each, message in zip(planned, messages, strict=True):
        _attach(conversation, message, each.attachments)
    OutboxItem.objects.bulk_create(
        _item(message, way) for message in messages if message.status != MessageStatus.FAILED
    )
    return messages


@transaction.atomic
def retry_message(*, message_id: int, actor: Actor, now: datetime) -> bool:
    """Send a failed message once more, at once, as the newest of its conversation: there the customer will read it.

    False when it has not failed, or may still not leave; then its error says why.
    """
    owner = Message.objects.filter(pk=message_id).values("conversation")
    conversation = Conversation.objects.select_for_update().get(pk__in=owner)
    message = Message.objects.get(pk=message_id)
    if message.status != MessageStatus.FAILED or message.direction != Direction.OUT:
        return False
    known = OutboxItem.objects.filter(message=message).values_list("purpose", flat=True).first()
    purpose = known or Purpose.REPLY
    refusal = refusal_of(
        conversation,
        account_by_id(message.account_id),
        purpose=purpose,
        has_text=bool(message.text),
        has_files=message.attachments.exists(),
    )
    if refusal:
        message.error = str(policy.REASONS[refusal])
        message.save(update_fields=["error"])
        return False
    message.status, message.error = MessageStatus.QUEUED, ""
    message.sequence, message.sent_at = conversation.last_sequence + 1, now
    message.save(update_fields=["status", "error", "sequence", "sent_at"])
    change(conversation, last_sequence=message.sequence)
    spoke(conversation, message, now)
    save(conversation)
    OutboxItem.objects.update_or_create(
        message=message,
        defaults={
            "account_id": message.account_id,
            "conversation_id": message.conversation_id,
            "status": OutboxStatus.PENDING,
            "wait": "",
            "purpose": purpose,
            "attempts": 0,
            "next_attempt_at": now,
            "claimed_until": None,
            "error": "",
            "finished_at": None,
        },
    )
    record_all([told(conversation, message, "message.queued", actor=actor, author=message.author_kind)])
    nudge("outbox")
    return True


def _plan(draft: Draft, facts: dict[str, bool], abilities: Abilities, *, adapted: bool) -> list[_Planned]:
    text = clean_words(draft.text).strip()
    refusal = policy.can_send(
        policy.Facts(
            **facts,
            has_text=bool(text),
            has_files=bool(draft.attachments),
            channel_carries_files=abilities.media,
        )
    )
    if refusal is policy.Refusal.EMPTY:
        return []
    whole = [Part(text, tuple(draft.quick_replies))]
    parts = adapt(text, draft.quick_replies, abilities) if adapted else whole
    return [_Planned(part, files, refusal) for files, part in beside(draft.attachments, parts, abilities)]


def _message(
    conversation: Conversation, planned: _Planned, sequence: int, way: _Way, now: datetime
) -> Message:
    status = MessageStatus.FAILED if planned.refusal else way.status
    return Message(
        conversation=conversation,
        account_id=conversation.account_id,
        sequence=sequence,
        direction=Direction.OUT,
        author_kind=way.author_kind,
        author=way.author,
        text=planned.part.text,
        language=conversation.language,
        quick_replies=[reply._asdict() for reply in planned.part.quick_replies],
        status=status,
        error=str(policy.REASONS[planned.refusal]) if planned.refusal else "",
        sent_at=way.leaves_at if status == MessageStatus.SCHEDULED else now,
    )


def _attach(conversation: Conversation, message: Message, attachments: tuple[UUID, ...]) -> None:
    if attachments:
        Attachment.objects.filter(
            public_id__in=attachments, account_id=conversation.account_id, message__isnull=True
        ).update(message=message)


def _item(message: Message, way: _Way) -> OutboxItem:
    return OutboxItem(
        message=message,
        account_id=message.account_id,
        conversation_id=message.conversation_id,
        next_attempt_at=way.leaves_at,
        wait=way.wait,
        purpose=way.purpose,
        can_wait=way.can_wait,
        before=way.before,
    )


def _event(conversation: Conversation, message: Message, way: _Way) -> EventDraft:
    if message.status == MessageStatus.FAILED:
        return told(conversation, message, "message.failed", error=message.error)
    if message.status == MessageStatus.SCHEDULED:
        at = stamp(way.leaves_at)
        return told(
            conversation, message, "message.scheduled", author=message.author_kind, at=at, why=way.wait
        )
    return told(conversation, message, "message.queued", author=message.author_kind)
