"""What happens in flows, by name (docs/events.md)."""

from core.events.registry import EventType, register

_FOLLOWED = {
    "number": "number of the quote",
    "version": "its version",
    "total": "the total",
    "currency": "ISO 4217 code",
    "step": "first or again (a question after silence), last_days or expired",
}

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
    EventType(
        "flow.created",
        1,
        "A flow was made, copied or taken in from a file.",
        {"flow": "key", "name": "its name"},
    ),
    EventType(
        "flow.switched",
        1,
        "New conversations begin with a flow, or no longer.",
        {"flow": "key", "on": "true or false"},
    ),
    EventType(
        "flow.deleted", 1, "A flow that was never used was deleted.", {"flow": "key", "name": "its name"}
    ),
    EventType(
        "quote.followed_up", 1, "A sent quote was followed up by itself, or its seller asked to.", _FOLLOWED
    ),
    EventType(
        "quote.follow_up_cancelled", 1, "A colleague called off what was to follow a quote.", _FOLLOWED
    ),
)

ORDERS = (
    EventType(
        "order.looked_up",
        1,
        "A customer asked for an order in the chat.",
        {
            "found": "Whether number and phone or email belong together.",
            "order": "Public id of the order that was found, else null.",
        },
    ),
)

_SEQUENCE = {"sequence": "key", "name": "what people call it"}
SEQUENCES = (
    EventType(
        "sequence.published",
        1,
        "A new version of a sequence of follow-ups is used from now on.",
        {**_SEQUENCE, "version": "number"},
    ),
    EventType(
        "sequence.switched", 1, "A sequence is used, or no longer.", {**_SEQUENCE, "on": "true or false"}
    ),
    EventType("sequence.begun", 1, "A lead began a sequence.", {**_SEQUENCE, "version": "number"}),
    EventType(
        "sequence.held_out",
        1,
        "A lead was left alone to compare with those that a sequence writes to.",
        {**_SEQUENCE, "version": "number"},
    ),
    EventType(
        "sequence.step_taken",
        1,
        "A step of a sequence was taken.",
        {
            **_SEQUENCE,
            "step": "from 1",
            "went": "message or task",
            "channel": "kind of channel, empty for a task",
        },
    ),
    EventType(
        "sequence.postponed",
        1,
        "The customer named a time for the next step.",
        {**_SEQUENCE, "at": "ISO 8601"},
    ),
    EventType(
        "sequence.stopped",
        1,
        "A sequence ended before its last step.",
        {
            **_SEQUENCE,
            "reason": "reply, opt_out, won, lost, booked, quote, left, task, cancelled or off",
            "sent": "messages until then",
        },
    ),
    EventType(
        "sequence.finished", 1, "A sequence came to its last step.", {**_SEQUENCE, "sent": "messages in all"}
    ),
)

_PLAYBOOK = {"playbook": "key", "release": "number of what ships"}
PLAYBOOKS = (
    EventType(
        "playbook.installed",
        1,
        "A playbook was installed.",
        {**_PLAYBOOK, "added": "how many parts are new"},
    ),
    EventType(
        "playbook.upgraded",
        1,
        "A playbook got the parts of another release.",
        {**_PLAYBOOK, "renewed": "how many parts", "kept": "how many stay, edited by the company"},
    ),
    EventType(
        "playbook.removed",
        1,
        "A playbook was removed.",
        {**_PLAYBOOK, "removed": "how many parts", "kept": "how many stay"},
    ),
    EventType(
        "playbook.switched",
        1,
        "A playbook answers on a channel account, or no longer.",
        {**_PLAYBOOK, "account": "public id", "on": "true or false"},
    ),
)


def register_events() -> None:
    register(*TYPES, *ORDERS, *SEQUENCES, *PLAYBOOKS)
