from __future__ import annotations

from core.events.registry import EventType, register


def register_events() -> None:
    register(
        EventType(
            "assistant.changed",
            1,
            "The assistant's settings were changed; the history says from what to what.",
            {"changes": "names of the changed settings"},
        )
    )
