"""Events of ratings; docs/events.md is made of these declarations."""

from core.events.registry import EventType, register


def register_events() -> None:
    register(
        EventType(
            "conversation.rated",
            1,
            "The customer said how it was.",
            {"what": "what was rated", "value": "from 1 to 5", "words": "what came with it, may be empty"},
        )
    )
