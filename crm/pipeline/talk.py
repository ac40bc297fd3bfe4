"""What a lead keeps of how its customer talks: counted as messages arrive, over all conversations. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F

FIELDS = frozenset(
    {
        "lead.last_message_at",
        "talk.messages",
        "talk.words",
        "talk.wrote_at",
        "talk.channel",
        "talk.reply_minutes",
    }
)
"""Condition fields that a message of the customer changes."""


@dataclass(frozen=True)
class Heard:
    """One message. `reply_seconds` is how long the customer took to answer us, None when we had not spoken last."""

    at: datetime
    channel: str
    words: int = 0
    reply_seconds: int | None = None

    def values(self) -> dict[str, Any]:
        """The columns of a lead that begins with this message."""
        return {
            "customer_messages": 1,
            "customer_words": self.words,
            "customer_wrote_at": self.at,
            "customer_channel": self.channel,
            "customer_replies": int(self.reply_seconds is not None),
            "customer_reply_seconds": self.reply_seconds or 0,
        }

    def updates(self) -> dict[str, Any]:
        """The same for a lead that is known, as one UPDATE adds it."""
        added = {
            name: F(name) + value for name, value in self.values().items() if isinstance(value, int) and value
        }
        return {**added, "customer_wrote_at": self.at, "customer_channel": self.channel}
