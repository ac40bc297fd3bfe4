"""What comes in, taken apart by kind of event."""

from conversations.inbound.operations.receiving import Received, receive
from conversations.inbound.operations.waiting import TooEarly

__all__ = ["Received", "TooEarly", "receive"]
