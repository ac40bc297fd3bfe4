"""docs/events.md, from the registry. Pure."""

from collections.abc import Iterable
from itertools import groupby

from core.events.registry import EventType

_HEAD = """# Events

Every business event is one append-only row of `core.events`, written in the transaction of the operation
that caused it. Timeline, live screens, webhooks and the event feed read it. Beside its payload each event
carries `position` (its place in the feed, without gaps, given after commit), `name`, `version`,
`subject_type` and `subject_id`, the lead, contact and conversation it belongs to, who caused it
(`actor_kind` user, customer, flow, system or api, the user, and the API key where one was used), and `created_at`.

This file is made by `manage.py document_events`; a test holds it true.
"""


def as_markdown(types: Iterable[EventType]) -> str:
    """The whole file: events by thing and name."""
    ordered = sorted(types, key=lambda event_type: event_type.name)
    sections = [_HEAD]
    for thing, members in groupby(ordered, key=lambda event_type: event_type.name.partition(".")[0]):
        sections.append(f"## {thing}\n")
        sections.extend(_section(event_type) for event_type in members)
    return "\n".join(sections)


def _section(event_type: EventType) -> str:
    lines = [f"### {event_type.name}", "", f"Version {event_type.version}. {event_type.summary}", ""]
    lines += [f"- `{key}`: {meaning}" for key, meaning in event_type.payload.items()]
    if event_type.payload:
        lines.append("")
    return "\n".join(lines)
