"""What this room adds to the registries: names of events, due rows, notifications."""

from __future__ import annotations

from bookings.events import register_events


def register_all() -> None:
    register_events()
