"""Cards of the board: a lead with its newest chat. At most 12 statements a page, whatever the number of leads."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Case, F, JSONField, Q, Sum, When, Window

from conversations.threads.queries import conversations
from core.access.models import User
from core.events.models import Event
from crm.pipeline.cursors import Cursor
from crm.pipeline.models import Lead, Pipeline, Stage
from crm.pipeline.queries import (
    BoardTotals,
    Column,
    ColumnTotals,
    Today,
    board,
    board_cards,
    column_totals,
    leads,
    quick_counts,
    stages_of,
    standing_in,
)
from desk.board.cards import Card, Chat, card_of
from desk.filters import LeadFilter, moment_of
from desk.filters.bar import QUICK, without_quick

MOST_CHANGES = 60
RESCORED = "scoring.recalculated"
BAR = Decimal(100)


@dataclass(frozen=True, slots=True)
class BoardColumn:
    stage: Stage
    cards: list[Card]
    after: Cursor | None
    searching: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the health bar, in percent of its width."""

    health: str
    start: str
    width: str
    count: int


@dataclass(frozen=True, slots=True)
class Total:
    """`standing`: how many leads a stage with a limit holds, also those outside the filter."""

    stage: Stage
    totals: ColumnTotals
    parts: list[Part]
    standing: int | None = None

    @property
    def is_over(self) -> bool:
        return self.standing is not None and self.standing > (self.stage.wip_limit or 0)


@dataclass(frozen=True, slots=True)
class Totals:
    """`counts` are what stands behind each quick filter; `found` tells of a sample, where there was one."""

    stages: list[Total]
    counts: list[tuple[str, int]]
    found: BoardTotals


@dataclass(frozen=True, slots=True)
class Changes:
    """What happened on a board since an event position; `too_many` means: fetch the columns anew."""

    cards: list[Card]
    gone: list[int]
    position: int
    too_many: bool = False


def columns(pipeline: Pipeline, user: User, chosen: LeadFilter) -> list[BoardColumn]:
    """The first cards of each stage; at most four statements and those of the filter."""
    today = Today.of(user)
    found = board(pipeline, user, narrow=chosen.narrow(moment_of(user, today.now)), today=today)
    chats = chats_of([lead.pk for column in found for lead in column.cards], user)
    return [_column(column, chats, today) for column in found]


def more_cards(stage: Stage, user: User, chosen: LeadFilter, after: Cursor | None) -> BoardColumn:
    today = Today.of(user)
    narrow = chosen.narrow(moment_of(user, today.now))
    column = board_cards(stage.pipeline, user, stage, after=after, narrow=narrow, today=today)
    return _column(column, chats_of([lead.pk for lead in column.cards], user), today)


def totals(pipeline: Pipeline, user: User, chosen: LeadFilter) -> Totals:
    """Count, sum and health of every stage, empty ones included, and the counts of the quick filters."""
    today = Today.of(user)
    moment = moment_of(user, today.now)
    quick = {each.key: each.q(chosen, moment) for each in QUICK if each.counted}
    wide = without_quick(chosen)
    alone = wide == chosen
    found = column_totals(
        pipeline, user, narrow=chosen.narrow(moment), quick=quick if alone else {}, today=today
    )
    counts = found.behind if alone else quick_counts(pipeline, user, narrow=wide.narrow(moment), quick=quick)
    shown = stages_of(pipeline)
    standing = standing_in(shown)
    stages = [
        _total(stage, found.stages.get(stage.pk, ColumnTotals()), standing.get(stage.pk)) for stage in shown
    ]
    return Totals(stages, list(counts.items()), found)


def cards(rows: Sequence[Lead], user: User, today: Today | None = None) -> list[Card]:
    """Cards of leads that carry `rotting` and their people."""
    today = today or Today.of(user)
    chats = chats_of([lead.pk for lead in rows], user)
    return [card_of(lead, chats.get(lead.pk), today) for lead in rows]


def card_rows(user: User, lead_ids: Collection[int], chosen: LeadFilter) -> list[Lead]:
    """Those of the leads that the filter shows."""
    today = Today.of(user)
    rows = leads().visible_to(user).filter(pk__in=lead_ids).with_people().with_rotting(today.now)
    rows = chosen.apply(rows, moment_of(user, today.now))
    return list(rows.order_by("stage_entered_at", "id"))


def changes(pipeline: Pipeline, user: User, chosen: LeadFilter, since: int) -> Changes:
    """Cards of the leads that something happened to after `since`; those no longer on this board are named gone."""
    told = Case(When(name=RESCORED, then="payload"), output_field=JSONField())
    happened = Event.objects.filter(position__gt=since).filter(Q(lead_id__isnull=False) | Q(name=RESCORED))
    seen = list(happened.order_by("position").values_list("lead_id", "position", told)[: 10 * MOST_CHANGES])
    position = max((at for _lead, at, _told in seen if at is not None), default=since)
    batches = [batch for _lead, _at, batch in seen if batch is not None]
    concerned = {lead_id for lead_id, _at, _told in seen if lead_id is not None}
    concerned.update(*(batch["ids"] for batch in batches))
    rescored = any(batch["changed_in_all"] > MOST_CHANGES for batch in batches)
    if rescored or len(concerned) > MOST_CHANGES or len(seen) == 10 * MOST_CHANGES:
        return Changes([], [], position, too_many=True)
    if not concerned:
        return Changes([], [], position)
    today = Today.of(user)
    here = leads().in_pipeline(pipeline).visible_to(user).filter(pk__in=concerned)
    here = chosen.apply(here, moment_of(user, today.now)).with_people().with_rotting(today.now)
    rows = list(here.order_by("stage_entered_at", "id"))
    gone = concerned - {lead.pk for lead in rows}
    return Changes(cards(rows, user, today), sorted(gone), position)


def chats_of(lead_ids: Iterable[int], user: User) -> dict[int, Chat]:
    """The newest visible conversation of each lead with the unread messages of all; one statement."""
    wanted = list(lead_ids)
    if not wanted:
        return {}
    rows = (
        conversations()
        .visible_to(user)
        .filter(lead_id__in=wanted)
        .annotate(total=Window(Sum("unread"), partition_by=F("lead_id")))
        .order_by("lead_id", "-last_message_at", "-id")
        .distinct("lead_id")
        .values_list("lead_id", "public_id", "account__kind", "total")
    )
    return {lead_id: Chat(public_id, kind, unread) for lead_id, public_id, kind, unread in rows}


def _column(column: Column, chats: dict[int, Chat], today: Today) -> BoardColumn:
    found = [card_of(lead, chats.get(lead.pk), today) for lead in column.cards]
    return BoardColumn(column.stage, found, column.after, column.searching)


def _total(stage: Stage, totals: ColumnTotals, standing: int | None) -> Total:
    counts = [
        ("overdue", totals.overdue),
        ("today", totals.today),
        ("later", totals.later),
        ("none", totals.none),
    ]
    parts, start = [], Decimal(0)
    for health, count in counts:
        if count:
            width = BAR * count / totals.count
            parts.append(Part(health, f"{start:.2f}", f"{width:.2f}", count))
            start += width
    return Total(stage, totals, parts, standing)
