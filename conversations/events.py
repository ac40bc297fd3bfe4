"""What happens in conversations, by name (docs/events.md)."""

from __future__ import annotations

from core.events.registry import EventType, register

_MESSAGE = {"message": "public id of the message", "sequence": "its number in the conversation"}

TYPES = (
    EventType(
        "conversation.started",
        1,
        "A customer opened a conversation.",
        {"channel": "kind of channel", "referral": "where the customer came from"},
    ),
    EventType(
        "conversation.assigned",
        1,
        "A conversation got another assignee.",
        {"from": "user id or null", "to": "user id or null"},
        {"from": "user", "to": "user"},
    ),
    EventType(
        "conversation.taken_over",
        1,
        "A person speaks from now on.",
        {"from": "who spoke before: flow, queue or person"},
    ),
    EventType("conversation.handed_back", 1, "A person gave the conversation back to the flow."),
    EventType(
        "conversation.handed_off",
        1,
        "The conversation waits for a person.",
        {"reason": "rule that asked for it", "urgency": "0 normal, 1 high, 2 urgent"},
    ),
    EventType(
        "conversation.announced",
        1,
        "The team was given the card of a customer; nobody is waited for.",
        {"reason": "what happened, for example booked"},
    ),
    EventType(
        "conversation.status_changed",
        1,
        "The status of the ticket changed.",
        {"from": "status before", "to": "status after", "why": "what changed it"},
    ),
    EventType(
        "conversation.updated",
        1,
        "Subject, tags, urgency, team or goal were changed.",
        {"changes": "names of the changed fields"},
    ),
    EventType(
        "message.received",
        1,
        "A customer wrote.",
        {
            **_MESSAGE,
            "late": "true when it arrived out of order",
            "kind": "message, postback, comment or other",
        },
    ),
    EventType(
        "conversation.flooded",
        1,
        "Many messages of a customer came at once and were answered together.",
        {"count": "how many"},
    ),
    EventType(
        "message.card_removed",
        1,
        "A customer wrote the number of a payment card; it was not kept.",
        _MESSAGE,
    ),
    EventType("message.echoed", 1, "The company wrote from elsewhere, outside Parley.", _MESSAGE),
    EventType(
        "message.queued", 1, "A message is on its way out.", {**_MESSAGE, "author": "user, flow or system"}
    ),
    EventType(
        "message.scheduled",
        1,
        "A message waits for its time.",
        {
            **_MESSAGE,
            "author": "user, flow or system",
            "at": "when it will leave",
            "why": "scheduled by its author, or quiet hours",
        },
    ),
    EventType(
        "message.rescheduled",
        1,
        "A person changed when a message leaves, or its words.",
        {**_MESSAGE, "at": "when it will leave"},
    ),
    EventType(
        "message.held",
        1,
        "The customer wrote before a scheduled message left: a person decides whether it goes.",
        _MESSAGE,
    ),
    EventType(
        "message.cancelled",
        1,
        "A message that waited never left.",
        {**_MESSAGE, "why": "no_consent, closed, answered, or empty where a person wanted it so"},
    ),
    EventType(
        "message.sent", 1, "The provider took a message.", {**_MESSAGE, "attempts": "how many tries it took"}
    ),
    EventType(
        "message.delivered",
        1,
        "A message reached the customer.",
        {"up_to": "external id or time that the provider named"},
    ),
    EventType(
        "message.read",
        1,
        "The customer has read a message.",
        {"up_to": "external id or time that the provider named"},
    ),
    EventType(
        "message.failed",
        1,
        "A message could not be sent.",
        {**_MESSAGE, "error": "the reason in plain words", "code": "the provider's code"},
    ),
    EventType(
        "message.edited",
        1,
        "A customer edited a message.",
        {**_MESSAGE, "before": "text before", "after": "text after"},
    ),
    EventType("message.deleted", 1, "A customer deleted a message; its text is gone.", _MESSAGE),
    EventType(
        "message.reacted",
        1,
        "A customer reacted to a message.",
        {**_MESSAGE, "reaction": "the sign, empty when it was taken back"},
    ),
    EventType("note.added", 1, "A colleague left a note.", _MESSAGE),
)


def register_events() -> None:
    register(*TYPES)
