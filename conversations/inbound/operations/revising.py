"""Edits, deletions and reactions: what a customer does to something said before."""

from __future__ import annotations

from datetime import datetime

from conversations.accounts.models import ChannelAccount
from conversations.channels.contracts import EventKind, InboundEvent
from conversations.inbound.keys import dedupe_key
from conversations.inbound.operations.storing import insert_once
from conversations.inbound.timing import said_at
from conversations.outbox.operations.speaking import preview
from conversations.threads.models import (
    AuthorKind,
    Conversation,
    Direction,
    Message,
    MessageStatus,
)
from conversations.threads.saving import change, save
from core.events.actor import CUSTOMER
from core.events.operations import record

REACTION = "reaction"
"""`raw_kind` of the quiet line that a reaction becomes."""


def revise(*, account: ChannelAccount, event: InboundEvent, now: datetime) -> Conversation | None:
    """Apply an edit or a deletion; None when we never had the message."""
    target = event.reply_to or event.external_id
    message = _message_of(account, target)
    if message is None:
        return None
    conversation = _locked(message)
    if event.kind == EventKind.EDIT:
        _edit(message, event, said_at(event.sent_at, now))
    else:
        _delete(message, said_at(event.sent_at, now))
    if message.sequence == conversation.last_sequence:
        change(conversation, last_text=preview(message.text))
        save(conversation)
    return conversation


def _edit(message: Message, event: InboundEvent, at: datetime) -> None:
    overtaken = message.edited_at is not None and at < message.edited_at
    if message.deleted_at or overtaken or message.text == event.text:
        return
    before, message.text, message.edited_at = message.text, event.text, at
    message.save(update_fields=["text", "edited_at"])
    payload = {
        "message": str(message.public_id),
        "sequence": message.sequence,
        "before": before,
        "after": event.text,
    }
    record(name="message.edited", subject=message.conversation, actor=CUSTOMER, payload=payload)


def _delete(message: Message, at: datetime) -> None:
    """The words go, the fact stays."""
    if message.deleted_at:
        return
    message.text, message.payload, message.deleted_at = "", "", at
    message.save(update_fields=["text", "payload", "deleted_at"])
    payload = {"message": str(message.public_id), "sequence": message.sequence}
    record(name="message.deleted", subject=message.conversation, actor=CUSTOMER, payload=payload)


def react(*, account: ChannelAccount, event: InboundEvent, now: datetime) -> Conversation | None:
    """Store a reaction as a quiet line under its message; None when we never had that message."""
    target = _message_of(account, event.reply_to)
    if target is None:
        return None
    conversation = _locked(target)
    line = Message(
        conversation=conversation,
        account=account,
        sequence=conversation.last_sequence + 1,
        direction=Direction.IN,
        author_kind=AuthorKind.CUSTOMER,
        text=event.text[:50],
        dedupe_key=dedupe_key(event),
        reply_to_external_id=event.reply_to,
        status=MessageStatus.RECEIVED,
        sent_at=said_at(event.sent_at, now),
        raw_kind=REACTION,
    )
    if insert_once(line):
        change(conversation, last_sequence=line.sequence)
        save(conversation)
        payload = {"message": str(target.public_id), "sequence": target.sequence, "reaction": line.text}
        record(name="message.reacted", subject=conversation, actor=CUSTOMER, payload=payload)
    return conversation


def _message_of(account: ChannelAccount, external_id: str) -> Message | None:
    if not external_id:
        return None
    return Message.objects.filter(account=account, external_id=external_id).order_by("id").first()


def _locked(message: Message) -> Conversation:
    conversation = Conversation.objects.select_for_update().get(pk=message.conversation_id)
    message.conversation = conversation
    message.refresh_from_db(fields=["text", "edited_at", "deleted_at"])
    return conversation
