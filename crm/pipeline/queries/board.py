"""The cards of the board: 20-card columns by keyset, all first pages in one query."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.access.models import User
from crm.pipeline.cursors import Cursor
from crm.pipeline.models import Lead, Pipeline, Stage, StageKind
from crm.pipeline.queries.leads import EVERY, LeadQuerySet, Narrow, Today, leads, stages_of

PAGE = 20
FIRST_LOOK = 2_000
LOOK = 20_000
"""How many leads of a stage a page looks through for those that match: of all stages at once, of one alone."""


@dataclass(frozen=True)
class Column:
    """One page of a stage; `after` is the cursor of the next one, None at the end. `searching`: the page was not filled
    because it has looked through enough leads; what matches may come later.
    """

    stage: Stage
    cards: list[Lead]
    after: Cursor | None
    searching: bool = False


def board(
    pipeline: Pipeline,
    user: User,
    *,
    narrow: Narrow = EVERY,
    today: Today | None = None,
    limit: int = PAGE,
    look: int = FIRST_LOOK,
) -> list[Column]:
    """The first page of every stage, in order; at most three queries whatever the number of stages and leads.

    Cards carry contact, owner, stage and `rotting`.
    """
    today = today or Today.of(user)
    stages = stages_of(pipeline)
    if not stages:
        return []
    asked = [stage for stage in stages if stage.kind == StageKind.OPEN or not narrow.only_open]
    ends = _ends(asked, user, narrow, None, look)
    cards: dict[int, list[Lead]] = defaultdict(list)
    pages = [_page(stage, user, narrow, today, None, ends.get(stage.pk), limit) for stage in asked]
    for lead in _united(pages):
        cards[lead.stage_id].append(lead)
    return [_column(stage, _in_order(cards[stage.pk]), ends.get(stage.pk), limit) for stage in stages]


def board_cards(
    pipeline: Pipeline,
    user: User,
    stage: Stage,
    *,
    after: Cursor | None = None,
    limit: int = PAGE,
    narrow: Narrow = EVERY,
    today: Today | None = None,
    look: int = LOOK,
) -> Column:
    """One more page of a stage; at most two queries."""
    assert stage.pipeline_id == pipeline.pk, "the stage is of another pipeline"
    end = _ends([stage], user, narrow, after, look).get(stage.pk)
    rows = list(_page(stage, user, narrow, today or Today.of(user), after, end, limit))
    return _column(stage, rows, end, limit)


def _ends(
    stages: Sequence[Stage], user: User, narrow: Narrow, after: Cursor | None, look: int
) -> Mapping[int, Cursor]:
    """Where a page stops to look in each stage that holds more leads: a filter that few match would otherwise have to
    walk through the whole of it. One query, none where nothing can be passed over.
    """
    if narrow.few or (narrow is EVERY and user.sees_everything) or not stages:
        return {}
    lasts = [
        leads()
        .in_stage(stage)
        .after(after)
        .newest_in_stage_first()
        .values_list("stage_id", "stage_entered_at", "pk")[look : look + 1]
        for stage in stages
    ]
    first, *others = lasts
    return {stage_id: Cursor(at, 0, pk) for stage_id, at, pk in first.union(*others, all=True)}


def _page(
    stage: Stage,
    user: User,
    narrow: Narrow,
    today: Today,
    after: Cursor | None,
    end: Cursor | None,
    limit: int,
) -> LeadQuerySet:
    seen = narrow.apply(leads().in_stage(stage).visible_to(user)).after(after).until(end)
    return seen.newest_in_stage_first().with_people().with_rotting(today.now)[: limit + 1]


def _united(pages: Sequence[LeadQuerySet]) -> Iterable[Lead]:
    if not pages:
        return []
    first, *others = pages
    return first.union(*others, all=True) if others else first


def _column(stage: Stage, cards: list[Lead], end: Cursor | None, limit: int) -> Column:
    if len(cards) > limit:
        last = cards[limit - 1]
        return Column(stage, cards[:limit], Cursor(last.stage_entered_at, 0, last.pk))
    return Column(stage, cards, end, searching=end is not None)


def _in_order(cards: list[Lead]) -> list[Lead]:
    return sorted(cards, key=lambda lead: (lead.stage_entered_at, lead.pk), reverse=True)
