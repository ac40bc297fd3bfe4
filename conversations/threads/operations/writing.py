"""What people write in a conversation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from conversations.outbox.operations import send_message
from conversations.outbox.operations.queueing import NO_TIME
from conversations.sending.drafts import QuickReply
from conversations.threads.errors import EmptyMessage
from conversations.threads.models import (
    AuthorKind,
    Conversation,
    ConversationStatus,
    Direction,
    Message,
    MessageStatus,
)
from conversations.threads.operations.handling import speak_for
from conversations.threads.operations.tickets import close
from conversations.threads.queries import locked_conversation
from conversations.threads.saving import change, held, save
from core.access.models import User
from core.events.actor import Actor
from core.events.operations import record
from core.live import topics
from core.live.publish import publish
from core.text import clean, clean_words
from crm.consent.models import Purpose


@transaction.atomic
def reply(
    *,
    conversation_id: int,
    user: User,
    text: str,
    attachments: Sequence[UUID] = (),
    resolve: bool = False,
    now: datetime | None = None,
    not_before: datetime | None = None,
    undo: timedelta = NO_TIME,
) -> Message:
    """Answer the customer; the person takes over from the flow by it. EmptyMessage without text and files.

    `not_before`: the time it is scheduled for. `undo`: how long the person can take it back.
    """
    now = now or timezone.now()
    if not clean(text).strip() and not attachments:
        raise EmptyMessage(_("Write something first."))
    conversation = locked_conversation(conversation_id, user)
    with held(conversation):
        speak_for(conversation, user)
        message = send_message(
            conversation=conversation,
            text=text,
            author_kind=AuthorKind.USER,
            author=user,
            attachments=attachments,
            now=now,
            not_before=not_before,
            undo=undo,
        )
    if resolve and message.status != MessageStatus.FAILED:
        close(conversation, ConversationStatus.SOLVED, actor=Actor.of(user), now=now)
    return message


@transaction.atomic
def say(
    *,
    conversation_id: int,
    text: str,
    now: datetime,
    quick_replies: Sequence[QuickReply] = (),
    purpose: Purpose = Purpose.REPLY,
    not_before: datetime | None = None,
) -> Message:
    """Write in the name of the company, as a program does: nobody takes over by it. EmptyMessage without text."""
    if not clean(text).strip():
        raise EmptyMessage(_("Write something first."))
    conversation = locked_conversation(conversation_id)
    return send_message(
        conversation=conversation,
        text=text,
        author_kind=AuthorKind.SYSTEM,
        quick_replies=quick_replies,
        purpose=purpose,
        now=now,
        not_before=not_before,
    )


@transaction.atomic
def add_note(*, conversation_id: int, user: User | None, text: str, now: datetime | None = None) -> Message:
    """Leave a note for colleagues; the customer never sees it. EmptyMessage without text. `user` None: a program."""
    if not (text := clean_words(text).strip()):
        raise EmptyMessage(_("Write something first."))
    conversation = locked_conversation(conversation_id, user)
    change(conversation, last_sequence=conversation.last_sequence + 1)
    save(conversation)
    note = Message.objects.create(
        conversation=conversation,
        account_id=conversation.account_id,
        sequence=conversation.last_sequence,
        direction=Direction.NOTE,
        author_kind=AuthorKind.USER if user else AuthorKind.SYSTEM,
        author=user,
        text=text,
        status=MessageStatus.RECEIVED,
        sent_at=now or timezone.now(),
    )
    payload = {"message": str(note.public_id), "sequence": note.sequence}
    record(name="note.added", subject=conversation, actor=Actor.of(user), payload=payload)
    return note


def typing(*, conversation: Conversation) -> None:
    """Let the customer see that a person is writing, where the channel can show it."""
    publish([topics.visitor(conversation.identity.external_id)], {"typing": True}, sequence=0)
