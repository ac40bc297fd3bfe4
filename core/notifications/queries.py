from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from core.access.models import User
from core.notifications import registry
from core.notifications.models import Notification

PAGE = 20
MOST_COUNTED = 100


@dataclass(frozen=True, slots=True)
class Line:
    """A notification in the reader's words."""

    public_id: UUID
    text: str
    url: str
    created_at: datetime
    is_read: bool


def newest(user: User, *, limit: int = PAGE) -> list[Line]:
    """The person's newest notifications, in the language that is active now."""
    rows = Notification.objects.filter(user=user).order_by("-id")[:limit]
    return [
        Line(
            row.public_id,
            registry.words(row.kind, row.params),
            row.url,
            row.created_at,
            row.read_at is not None,
        )
        for row in rows
    ]


def read() -> QuerySet[Notification]:
    return Notification.objects.filter(read_at__isnull=False)


def unread_count(user: User) -> int:
    """How many are unread, counted up to MOST_COUNTED."""
    unread = Notification.objects.filter(user=user, read_at__isnull=True)
    return unread.order_by()[:MOST_COUNTED].count()
