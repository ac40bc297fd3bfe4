"""What a message on its way changes in its conversation, and how that is told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from conversations.threads.models import (
    AuthorKind,
    Conversation,
    ConversationStatus,
    Direction,
    Handler,
    Message,
    MessageStatus,
)
from conversations.threads.saving import change
from core.access.models import User
from core.events.actor import FLOW, SYSTEM, Actor
from core.events.operations import EventDraft

PREVIEW = 200
_SPOKEN = ("status", "waiting_since", "unread", "first_response_at", "first_person_response_at", "solved_at")
_MOMENTS = frozenset({"waiting_since", "first_response_at", "first_person_response_at", "solved_at"})


def spoke(conversation: Conversation, message: Message, now: datetime) -> None:
    """The company has spoken.

    An automatic word does not end the wait of somebody who was promised a person.
    """
    by_person = message.author_kind == AuthorKind.USER
    last_words(conversation, message, now)
    change(conversation, first_response_at=conversation.first_response_at or now)
    if by_person:
        change(conversation, unread=0, first_person_response_at=conversation.first_person_response_at or now)
    if by_person or conversation.handler == Handler.FLOW:
        change(conversation, status=ConversationStatus.WAITING_CUSTOMER, waiting_since=None)


def last_words(conversation: Conversation, message: Message, at: datetime) -> None:
    change(
        conversation,
        last_message_at=at,
        last_text=preview(message.text),
        last_direction=message.direction,
    )


def preview(text: str) -> str:
    """The words shown in a list: one line, cut."""
    return " ".join(text[: PREVIEW * 2].split())[:PREVIEW]


def before_speaking(conversation: Conversation) -> dict[str, Any]:
    """What `spoke` will change, so that it can be taken back."""
    values = {name: getattr(conversation, name) for name in _SPOKEN}
    return {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()
    }


def unsay(conversation: Conversation, message: Message, before: Mapping[str, Any]) -> None:
    """The locked conversation as if the message had never been written; what the customer said since counts."""
    others = Message.objects.filter(conversation=conversation).exclude(pk=message.pk)
    said = others.exclude(status__in=[MessageStatus.SCHEDULED, MessageStatus.CANCELLED])
    if not said.filter(direction=Direction.OUT, sequence__gt=message.sequence).exists():
        _restore(conversation, before)
    newest = said.exclude(direction=Direction.NOTE).order_by("-sent_at", "-sequence").first()
    if newest is not None:
        last_words(conversation, newest, newest.sent_at)
    else:
        change(conversation, last_text="", last_direction="")


def _restore(conversation: Conversation, before: Mapping[str, Any]) -> None:
    values: dict[str, Any] = {
        name: datetime.fromisoformat(value) if name in _MOMENTS and value else value
        for name, value in before.items()
        if name in _SPOKEN
    }
    if not values:
        return
    values["unread"] += conversation.unread
    if conversation.waiting_since is not None:
        values["waiting_since"] = values["waiting_since"] or conversation.waiting_since
        values["status"] = ConversationStatus.WAITING_US
    change(conversation, **values)


def told(
    conversation: Conversation, message: Message, name: str, *, actor: Actor | None = None, **more: Any
) -> EventDraft:
    """The event of something that happens to an outgoing message; by its author unless said otherwise."""
    payload = {"message": str(message.public_id), "sequence": message.sequence, **more}
    return EventDraft(
        name=name, subject=conversation, actor=actor or actor_of(message, message.author), payload=payload
    )


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def actor_of(message: Message, author: User | None) -> Actor:
    known = {AuthorKind.USER: Actor.of(author), AuthorKind.FLOW: FLOW}
    return known.get(AuthorKind(message.author_kind), SYSTEM)
