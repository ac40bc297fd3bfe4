"""What happened to a lead, newest first, by keyset; the desk merges the messages into it."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.contrib.postgres.aggregates import JSONBAgg
from django.db.models import F, Max, Q, QuerySet, Sum
from django.db.models.functions import JSONObject

from core.events.models import Event
from crm.calls.models import Call
from crm.pipeline.cursors import Cursor
from crm.pipeline.models import Lead
from crm.pipeline.queries.leads import who
from crm.qualification.models import LeadAnswer
from crm.scoring.models import ScoreEntry

MESSAGE_RANK = 4
"""For the desk: at one instant a message stands before (below) what it led to."""
EVENTS: tuple[str, ...] = (
    "lead.created",
    "lead.stage_changed",
    "lead.held_back",
    "lead.assigned",
    "lead.updated",
    "lead.next_step_set",
    "lead.next_step_done",
    "lead.qualification_changed",
    "lead.file_added",
    "lead.file_removed",
)


_of_other_rooms: list[str] = []


def tell_event(name: str) -> None:
    """Let a higher room's event of a lead stand in its timeline, too."""
    if name not in _of_other_rooms:
        _of_other_rooms.append(name)


def told_events() -> tuple[str, ...]:
    return (*EVENTS, *_of_other_rooms)


@dataclass(frozen=True)
class TimelineItem:
    """`rank` breaks ties of one transaction: what was caused stands above its cause."""

    at: datetime
    id: int
    rank = 0

    @property
    def cursor(self) -> Cursor:
        return Cursor(self.at, self.rank, self.id)

    @property
    def kind(self) -> str:
        return type(self).__name__.removesuffix("Item").lower()


@dataclass(frozen=True)
class EventItem(TimelineItem):
    """A move, assignment, edit, next step or change of qualification; `who` is "" where it was no person."""

    name: str
    payload: dict[str, Any]
    who: str
    actor_kind: str
    rank = 3


@dataclass(frozen=True)
class AnswerItem(TimelineItem):
    """An answer as it was given then; `row` carries criterion, value, what was said and who entered it."""

    row: LeadAnswer
    rank = 1


@dataclass(frozen=True)
class ScoreItem(TimelineItem):
    """Ledger rows of one moment: `lines` is [{"name", "points", "held"}] and their sum `points`."""

    points: int
    version: int
    lines: list[dict[str, Any]]
    rank = 2


@dataclass(frozen=True)
class CallItem(TimelineItem):
    """A telephone call about the lead; `row` carries who logged it, its outcome and note."""

    row: Call
    rank = 0


def timeline(
    lead: Lead,
    *,
    after: Cursor | None = None,
    limit: int = 50,
    kinds: Sequence[str] = ("event", "answer", "score", "call"),
    names: Collection[str] | None = None,
) -> list[TimelineItem]:
    """Items behind the cursor, newest first; one query per kind. The cursor of the last leads to the next
    page. `names` narrows the events.
    """
    found = [
        _events(lead, after, limit, names) if kind == "event" else _SOURCES[kind](lead, after, limit)
        for kind in kinds
    ]
    merged = heapq.merge(*found, key=lambda item: item.cursor, reverse=True)
    return list(islice(merged, limit))


def _behind(
    rows: QuerySet[Any], after: Cursor | None, rank: int, key: str = "id", moment: str = "created_at"
) -> QuerySet[Any]:
    if after is None:
        return rows
    older = Q(**{f"{moment}__lt": after.at})
    if rank < after.rank:
        older = Q(**{f"{moment}__lte": after.at})
    elif rank == after.rank:
        older |= Q(**{moment: after.at, f"{key}__lt": after.id})
    return rows.filter(older)


def _events(
    lead: Lead, after: Cursor | None, limit: int, names: Collection[str] | None = None
) -> list[EventItem]:
    told = [name for name in told_events() if names is None or name in names]
    rows = Event.objects.filter(lead_id=lead.pk, name__in=told).select_related("actor")
    page = _behind(rows, after, EventItem.rank).order_by("-created_at", "-id")[:limit]
    return [
        EventItem(row.created_at, row.pk, row.name, row.payload, who(row), row.actor_kind) for row in page
    ]


def _answers(lead: Lead, after: Cursor | None, limit: int) -> list[AnswerItem]:
    rows = LeadAnswer.objects.filter(lead=lead).select_related("criterion", "user")
    page = _behind(rows, after, AnswerItem.rank).order_by("-created_at", "-id")[:limit]
    return [AnswerItem(row.created_at, row.pk, row) for row in page]


def _scores(lead: Lead, after: Cursor | None, limit: int) -> list[ScoreItem]:
    line = JSONObject(name=F("rule_name"), points=F("points"), held=F("reason__held"))
    rows = (
        ScoreEntry.objects.filter(lead=lead)
        .order_by()
        .values("created_at")
        .annotate(
            last=Max("id"),
            total=Sum("points"),
            version=Max("rule_set_version"),
            lines=JSONBAgg(line, order_by="id"),
        )
    )
    page = _behind(rows, after, ScoreItem.rank, key="last").order_by("-created_at", "-last")[:limit]
    return [
        ScoreItem(row["created_at"], row["last"], row["total"], row["version"], row["lines"]) for row in page
    ]


def _calls(lead: Lead, after: Cursor | None, limit: int) -> list[CallItem]:
    if not lead.call_count:
        return []
    rows = Call.objects.filter(lead=lead).select_related("user")
    page = _behind(rows, after, CallItem.rank, moment="called_at").order_by("-called_at", "-id")[:limit]
    return [CallItem(row.called_at, row.pk, row) for row in page]


_SOURCES: dict[str, Callable[[Lead, Cursor | None, int], Sequence[TimelineItem]]] = {
    "answer": _answers,
    "score": _scores,
    "call": _calls,
}
