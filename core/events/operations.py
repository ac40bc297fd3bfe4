"""Business events are written here, in the transaction of the operation that caused them (architecture 3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Model

from core.events.actor import SYSTEM, Actor, key_in_use
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


class _Mark:
    """Goes where Django keeps what a transaction does after its commit: rolling back a savepoint takes it away."""

    def __call__(self) -> None:
        return None


class _Gathered:
    """Events until the end of the block. Those of a savepoint that was rolled back did not happen."""

    def __init__(self) -> None:
        self._connection = transaction.get_connection()
        if not self._connection.in_atomic_block:
            raise transaction.TransactionManagementError("Events are gathered inside a transaction.")
        self._savepoints = list(self._connection.savepoint_ids)
        self._waiting: list[tuple[Event, _Mark | None]] = []

    def add(self, events: Iterable[Event]) -> None:
        mark = None
        if self._connection.savepoint_ids != self._savepoints:
            mark = _Mark()
            transaction.on_commit(mark)
        self._waiting += [(event, mark) for event in events]

    def happened(self) -> list[Event]:
        kept = {id(function) for _savepoints, function, _robust in self._connection.run_on_commit}
        return [event for event, mark in self._waiting if mark is None or id(mark) in kept]


_gathered: ContextVar[_Gathered | None] = ContextVar("events gathered", default=None)


@contextmanager
def gathered() -> Iterator[None]:
    """Operations inside one transaction write their events together, in order, with one INSERT when the block ends well.

    Nothing inside may look for its own events in the database. Raises TransactionManagementError outside of a
    transaction.
    """
    events = _Gathered()
    token = _gathered.set(events)
    try:
        yield
    finally:
        _gathered.reset(token)
    _write(events.happened())


def _write(events: list[Event]) -> list[Event]:
    outer = _gathered.get()
    if outer is not None:
        outer.add(events)
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
        api_key_id=draft.actor.key_id or key_in_use(),
        payload=dict(draft.payload),
        lead_id=draft.lead_id or _linked(draft.subject, "lead"),
        contact_id=draft.contact_id or _linked(draft.subject, "contact"),
        conversation_id=draft.conversation_id or _linked(draft.subject, "conversation"),
    )


def _linked(subject: Model, name: str) -> int | None:
    if subject._meta.model_name == name:
        return int(subject.pk)
    return getattr(subject, f"{name}_id", None)
