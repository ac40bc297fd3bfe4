"""Which topics an event touches. Rooms add to the default where their screens listen to more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING

from core.live import topics

if TYPE_CHECKING:
    from core.events.models import Event

_routes: dict[str, list[Callable[[Event], set[str]]]] = defaultdict(list)


def register(event_name: str, route: Callable[[Event], set[str]]) -> None:
    """Let events of that name reach the topics that `route` returns as well as the default ones."""
    _routes[event_name].append(route)


def topics_of(event: Event) -> set[str]:
    """The default, by the event's conversation and lead, and what was registered for its name."""
    found: set[str] = set()
    if event.conversation_id:
        found |= {topics.INBOX, topics.conversation(event.conversation_id)}
    if event.lead_id:
        found |= {topics.BOARD, topics.lead(event.lead_id)}
    for route in _routes.get(event.name, ()):
        found |= route(event)
    return found
