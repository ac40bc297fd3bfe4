"""Events of goals; docs/events.md is made of these declarations."""

from core.events.registry import EventType, register


def register_events() -> None:
    register(
        EventType(
            "goal.changed",
            1,
            "A goal of the customers was added, changed, merged or switched off.",
            {"key": "its key", "changes": "names of the changed parts"},
        ),
        EventType(
            "goal.phrases_changed",
            1,
            "A phrase of a goal was added or removed.",
            {"goal": "key of the goal", "language": "of the phrase", "changes": "added or removed"},
        ),
        EventType(
            "goals.review_due",
            1,
            "What nothing understood in a month waits for an admin.",
            {"month": "as 2026-11", "groups": "of like words", "messages": "in them"},
        ),
        EventType(
            "goals.reviewed", 1, "Somebody has looked at what nothing understood.", {"month": "as 2026-11"}
        ),
    )
