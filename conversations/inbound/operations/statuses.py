"""What the provider says about messages that we sent. A status never moves backwards."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce

from conversations.accounts.models import ChannelAccount
from conversations.channels.contracts import InboundEvent
from conversations.inbound.operations.waiting import TooEarly
from conversations.inbound.timing import said_at
from conversations.threads.models import Conversation, Direction, Message, MessageStatus
from core.events.operations import record

_BEFORE: dict[str, tuple[str, ...]] = {
    MessageStatus.SENT: (MessageStatus.QUEUED,),
    MessageStatus.DELIVERED: (MessageStatus.QUEUED, MessageStatus.SENT),
    MessageStatus.READ: (MessageStatus.QUEUED, MessageStatus.SENT, MessageStatus.DELIVERED),
    MessageStatus.FAILED: (MessageStatus.QUEUED, MessageStatus.SENT),
}
_TOLD = frozenset({MessageStatus.DELIVERED, MessageStatus.READ, MessageStatus.FAILED})
PATIENCE = timedelta(minutes=1)
"""How long a status may be ahead of our own note that the message was sent."""


def apply(*, account: ChannelAccount, event: InboundEvent, now: datetime) -> None:
    """Move the message, or everything up to the watermark, forward. What we never sent is left alone."""
    status = "read" if event.status == "played" else event.status
    before = _BEFORE.get(status)
    if before is None:
        return
    messages = _meant(account, event)
    first = messages.select_related("conversation").order_by("-id").first()
    if first is None:
        _perhaps_too_early(account, event, now)
        return
    at = said_at(event.sent_at or event.watermark, now)
    if messages.filter(status__in=before).update(**_columns(status, at, event)) and status in _TOLD:
        _record(first, status, event)


def _meant(account: ChannelAccount, event: InboundEvent) -> QuerySet[Message]:
    ours = Message.objects.filter(account=account, direction=Direction.OUT)
    if event.external_id:
        return ours.filter(external_id=event.external_id)
    conversation = (
        Conversation.objects.filter(identity__account=account, identity__external_id=event.sender_id)
        .order_by("-id")
        .values("pk")[:1]
    )
    if not event.watermark:
        return ours.none()
    # What still waits to be sent, or never was, has reached nobody, however old it is.
    sent = ours.exclude(status__in=[MessageStatus.QUEUED, MessageStatus.SCHEDULED, MessageStatus.CANCELLED])
    return sent.filter(conversation__in=conversation, sent_at__lte=event.watermark)


def _columns(status: str, at: datetime, event: InboundEvent) -> dict[str, Any]:
    if status == MessageStatus.FAILED:
        return {"status": status, "error": event.text}
    if status == MessageStatus.DELIVERED:
        return {"status": status, "delivered_at": at}
    if status == MessageStatus.READ:
        return {"status": status, "read_at": at, "delivered_at": Coalesce(F("delivered_at"), at)}
    return {"status": status}


def _record(message: Message, status: str, event: InboundEvent) -> None:
    if status == MessageStatus.FAILED:
        payload = {
            "message": str(message.public_id),
            "sequence": message.sequence,
            "error": event.text,
            "code": event.payload,
        }
    else:
        moment = event.watermark.isoformat() if event.watermark else ""
        payload = {"up_to": event.external_id or moment}
    record(name=f"message.{status}", subject=message.conversation, payload=payload)


def _perhaps_too_early(account: ChannelAccount, event: InboundEvent, now: datetime) -> None:
    """A quick provider may confirm before we have written down its id."""
    in_flight = Message.objects.filter(
        account=account, direction=Direction.OUT, status=MessageStatus.QUEUED, sent_at__gte=now - PATIENCE
    )
    if event.external_id and in_flight.exists():
        raise TooEarly("The message may be one that is being sent.")
