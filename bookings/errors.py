"""Why a booking was refused; each is told to the person as it stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from core.errors import Refused


class Unavailable(Refused):
    """`fresh`: times that are free at this moment, from the same calculation that lists them."""

    def __init__(self, sentence: str, fresh: Sequence[datetime] = ()) -> None:
        super().__init__(sentence)
        self.fresh = list(fresh)


class SlotTaken(Unavailable):
    """Somebody else has the time, or it can no longer be booked so shortly before."""


class HoldExpired(Unavailable):
    """The time was kept for a while and is no longer."""


class OutsideHours(Unavailable):
    """Nobody who gives the service works then, or the time is none that is offered."""


class TooLate(Refused):
    """So shortly before the start customers can no longer move or cancel by themselves."""


class TooEarly(Refused):
    """Whether the customer came is known only once the meeting has begun."""


class BookingClosed(Refused):
    """The booking was cancelled, has expired or is over; what was asked for no longer makes sense."""


class ContactNeeded(Refused):
    """A booking is confirmed for somebody."""
