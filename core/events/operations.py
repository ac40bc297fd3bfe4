"""Business events are written here, in the transaction of the operation that caused them (architecture 3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model

from core.events.actor import SYSTEM, Actor
from core.events.models import Event
from core.events.registry import event_type
from core.nudge import nudge


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDraft:
    """An event that is not written yet; the arguments of `record`."""

    name: str
    subject: Model
    actor: Actor = SYSTEM
    payload: Mapping[str, Any] = field(default_factory=dict)
    lead_id: int | None = None
    contact_id: int | None = None
    conversation_id: int | None = None


_gathered: ContextVar[list[Event] | None] = ContextVar("events gathered", default=None)


@contextmanager
def gathered() -> Iterator[None]:
    """Operations inside one transaction write their events together, in order, with one INSERT when the block ends well.

    Nothing inside may look for its own events in the database. Open it inside the transaction.
    """
    events: list[Event] = []
    token = _gathered.set(events)
    try:
        yield
    finally:
        _gathered.reset(token)
    _write(events)


def _write(events: list[Event]) -> list[Event]:
    outer = _gathered.get()
    if outer is not None:
        outer += events
    elif events:
        Event.objects.bulk_create(events, batch_size=1000)
        nudge("events")
    return events


def record(
    *,
    name: str,
    subject: Model,
    actor: Actor = SYSTEM,
    payload: Mapping[str, Any] | None = None,
    lead_id: int | None = None,
    contact_id: int | None = None,
    conversation_id: int | None = None,
) -> Event:
    """Write one event with one INSERT. Raises UnknownEvent for a name or payload key that is not registered.

    Lead, contact and conversation are taken from the subject where they are not given.
    """
    draft = EventDraft(
        name=name,
        subject=subject,
        actor=actor,
        payload=payload or {},
        lead_id=lead_id,
        contact_id=contact_id,
        conversation_id=conversation_id,
    )
    return _write([_event(draft)])[0]


def record_all(drafts: Iterable[EventDraft]) -> list[Event]:
    """Write the events in this order with one INSERT (a thousand rows each)."""
    return _write([_event(draft) for draft in drafts])


def _event(draft: EventDraft) -> Event:
    known = event_type(draft.name, draft.payload)
    return Event(
        name=known.name,
        version=known.version,
        subject_type=str(draft.subject._meta.model_name),
        subject_id=draft.subject.pk,
        actor_kind=draft.actor.kind,
        actor_id=draft.actor.user_id,
        payload=dict(draft.payload),
        lead_id=draft.lead_id or _linked(draft.subject, "lead"),
        contact_id=draft.contact_id or _linked(draft.subject, "contact"),
        conversation_id=draft.conversation_id or _linked(draft.subject, "conversation"),
    )


def _linked(subject: Model, name: str) -> int | None:
    if subject._meta.model_name == name:
        return int(subject.pk)
    return getattr(subject, f"{name}_id", None)
