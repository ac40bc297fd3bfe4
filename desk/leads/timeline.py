"""The one timeline of a lead: messages and notes merged into what happened to it, newest first (spec 7.1)."""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from django.db.models import Q, prefetch_related_objects
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversations.threads.models import AuthorKind, Direction, Message, MessageStatus
from conversations.threads.queries import TAKEN_BACK, conversations
from core.access.models import User
from crm.calls.models import Call
from crm.duplicates.models import ContactMerge
from crm.pipeline.cursors import Cursor
from crm.pipeline.models import Lead
from crm.pipeline.queries import AnswerItem, CallItem, EventItem, ScoreItem, TimelineItem, timeline
from crm.pipeline.queries.timeline import MESSAGE_RANK, told_events
from crm.qualification.queries import answer_text
from desk import formats
from desk.colleagues.queries import names
from desk.telling import actor_name, tell

PAGE = 30
MERGE_RANK = -1
MOST = 200
FILTERS: Mapping[str, str | Promise] = {
    "": gettext_lazy("Everything"),
    "message": gettext_lazy("Messages"),
    "note": gettext_lazy("Notes"),
    "call": gettext_lazy("Calls"),
    "booking": gettext_lazy("Meetings"),
    "quote": gettext_lazy("Quotes"),
    "move": gettext_lazy("Moves and steps"),
    "answer": gettext_lazy("Answers"),
    "score": gettext_lazy("Score"),
    "edit": gettext_lazy("Changes"),
}
_OF_EVENTS = ("booking", "quote", "move", "edit")
ICONS = {Direction.IN: "message", Direction.OUT: "message-reply", Direction.NOTE: "note"}


@dataclass(frozen=True)
class MessageItem(TimelineItem):
    message: Message
    rank = MESSAGE_RANK


@dataclass(frozen=True)
class MergeItem(TimelineItem):
    """Another contact became part of the lead's; below all else of its moment."""

    merge: ContactMerge
    rank = MERGE_RANK


@dataclass(frozen=True)
class Row:
    """A line of the timeline; `tone` is in, out or note for messages, `more` says where an answer is from.

    `lines` are (words, points) of a score.
    """

    at: datetime
    icon: str
    text: str
    who: str = ""
    more: str = ""
    tone: str = ""
    lines: list[tuple[str, int]] = field(default_factory=list)


@dataclass(frozen=True)
class TimelinePage:
    rows: list[Row]
    after: Cursor | None


def page(
    lead: Lead, user: User, *, kind: str = "", after: Cursor | None = None, count: int = 0
) -> TimelinePage:
    """One page; at most one statement per kind. `count`: how many lines the screen holds already."""
    limit = min(max(count, PAGE), MOST)
    kinds = [each for each in ("answer", "score", "call") if kind in ("", each)]
    kinds += ["event"] if kind == "" or kind in _OF_EVENTS else []
    asked = {"names": _events_of(kind)} if kind in _OF_EVENTS else {}
    merged: list[Any] = [timeline(lead, after=after, limit=limit + 1, kinds=kinds, **asked)] if kinds else []
    if kind in ("", "message", "note"):
        merged.append(_messages(lead, user, kind, after, limit + 1))
    if kind in ("", "edit"):
        merged.append(_merges(lead, after, limit + 1))
    items = list(islice(heapq.merge(*merged, key=lambda item: item.cursor, reverse=True), limit + 1))
    people = names()
    rows = [row for item in items[:limit] if (row := _row(item, lead, people))]
    return TimelinePage(rows, items[limit - 1].cursor if len(items) > limit else None)


def _events_of(kind: str) -> list[str]:
    """Names of the events that a choice of the filter stands for: every event has one."""
    if kind in ("booking", "quote"):
        return [name for name in told_events() if name.startswith(f"{kind}.")]
    edits = ("lead.updated", "lead.created", "lead.qualification_changed")
    if kind == "edit":
        return [name for name in told_events() if name in edits]
    others = ("booking.", "quote.", *edits)
    return [name for name in told_events() if not name.startswith(others)]


def _merges(lead: Lead, after: Cursor | None, limit: int) -> list[MergeItem]:
    """Contacts that became one with the lead's; no statement where it is known that there are none."""
    if not getattr(lead, "has_merges", True):
        return []
    rows = ContactMerge.objects.filter(winner=lead.contact_id, undone_at=None).select_related(
        "loser", "merged_by"
    )
    if after is not None:
        older = Q(merged_at__lt=after.at)
        same = Q(merged_at=after.at, pk__lt=after.id) if after.rank == MERGE_RANK else Q(merged_at=after.at)
        rows = rows.filter(older | same if after.rank >= MERGE_RANK else older)
    return [MergeItem(row.merged_at, row.pk, row) for row in rows.order_by("-merged_at", "-pk")[:limit]]


def _messages(lead: Lead, user: User, kind: str, after: Cursor | None, limit: int) -> list[MessageItem]:
    seen = conversations().visible_to(user).filter(lead=lead).values("pk")
    rows = Message.objects.filter(conversation__in=seen).exclude(TAKEN_BACK).select_related("author")
    if kind == "note":
        rows = rows.filter(direction=Direction.NOTE)
    elif kind == "message":
        rows = rows.exclude(direction=Direction.NOTE)
    if after is not None:
        older = Q(sent_at__lt=after.at)
        rows = rows.filter(
            older | Q(sent_at=after.at, pk__lt=after.id) if after.rank == MESSAGE_RANK else older
        )
    page = list(rows.order_by("-sent_at", "-id")[:limit])
    # Only a message without words is told by its files.
    prefetch_related_objects([row for row in page if not row.text], "attachments")
    return [MessageItem(row.sent_at, row.pk, row) for row in page]


def _row(item: TimelineItem, lead: Lead, people: Mapping[int, str]) -> Row | None:
    match item:
        case MessageItem():
            return _message_row(item.message, lead, people)
        case AnswerItem(row=answer):
            words = f"{answer.criterion.name}: {answer_text(answer.criterion, answer.value)}"
            who = answer.user.name if answer.user else answer.get_source_display()
            return Row(item.at, "list-check", words, more=who)
        case ScoreItem():
            lines = [(line["name"], line["points"]) for line in item.lines]
            return Row(item.at, "trending-up", _("Score %(points)+d") % {"points": item.points}, lines=lines)
        case CallItem(row=call):
            return _call_row(call)
        case MergeItem(merge=merge):
            words = _("%(contact)s was found to be the same person and merged") % {"contact": merge.loser}
            return Row(item.at, "arrows-join", words, str(merge.merged_by or ""))
        case EventItem():
            who = item.who or actor_name(item.actor_kind, None, people)
            told = tell(item.name, item.payload, who, people)
            return Row(item.at, told.icon, told.text) if told else None
    return None


def _call_row(call: Call) -> Row:
    words = [call.get_direction_display(), call.get_outcome_display()]
    if call.seconds:
        words.append(formats.minutes(call.seconds))
    first = " · ".join(words)
    who = str(call.user) if call.user else ""
    return Row(call.called_at, "phone", f"{first}\n{call.note}" if call.note else first, who, tone="call")


def _message_row(message: Message, lead: Lead, people: Mapping[int, str]) -> Row:
    who = str(lead.contact)
    if message.author_kind != AuthorKind.CUSTOMER:
        who = actor_name(message.author_kind, message.author_id, people)
    if message.deleted_at:
        text = _("This message was deleted.")
    else:
        text = message.text or ", ".join(each.name or each.kind for each in message.attachments.all())
    direction = Direction(message.direction)
    untold = message.status in (MessageStatus.SCHEDULED, MessageStatus.CANCELLED, MessageStatus.FAILED)
    more = message.get_status_display() if untold else ""
    return Row(message.sent_at, ICONS[direction], text, who, more=more, tone=direction.value)
