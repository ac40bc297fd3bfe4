"""What happens in flows, by name (docs/events.md)."""

from core.events.registry import EventType, register

TYPES = (
    EventType(
        "flow.started", 1, "A flow began to speak in a conversation.", {"flow": "key", "version": "number"}
    ),
    EventType(
        "flow.not_started",
        1,
        "A flow was to begin for a lead by itself and could not.",
        {
            "flow": "key",
            "reason": "no_conversation (none is open), person (a colleague has it), running (it speaks there already), "
            "consent (the customer wants no follow-ups) or no_flow",
        },
    ),
    EventType("flow.finished", 1, "A flow came to its end.", {"flow": "key", "reason": "why it ended"}),
    EventType(
        "flow.noted",
        1,
        "A flow kept something that no criterion asks for.",
        {"kind": "detail, attachment, order_number, question ...", "text": "the customer's words"},
    ),
    EventType(
        "flow.published",
        1,
        "A new version of a flow is used from now on.",
        {"flow": "key", "version": "number"},
    ),
)


def register_events() -> None:
    register(*TYPES)
