"""An album comes as one message for each of its pictures; people see one message, and it is answered once."""

from __future__ import annotations

from conversations.channels.contracts import InboundEvent
from conversations.inbound.operations.storing import attach
from conversations.threads.models import Attachment, Conversation, Direction, Message

NEAR = 20
"""How many messages back the first part of an album is looked for."""


def join(conversation: Conversation, event: InboundEvent) -> Message | None:
    """Put the files of a further part to the first one; None where this is the first, or says something itself."""
    if not event.group_id or event.text or not event.attachments:
        return None
    first = (
        Message.objects.filter(
            conversation=conversation,
            direction=Direction.IN,
            group_id=event.group_id,
            sequence__gt=conversation.last_sequence - NEAR,
        )
        .order_by("sequence")
        .first()
    )
    if first is None:
        return None
    known = set(Attachment.objects.filter(message=first).values_list("external_id", flat=True))
    if first.external_id != event.external_id and known.isdisjoint(
        each.external_id for each in event.attachments
    ):
        attach(first, event)
    return first
