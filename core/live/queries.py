from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings

from core.events.queries import last_position
from core.live import tickets


def invitation(topics: Iterable[str]) -> dict[str, str | int]:
    """What a browser needs to open its stream: the ticket, the address, and how far the feed is."""
    return {"ticket": tickets.issue(topics), "url": settings.LIVE_URL, "sequence": last_position()}
