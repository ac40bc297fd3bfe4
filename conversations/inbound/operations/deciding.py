"""The provider tells that the customer blocked us, or lets us write again."""

from __future__ import annotations

from datetime import datetime

from conversations.accounts.models import ChannelAccount, ChannelIdentity
from conversations.channels.contracts import OPTED_OUT, InboundEvent
from conversations.consent.operations import BLOCKED, UNBLOCKED, blocked, unblocked
from conversations.inbound.keys import dedupe_key
from conversations.inbound.operations.storing import insert_once
from conversations.inbound.timing import said_at
from conversations.threads.models import (
    AuthorKind,
    Conversation,
    Direction,
    Message,
    MessageStatus,
)
from conversations.threads.saving import change, save


def decided(*, account: ChannelAccount, event: InboundEvent, now: datetime) -> Conversation | None:
    """Record it, with a quiet line in the thread. Somebody who never wrote is nobody to us: None."""
    identity = (
        ChannelIdentity.objects.select_related("contact")
        .filter(account=account, external_id=event.customer_id)
        .first()
    )
    if identity is None:
        return None
    conversation = Conversation.objects.select_for_update().filter(identity=identity).order_by("-id").first()
    out = event.payload == OPTED_OUT
    tell = blocked if out else unblocked
    if tell(contact=identity.contact, kind=account.kind) and conversation is not None:
        _line(conversation, account, event, BLOCKED if out else UNBLOCKED, now)
    return conversation


def _line(
    conversation: Conversation, account: ChannelAccount, event: InboundEvent, word: str, now: datetime
) -> None:
    line = Message(
        conversation=conversation,
        account=account,
        sequence=conversation.last_sequence + 1,
        direction=Direction.IN,
        author_kind=AuthorKind.CUSTOMER,
        dedupe_key=dedupe_key(event),
        status=MessageStatus.RECEIVED,
        sent_at=said_at(event.sent_at, now),
        raw_kind=word,
    )
    if insert_once(line):
        change(conversation, last_sequence=line.sequence)
        save(conversation)
