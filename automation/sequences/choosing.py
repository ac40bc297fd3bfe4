"""Which conversation a follow-up goes to: the wanted channel, else where the customer was last. Pure (spec 2.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Way:
    """A conversation that a message could go to. `window_hours`: how long after the customer's last words there
    (`heard_at`) the channel lets us write; None where it always does. `consent`: follow-ups are allowed on this channel.
    `usable`: the account is on, its channel is there, the conversation is no spam.
    """

    conversation: int
    channel: str
    consent: bool = True
    usable: bool = True
    live: bool = True
    window_hours: int | None = None
    heard_at: datetime | None = None
    spoke_at: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether the channel's service window lets a message through now."""
        if self.window_hours is None:
            return True
        return self.heard_at is not None and now < self.heard_at + timedelta(hours=self.window_hours)

    def may(self, now: datetime) -> bool:
        return self.usable and self.consent and self.is_open(now)


def best_way(ways: Sequence[Way], *, channel: str, now: datetime) -> Way | None:
    """The way of the wanted `channel` ("" for any), else the one where the customer was heard last, of those that may be
    used now; one that is still open before one that is solved. None: nobody can be reached.
    """
    allowed = [way for way in ways if way.may(now)]
    if not allowed:
        return None
    return max(
        allowed,
        key=lambda way: (
            bool(channel) and way.channel == channel,
            way.heard_at.timestamp() if way.heard_at else 0.0,
            way.live,
            way.conversation,
        ),
    )
