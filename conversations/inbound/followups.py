"""What a channel does besides once an event was taken in: written in the same transaction, carried out after it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from conversations.accounts.models import ChannelAccount
from conversations.channels.contracts import InboundEvent

Followup = Callable[[ChannelAccount, InboundEvent, datetime], None]

_followups: dict[str, Followup] = {}


def register(kind: str, followup: Followup) -> None:
    """Let it run with every event of that kind of channel. ValueError for a kind that is taken."""
    if kind in _followups:
        raise ValueError(f"The channel {kind!r} has a followup already.")
    _followups[kind] = followup


def run(account: ChannelAccount, event: InboundEvent, now: datetime) -> None:
    followup = _followups.get(account.kind)
    if followup is not None:
        followup(account, event, now)
