"""The board: 20-card columns by keyset, all first pages in one query, totals as a second fragment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, Sum

from core.access.models import User
from crm.pipeline.cursors import Cursor
from crm.pipeline.enums import NextStepHealth
from crm.pipeline.models import Lead, Pipeline, Stage, StageKind
from crm.pipeline.queries.leads import (
    LeadFilter,
    LeadQuerySet,
    Show,
    Today,
    leads,
    next_step_is,
    shown_as,
    stages_of,
)

PAGE = 20
NO_FILTER = LeadFilter()
_HEALTH = (NextStepHealth.OVERDUE, NextStepHealth.TODAY, NextStepHealth.LATER, NextStepHealth.NONE)


@dataclass(frozen=True)
class Column:
    """One page of a stage; `after` is the cursor of the next one, None at the end."""

    stage: Stage
    cards: list[Lead]
    after: Cursor | None


@dataclass(frozen=True)
class ColumnTotals:
    """`value` sums leads in the pipeline's currency; `other_currencies` counts leads valued in another."""

    count: int = 0
    value: Decimal = Decimal(0)
    other_currencies: int = 0
    overdue: int = 0
    today: int = 0
    later: int = 0
    none: int = 0


@dataclass(frozen=True)
class BoardTotals:
    """Totals per stage id (stages without leads have none), and how many leads stand behind each chip."""

    stages: Mapping[int, ColumnTotals]
    chips: Mapping[Show, int]


def board(
    pipeline: Pipeline,
    user: User,
    *,
    narrow: LeadFilter = NO_FILTER,
    today: Today | None = None,
    limit: int = PAGE,
) -> list[Column]:
    """The first page of every stage, in order; two queries whatever the number of stages and leads.

    Cards carry contact, owner, stage and `rotting`.
    """
    today = today or Today.of(user)
    stages = stages_of(pipeline)
    if not stages:
        return []
    # Only open leads have a next step: no need to look through all that were ever won or lost.
    asked = [stage for stage in stages if stage.kind == StageKind.OPEN or not narrow.show.is_of_open_leads]
    cards: dict[int, list[Lead]] = defaultdict(list)
    for lead in _united([_page(stage, user, narrow, today, None, limit) for stage in asked]):
        cards[lead.stage_id].append(lead)
    return [_column(stage, _in_order(cards[stage.pk]), limit) for stage in stages]


def board_cards(
    pipeline: Pipeline,
    user: User,
    stage: Stage,
    *,
    after: Cursor | None = None,
    limit: int = PAGE,
    narrow: LeadFilter = NO_FILTER,
    today: Today | None = None,
) -> Column:
    """One more page of a stage; one query."""
    assert stage.pipeline_id == pipeline.pk, "the stage is of another pipeline"
    rows = list(_page(stage, user, narrow, today or Today.of(user), after, limit))
    return _column(stage, rows, limit)


def column_totals(
    pipeline: Pipeline, user: User, *, narrow: LeadFilter = NO_FILTER, today: Today | None = None
) -> BoardTotals:
    """Count, sum and next-step health per stage, and what the chips count; one query."""
    today = today or Today.of(user)
    seen = narrow.apply(leads().in_pipeline(pipeline).visible_to(user))
    shown, own = shown_as(narrow.show, user, today), Q(currency=pipeline.currency)
    health = {each.value: Count("pk", filter=shown & next_step_is(each, today)) for each in _HEALTH}
    chips = {f"chip_{each}": Count("pk", filter=shown_as(each, user, today)) for each in Show}
    rows = (
        seen.order_by()
        .values("stage_id")
        .annotate(
            count=Count("pk", filter=shown),
            total=Sum("value", filter=shown & own, default=Decimal(0)),
            other_currencies=Count("pk", filter=shown & Q(value__isnull=False) & ~own),
            **health,
            **chips,
        )
        .values_list("stage_id", "count", "total", "other_currencies", *health, *chips)
    )
    found, behind = {}, dict.fromkeys(Show, 0)
    for stage_id, *figures in rows:
        found[stage_id] = ColumnTotals(*figures[: -len(chips)])
        for show, count in zip(Show, figures[-len(chips) :], strict=True):
            behind[show] += count
    return BoardTotals(found, behind)


def _page(
    stage: Stage, user: User, narrow: LeadFilter, today: Today, after: Cursor | None, limit: int
) -> LeadQuerySet:
    seen = narrow.apply(leads().in_stage(stage).visible_to(user))
    page = (
        seen.filter(shown_as(narrow.show, user, today))
        .with_people()
        .with_rotting(today.now)
        .newest_in_stage_first()
    )
    return page.after(after)[: limit + 1]


def _united(pages: list[LeadQuerySet]) -> Iterable[Lead]:
    if len(pages) > 1:
        return pages[0].union(*pages[1:], all=True)
    return pages[0] if pages else ()


def _column(stage: Stage, rows: Sequence[Lead], limit: int) -> Column:
    cards = list(rows[:limit])
    more = len(rows) > limit
    return Column(stage, cards, Cursor(cards[-1].stage_entered_at, 0, cards[-1].pk) if more else None)


def _in_order(cards: list[Lead]) -> list[Lead]:
    return sorted(cards, key=lambda lead: (lead.stage_entered_at, lead.pk), reverse=True)
