from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from conversations.accounts.models import ChannelAccount
from conversations.accounts.queries import account_by_id
from conversations.channels import registry
from conversations.channels.contracts import Abilities
from conversations.outbox.models import OutboxItem, OutboxStatus
from conversations.sending import policy
from conversations.sending.adaptation import Part, adapt
from conversations.sending.drafts import Draft, QuickReply
from conversations.threads.models import (
    Attachment,
    AuthorKind,
    Conversation,
    ConversationStatus,
    Direction,
    Handler,
    Message,
    MessageStatus,
)
from conversations.threads.saving import change, save
from core.access.models import User
from core.events.actor import FLOW, SYSTEM, Actor
from core.events.operations import EventDraft, record, record_all
from core.nudge import nudge
from core.text import clean
from crm.consent.models import Purpose
from crm.consent.queries import may

PREVIEW = 200


@dataclass(frozen=True, slots=True)
class _Planned:
    """A part of a draft with the draft's files (on its first part) and why it may not leave, if so."""

    part: Part
    attachments: tuple[UUID, ...]
    refusal: policy.Refusal | None


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
) -> list[Message]:
    """Queue the drafts in this order, adapted to the channel, with the locked conversation's transaction.

    What may not leave is stored as failed with its reason in plain words: nothing vanishes. At most four
    statements, one more for attachments and one more for a purpose other than a reply. `attachments` are
    uploads of `author` (of anybody for a flow).
    """
    account = account_by_id(conversation.account_id)
    abilities = registry.adapter(account.kind).abilities
    facts = _facts(conversation, account, purpose)
    planned = [each for draft in drafts for each in _plan(draft, facts, abilities)]
    if not planned:
        return []
    author_kind = AuthorKind(author_kind)
    messages = [
        _message(conversation, each, number, author_kind, author, now)
        for number, each in enumerate(planned, start=conversation.last_sequence + 1)
    ]
    Message.objects.bulk_create(messages)
    for each, message in zip(planned, messages, strict=True):
        _attach(conversation, message, each.attachments)
    queued = [message for message in messages if message.status == MessageStatus.QUEUED]
    OutboxItem.objects.bulk_create(_item(conversation, message, now) for message in queued)
    change(conversation, last_sequence=messages[-1].sequence)
    if queued:
        _spoke(conversation, queued[-1], now)
        nudge("outbox")
    record_all(_event(conversation, message, author) for message in messages)
    save(conversation)
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
    if refusal := _refusal_now(conversation, message):
        message.error = str(policy.REASONS[refusal])
        message.save(update_fields=["error"])
        return False
    message.status, message.error = MessageStatus.QUEUED, ""
    message.sequence, message.sent_at = conversation.last_sequence + 1, now
    message.save(update_fields=["status", "error", "sequence", "sent_at"])
    change(conversation, last_sequence=message.sequence)
    _spoke(conversation, message, now)
    save(conversation)
    OutboxItem.objects.update_or_create(
        message=message,
        defaults={
            "account_id": message.account_id,
            "conversation_id": message.conversation_id,
            "status": OutboxStatus.PENDING,
            "attempts": 0,
            "next_attempt_at": now,
            "claimed_until": None,
            "error": "",
            "finished_at": None,
        },
    )
    payload = {"message": str(message.public_id), "sequence": message.sequence, "author": message.author_kind}
    record(name="message.queued", subject=conversation, actor=actor, payload=payload)
    nudge("outbox")
    return True


def _refusal_now(conversation: Conversation, message: Message) -> policy.Refusal | None:
    account = account_by_id(message.account_id)
    return policy.can_send(
        policy.Facts(
            **_facts(conversation, account, Purpose.REPLY),
            has_text=bool(message.text),
            has_files=message.attachments.exists(),
            channel_carries_files=registry.adapter(account.kind).abilities.media,
        )
    )


def _facts(conversation: Conversation, account: ChannelAccount, purpose: Purpose) -> dict[str, bool]:
    return {
        "account_active": account.active,
        "spam": conversation.status == ConversationStatus.SPAM,
        "consent": purpose == Purpose.REPLY or may(conversation.contact, purpose, account.kind),
    }


def _plan(draft: Draft, facts: dict[str, bool], abilities: Abilities) -> list[_Planned]:
    text = clean(draft.text).strip()
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
    parts = adapt(text, draft.quick_replies, abilities)
    return [
        _Planned(part, tuple(draft.attachments) if number == 0 else (), refusal)
        for number, part in enumerate(parts)
    ]


def _message(
    conversation: Conversation,
    planned: _Planned,
    sequence: int,
    kind: AuthorKind,
    author: User | None,
    now: datetime,
) -> Message:
    refused = planned.refusal is not None
    return Message(
        conversation=conversation,
        account_id=conversation.account_id,
        sequence=sequence,
        direction=Direction.OUT,
        author_kind=kind,
        author=author,
        text=planned.part.text,
        language=conversation.language,
        quick_replies=[reply._asdict() for reply in planned.part.quick_replies],
        status=MessageStatus.FAILED if refused else MessageStatus.QUEUED,
        error=str(policy.REASONS[planned.refusal]) if planned.refusal else "",
        sent_at=now,
    )


def _attach(conversation: Conversation, message: Message, attachments: tuple[UUID, ...]) -> None:
    if attachments:
        Attachment.objects.filter(
            public_id__in=attachments, account_id=conversation.account_id, message__isnull=True
        ).update(message=message)


def _item(conversation: Conversation, message: Message, now: datetime) -> OutboxItem:
    return OutboxItem(
        message=message,
        account_id=conversation.account_id,
        conversation_id=conversation.pk,
        next_attempt_at=now,
    )


def _spoke(conversation: Conversation, message: Message, now: datetime) -> None:
    """The company has spoken.

    An automatic word does not end the wait of somebody who was promised a person.
    """
    by_person = message.author_kind == AuthorKind.USER
    change(
        conversation,
        last_message_at=now,
        last_text=preview(message.text),
        last_direction=Direction.OUT,
        first_response_at=conversation.first_response_at or now,
    )
    if by_person:
        change(conversation, unread=0, first_person_response_at=conversation.first_person_response_at or now)
    if by_person or conversation.handler == Handler.FLOW:
        change(conversation, status=ConversationStatus.WAITING_CUSTOMER, waiting_since=None)


def preview(text: str) -> str:
    """The words shown in a list: one line, cut."""
    return " ".join(text[: PREVIEW * 2].split())[:PREVIEW]


def _event(conversation: Conversation, message: Message, author: User | None) -> EventDraft:
    actor = {AuthorKind.USER: Actor.of(author), AuthorKind.FLOW: FLOW}.get(
        AuthorKind(message.author_kind), SYSTEM
    )
    payload = {"message": str(message.public_id), "sequence": message.sequence}
    if message.status == MessageStatus.FAILED:
        return EventDraft(
            name="message.failed",
            subject=conversation,
            actor=actor,
            payload={**payload, "error": message.error},
        )
    return EventDraft(
        name="message.queued",
        subject=conversation,
        actor=actor,
        payload={**payload, "author": message.author_kind},
    )
