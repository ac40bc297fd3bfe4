from __future__ import annotations

from django.db.models import Max

from core.events.models import Event


def last_position() -> int:
    """The newest place in the feed, 0 before the first event."""
    return Event.objects.aggregate(last=Max("position"))["last"] or 0
