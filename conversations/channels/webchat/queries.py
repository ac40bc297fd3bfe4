"""What a visitor may see: the own conversations on this account, without notes, nothing else."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.urls import reverse

from conversations.accounts.models import ChannelAccount, ChannelIdentity
from conversations.channels.webchat import signature, texts, wire
from conversations.channels.webchat.adapter import WebChatAdapter
from conversations.threads.models import (
    LIVE_STATUSES,
    Attachment,
    AuthorKind,
    Conversation,
    Direction,
    Message,
    MessageStatus,
)
from core import filetypes
from core.calendars.queries import clock_for
from core.company.queries import company
from crm.contacts.models import ContactPoint, ContactPointKind

RESUMED = 50
FETCHED = 100
_HIDDEN = Q(direction=Direction.NOTE) | Q(
    status__in=[MessageStatus.FAILED, MessageStatus.SCHEDULED, MessageStatus.CANCELLED]
)


@dataclass(frozen=True, slots=True)
class Said:
    """Messages in their order, and the cursor behind which everything still to come lies."""

    messages: list[Message]
    cursor: str


def said_since(account: ChannelAccount, visitor: str, cursor: str) -> Said:
    """What the visitor may see after the cursor, at most 100 messages, oldest first.

    A cursor that is none means: from the start.
    """
    after = _read_cursor(cursor)
    rows = _own(account, visitor).order_by("conversation_id", "sequence")
    if after is not None:
        number, sequence = after
        rows = rows.filter(Q(conversation_id__gt=number) | Q(conversation_id=number, sequence__gt=sequence))
    return _said(list(rows[:FETCHED]), cursor if after is not None else "")


def newest(account: ChannelAccount, visitor: str) -> Said:
    """The last 50 messages, oldest first, of a visitor who comes back."""
    rows = _own(account, visitor).order_by("-conversation_id", "-sequence")[:RESUMED]
    return _said(list(rows)[::-1], "")


def _own(account: ChannelAccount, visitor: str) -> QuerySet[Message]:
    return (
        Message.objects.filter(
            ~_HIDDEN, conversation__identity__account=account, conversation__identity__external_id=visitor
        )
        .select_related("author")
        .prefetch_related(Prefetch("attachments", Attachment.objects.order_by("id")))
    )


def _said(rows: list[Message], cursor: str) -> Said:
    """The cursor stops before a message that is still on its way, so that it is not missed once it is there."""
    passed = True
    shown = []
    for row in rows:
        waiting = row.direction == Direction.OUT and row.status == MessageStatus.QUEUED
        passed = passed and not waiting
        if passed:
            cursor = f"{row.conversation_id}.{row.sequence}"
        if not waiting:
            shown.append(row)
    return Said(shown, cursor)


def _read_cursor(text: str) -> tuple[int, int] | None:
    number, _, sequence = text.partition(".")
    if not (number.isdecimal() and sequence.isdecimal() and len(text) < 32):
        return None
    return int(number), int(sequence)


def handler_of(account: ChannelAccount, visitor: str) -> str:
    """Who answers the visitor now: flow, person or queue; empty before the first message."""
    return (
        Conversation.objects.filter(
            identity__account=account, identity__external_id=visitor, status__in=LIVE_STATUSES
        )
        .order_by("-id")
        .values_list("handler", flat=True)
        .first()
        or ""
    )


def open_conversation_id(account: ChannelAccount, visitor: str) -> int | None:
    return (
        Conversation.objects.filter(
            identity__account=account, identity__external_id=visitor, status__in=LIVE_STATUSES
        )
        .order_by("-id")
        .values_list("pk", flat=True)
        .first()
    )


def contact_state(account: ChannelAccount, visitor: str) -> dict[str, Any]:
    """What is known of the visitor, so that the widget does not ask again."""
    identity = (
        ChannelIdentity.objects.filter(account=account, external_id=visitor).select_related("contact").first()
    )
    if identity is None:
        return {"ask": True, "name": "", "has_phone": False, "has_email": False}
    kinds = set(ContactPoint.objects.filter(contact_id=identity.contact_id).values_list("kind", flat=True))
    return {
        "ask": not kinds,
        "name": identity.contact.name,
        "has_phone": ContactPointKind.PHONE in kinds,
        "has_email": ContactPointKind.EMAIL in kinds,
    }


def availability(account: ChannelAccount, now: datetime) -> dict[str, Any]:
    clock = clock_for(account.team)
    is_open = clock.is_open(now)
    opening = None if is_open else clock.next_opening(now)
    return {
        "open": is_open,
        "next_opening": opening and stamp(opening),
        "timezone": clock.timezone,
        "expectation": texts.expectation(
            is_open=is_open, next_opening=opening, now=now, timezone=clock.timezone
        ),
    }


def goals(account: ChannelAccount) -> list[dict[str, Any]]:
    """The account's own goals, `settings["goals"]` in the same shape, else sales, support and billing."""
    own = account.settings.get("goals")
    return list(own) if own else [{"key": key, "label": dict(label)} for key, label in texts.GOALS]


def limits() -> dict[str, Any]:
    return {
        "text": WebChatAdapter.abilities.text_limit,
        "upload_bytes": filetypes.MAX_BYTES,
        "uploads_per_message": wire.UPLOADS,
        "upload_types": sorted(filetypes.EXTENSIONS),
    }


def company_card() -> dict[str, str]:
    found = company()
    return {"name": found.name, "color": found.color}


def language_for(account: ChannelAccount, wanted: str) -> str:
    """The language to show: the wanted one where we speak it, else the company's."""
    return wanted if wanted in texts.LANGUAGES else company().language


def languages() -> list[dict[str, str]]:
    return [{"code": code, "name": name} for code, name in texts.LANGUAGES.items()]


def shown(account: ChannelAccount, visitor: str, messages: Iterable[Message]) -> list[dict[str, Any]]:
    """Messages as the widget reads them (docs/webchat.md)."""
    return [_shown(account, visitor, message) for message in messages]


def _shown(account: ChannelAccount, visitor: str, message: Message) -> dict[str, Any]:
    by_person = message.author_kind == AuthorKind.USER and message.author is not None
    return {
        "id": str(message.public_id),
        "client_id": message.external_id if message.direction == Direction.IN else "",
        "conversation": message.conversation_id,
        "sequence": message.sequence,
        "direction": message.direction,
        "author": {
            "kind": message.author_kind,
            "name": message.author.name if by_person and message.author else "",
        },
        "text": message.text,
        "quick_replies": message.quick_replies,
        "attachments": [_file(account, visitor, each) for each in message.attachments.all()],
        "reply_to": message.reply_to_external_id,
        "status": message.status,
        "sent_at": stamp(message.sent_at),
        "edited": message.edited_at is not None,
        "deleted": message.deleted_at is not None,
    }


def _file(account: ChannelAccount, visitor: str, attachment: Attachment) -> dict[str, Any]:
    address = reverse("conversations:chat_file", args=[account.token, attachment.public_id])
    return {
        "id": str(attachment.public_id),
        "name": attachment.name,
        "mime": attachment.mime,
        "size": attachment.size,
        "kind": attachment.kind,
        "url": f"{address}?key={file_key(account, visitor, str(attachment.public_id))}",
    }


def file_key(account: ChannelAccount, visitor: str, public_id: str) -> str:
    """Opens one file to one visitor: the address of an image cannot carry a header."""
    return signature.keyed(account.credentials.get("session_secret", ""), f"file:{visitor}:{public_id}")


def file_for(account: ChannelAccount, public_id: str, key: str) -> Attachment | None:
    """The file of the visitor for whom the key was made, or None."""
    attachment = (
        Attachment.objects.select_related("message__conversation__identity")
        .filter(account=account, public_id=public_id)
        .exclude(file="")
        .first()
    )
    if attachment is None or attachment.message is None or attachment.message.direction == Direction.NOTE:
        return None
    visitor = attachment.message.conversation.identity.external_id
    expected = file_key(account, visitor, str(attachment.public_id))
    return attachment if hmac.compare_digest(expected.encode(), key.encode()) else None


def stamp(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
