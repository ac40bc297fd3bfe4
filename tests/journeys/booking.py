"""What the journeys of meetings have in common."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bookings.appointments.models import Booking
from tests.journeys.chat import Chat

QUALIFIED = ("hello, how much is a kitchen?", "+374 99 123456", "this week", "1.5 mln", "Gyumri")
"""Words after which times are offered."""


def local(text: str) -> datetime:
    """ "03-05 15:00" of 2026 in Yerevan."""
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=ZoneInfo("Asia/Yerevan")).astimezone(UTC)


def labels(chat: Chat) -> list[str]:
    """The buttons under the newest message."""
    return [each["label"] for each in chat.said[-1].quick_replies]


def payload(chat: Chat, label: str) -> str:
    found: str = next(each["payload"] for each in chat.said[-1].quick_replies if each["label"] == label)
    return found


def booked(chat: Chat, wish: str = "Thursday at 15:00") -> Booking:
    """A customer who has gone all the way."""
    chat.say(*QUALIFIED, wish, "Anna", "yes")
    return Booking.objects.get(status="confirmed", contact=chat.contact)
