"""Ratings as the screens need them."""

from __future__ import annotations

from conversations.ratings.models import HIGHEST, Rating
from conversations.threads.queries import conversations
from core.access.models import User

SHOWN = 5


def ratings_of_contact(contact_id: int, user: User) -> list[Rating]:
    """The newest ratings of a customer in the conversations that the person may see; one statement."""
    seen = conversations().visible_to(user).filter(contact=contact_id)
    rows = Rating.objects.filter(conversation__in=seen.order_by().values("pk"))
    return list(rows.order_by("-rated_at", "-id")[:SHOWN])


def stars(value: int) -> str:
    return "★" * value + "☆" * (HIGHEST - value)
