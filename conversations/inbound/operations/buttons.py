"""A tapped button whose channel has no room for our payload refers to the message that carried it."""

from __future__ import annotations

from dataclasses import replace

from conversations.accounts.models import ChannelAccount
from conversations.channels.contracts import EventKind, InboundEvent
from conversations.sending.payloads import reference
from conversations.threads.models import Direction, Message


def resolved(*, account: ChannelAccount, event: InboundEvent) -> InboundEvent:
    """The event with the payload and the words of the button. What a stranger made up stays as it came."""
    if event.kind != EventKind.POSTBACK:
        return event
    meant = reference(event.payload)
    if meant is None and (event.text or not event.reply_to):
        return event
    ours = Message.objects.filter(
        account=account,
        direction=Direction.OUT,
        conversation__identity__external_id=event.customer_id,
    )
    asked = ours.filter(public_id=meant[0]) if meant else ours.filter(external_id=event.reply_to)
    replies = asked.values_list("quick_replies", flat=True).first() or []
    if meant:
        chosen = replies[meant[1]] if meant[1] < len(replies) else None
    else:
        chosen = next((each for each in replies if each["payload"] == event.payload), None)
    if chosen is None:
        return event
    return replace(event, payload=chosen["payload"][:200], text=event.text or chosen["label"])
