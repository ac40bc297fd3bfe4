"""Events of orders; docs/events.md is made of these declarations."""

from core.events.registry import EventType, register

NAMES = ("order.created", "order.updated", "order.noticed", "order.notice_answered")
"""What stands on the timeline of a lead."""
_ORDER = {
    "number": "The shop's own number.",
    "status": "new, confirmed, in_work, ready, shipped, delivered, returned or cancelled.",
    "total": "The total as a decimal number, empty where it is not known.",
    "currency": "ISO 4217 code.",
    "expected_on": "The day on which it is expected, or empty.",
}
_NOTICE = {
    "number": "The shop's own number.",
    "kind": "delay or missing.",
    "expected_on": "The day that was told, or empty.",
}

register(
    EventType("order.created", 1, "An order became known.", {**_ORDER, "source": "Where from."}),
    EventType(
        "order.updated",
        1,
        "Something about an order changed.",
        {
            **_ORDER,
            "changes": "Names of the changed parts.",
            "from": "The status before.",
            "reason": "Why it was cancelled, returned or is late.",
        },
    ),
    EventType(
        "order.noticed", 1, "A customer was told that an order comes later or is not complete.", _NOTICE
    ),
    EventType(
        "order.notice_answered",
        1,
        "A customer said what to do about it.",
        {**_NOTICE, "answer": "keep, replace or refund."},
    ),
)
