"""The conversation as a ticket (spec 6.11)."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from conversations.threads.errors import AnotherIsOpen
from conversations.threads.models import LIVE_STATUSES, Conversation, ConversationStatus
from conversations.threads.queries import locked_conversation
from conversations.threads.saving import change, save
from core.access.models import User
from core.events.actor import Actor
from core.events.operations import record
from core.live import topics
from core.live.publish import publish


@transaction.atomic
def resolve(*, conversation_id: int, user: User | None, now: datetime | None = None) -> Conversation:
    """Solved. A reply of the customer within some days reopens it."""
    conversation = locked_conversation(conversation_id, user)
    close(conversation, ConversationStatus.SOLVED, actor=Actor.of(user), now=now or timezone.now())
    return conversation


@transaction.atomic
def mark_spam(*, conversation_id: int, user: User | None, now: datetime | None = None) -> Conversation:
    """Spam: nothing answers it any more, whatever comes."""
    conversation = locked_conversation(conversation_id, user)
    close(conversation, ConversationStatus.SPAM, actor=Actor.of(user), now=now or timezone.now())
    return conversation


def close(conversation: Conversation, status: ConversationStatus, *, actor: Actor, now: datetime) -> None:
    if conversation.status == status:
        return
    before = conversation.status
    change(conversation, status=status, solved_at=now, waiting_since=None, unread=0)
    save(conversation)
    _record_status(conversation, before, actor=actor, why="closed")


@transaction.atomic
def reopen(*, conversation_id: int, user: User | None) -> Conversation:
    """Open again what was solved or marked as spam.

    AnotherIsOpen when the customer has started a new one since.
    """
    conversation = locked_conversation(conversation_id, user)
    if conversation.status in LIVE_STATUSES:
        return conversation
    before = conversation.status
    change(conversation, status=ConversationStatus.OPEN, solved_at=None)
    try:
        with transaction.atomic():
            save(conversation)
    except IntegrityError:
        raise AnotherIsOpen(
            _("The customer has another open conversation on this channel. Answer there.")
        ) from None
    _record_status(conversation, before, actor=Actor.of(user), why="reopened")
    return conversation


def mark_read(*, conversation: Conversation, user: User) -> bool:
    """Nothing is unread any more; False when nothing was.

    Only somebody who may speak for it counts as a reader.
    """
    if conversation.assignee_id not in (None, user.pk) or not conversation.unread:
        return False
    changed = Conversation.objects.filter(pk=conversation.pk, unread__gt=0).update(unread=0)
    conversation.unread = 0
    names = [topics.INBOX]
    transaction.on_commit(lambda: publish(names, {}, sequence=0))
    return bool(changed)


def _record_status(conversation: Conversation, before: str, *, actor: Actor, why: str) -> None:
    payload = {"from": str(before), "to": str(conversation.status), "why": why}
    record(name="conversation.status_changed", subject=conversation, actor=actor, payload=payload)
