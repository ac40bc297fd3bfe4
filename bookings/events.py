"""What happens to bookings, by name (docs/events.md)."""

from core.events.registry import EventType, register

_WHAT = {
    "booking": "public id of the booking",
    "service": "name of the service",
    "starts_at": "start, ISO 8601 in UTC",
    "ends_at": "end, ISO 8601 in UTC",
    "resource": "name of the person or room",
    "timezone": "the customer's zone",
}
_CHOSEN = {
    "chosen": "why this person or room: asked (for it), only (one free), fewest (bookings), longest_ago (booked)"
}

TYPES = (
    EventType(
        "booking.held",
        1,
        "A time is kept for a customer who has not confirmed yet.",
        {**_WHAT, **_CHOSEN},
    ),
    EventType(
        "booking.confirmed",
        1,
        "A meeting was booked; `chosen` only where it was not held before.",
        {**_WHAT, **_CHOSEN, "via": "chat, page, person or api"},
    ),
    EventType(
        "booking.moved",
        1,
        "A meeting got another time or another person.",
        {**_WHAT, "from": "start before", "from_resource": "person or room before", "via": "who moved it"},
    ),
    EventType(
        "booking.cancelled",
        1,
        "A meeting was called off.",
        {**_WHAT, "reason": "in words, or empty", "via": "who called it off"},
    ),
    EventType("booking.expired", 1, "A time was kept and not confirmed in time.", _WHAT),
    EventType("booking.acknowledged", 1, "The customer answered a reminder: coming.", _WHAT),
    EventType("booking.attended", 1, "The customer came.", _WHAT),
    EventType("booking.missed", 1, "The customer did not come.", _WHAT),
    EventType(
        "booking.reopened", 1, "Whether the customer came is open again: the mark was taken back.", _WHAT
    ),
    EventType(
        "service.changed",
        1,
        "A service was added, changed or switched off.",
        {"name": "Name of the service.", "changes": "Names of the changed fields."},
    ),
    EventType(
        "resource.changed",
        1,
        "A person or room that can be booked, or their hours, was added or changed.",
        {"name": "Name of the resource.", "changes": "Names of the changed fields."},
    ),
)


def register_events() -> None:
    register(*TYPES)
