"""What conditions may ask about a lead's meetings (spec 7.4)."""

from __future__ import annotations

KEYS = frozenset({"booking.upcoming", "booking.count", "booking.last", "booking.missed"})
