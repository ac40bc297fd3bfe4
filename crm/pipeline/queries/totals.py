"""What stands in the heads of the board's columns, counted, or at a great size estimated from a sample."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.sql.datastructures import BaseTable

from core.access.models import User
from crm.memory import Remembered
from crm.pipeline.enums import NextStepHealth
from crm.pipeline.models import Lead, Pipeline
from crm.pipeline.queries.leads import EVERY, LeadQuerySet, Narrow, Today, leads, next_step_is

MANY = 150_000
"""As many leads are counted without a thought."""
MOST_COST = 50_000
"""The planner's price of a count that is still paid; about 250,000 leads read from the table."""
SAMPLE = 40_000
Figures = QuerySet[Any, tuple[Any, ...]]
_HEALTH = (NextStepHealth.OVERDUE, NextStepHealth.TODAY, NextStepHealth.LATER, NextStepHealth.NONE)


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

    def times(self, factor: float) -> ColumnTotals:
        """Every figure so many times, as an estimate."""
        value = Decimal(rounded(float(self.value) * factor))
        names = (each.name for each in fields(self) if each.name != "value")
        return ColumnTotals(value=value, **{name: rounded(getattr(self, name) * factor) for name in names})


@dataclass(frozen=True)
class BoardTotals:
    """Totals per stage id (stages without leads have none), and how many leads stand behind each quick filter.

    Where they are estimated, `sampled` leads of about `of` were looked at, and a count of nothing means fewer than
    `least`.
    """

    stages: Mapping[int, ColumnTotals]
    behind: Mapping[str, int] = field(default_factory=dict)
    sampled: int = 0
    of: int = 0

    @property
    def least(self) -> int:
        """Three times what one lead of the sample stands for: by then it would hold one, 19 times of 20."""
        return rounded(3 * self.of / self.sampled) if self.sampled else 0


_OWN = len(fields(ColumnTotals))


def rounded(count: float) -> int:
    """To two significant digits, as an estimate deserves."""
    whole = round(count)
    digits = len(str(abs(whole))) - 2
    return round(whole, -digits) if digits > 0 else whole


def column_totals(
    pipeline: Pipeline,
    user: User,
    *,
    narrow: Narrow = EVERY,
    quick: Mapping[str, Q] | None = None,
    today: Today | None = None,
) -> BoardTotals:
    """Count, sum and next-step health per stage of the narrowed leads, and how many of them are behind each of the
    `quick` filters. One query, a second one where there are many leads, and now and then one for how many there are.
    """
    quick, today = quick or {}, today or Today.of(user)
    own = Q(currency=pipeline.currency)
    figures = _by_stage(
        narrow.apply(leads().in_pipeline(pipeline).visible_to(user)),
        {
            "number": Count("pk"),
            "total": Sum("value", filter=own, default=Decimal(0)),
            "other": Count("pk", filter=Q(value__isnull=False) & ~own),
            **{each.value: Count("pk", filter=next_step_is(each, today)) for each in _HEALTH},
            **_behind(quick),
        },
    )
    rows, sample = _read(figures)
    if sample is None:
        return BoardTotals(
            {stage: ColumnTotals(*found[:_OWN]) for stage, *found in rows}, _summed(rows, _OWN, quick)
        )
    behind = {key: rounded(count * sample.factor) for key, count in _summed(rows, _OWN, quick).items()}
    stages = {stage: ColumnTotals(*found[:_OWN]).times(sample.factor) for stage, *found in rows}
    return BoardTotals(stages, behind, sampled=sample.size, of=sample.of)


def quick_counts(
    pipeline: Pipeline, user: User, *, narrow: Narrow, quick: Mapping[str, Q]
) -> Mapping[str, int]:
    """How many of the narrowed leads are behind each of the quick filters; estimated as the totals are."""
    seen = narrow.apply(leads().in_pipeline(pipeline).visible_to(user))
    rows, sample = _read(_by_stage(seen, _behind(quick)))
    found = _summed(rows, 0, quick)
    return {key: rounded(count * sample.factor) for key, count in found.items()} if sample else found


@dataclass(frozen=True)
class _Share:
    size: int
    of: int

    @property
    def factor(self) -> float:
        return self.of / self.size


def _behind(quick: Mapping[str, Q]) -> dict[str, Count]:
    return {f"quick_{key}": Count("pk", filter=q) for key, q in quick.items()}


def _by_stage(seen: LeadQuerySet, figures: Mapping[str, Any]) -> Figures:
    return seen.order_by().values("stage_id").annotate(**figures).values_list("stage_id", *figures)


def _summed(rows: list[tuple[Any, ...]], before: int, quick: Mapping[str, Q]) -> dict[str, int]:
    return {key: sum(row[1 + before + place] for row in rows) for place, key in enumerate(quick)}


def _read(figures: Figures) -> tuple[list[tuple[Any, ...]], _Share | None]:
    """All rows, or those of a sample where the planner thinks that all cost too much."""
    about = leads_about()
    if about <= MANY or _cost(figures) <= MOST_COST:
        return list(figures), None
    return list(sampled(figures, SAMPLE / about)), _Share(SAMPLE, about)


@Remembered
def leads_about() -> int:
    """How many leads there are, as the database last reckoned; 0 where it has not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [Lead._meta.db_table])
        return max(int(cursor.fetchone()[0]), 0)


def _cost(rows: QuerySet[Any, Any]) -> float:
    """What the planner thinks that the query costs."""
    plan = rows.explain(format="json")
    return (
        float(json.loads(plan)[0]["Plan"]["Total Cost"]) if plan else 0
    )  # known to be nothing without asking


class _Sample(BaseTable):
    """The table in FROM as whole pages of it, always the same ones, so that figures do not dance."""

    percent: float

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        sql, params = super().as_sql(compiler, connection)
        return f"{sql} TABLESAMPLE SYSTEM (%s) REPEATABLE (1)", [*params, self.percent]


def sampled(rows: QuerySet[Any, Any], share: float) -> QuerySet[Any, Any]:
    """The same query over a share of the table, from 0 to 1."""
    found = rows.all()
    alias = found.query.get_initial_alias()
    table = _Sample(found.query.get_meta().db_table, alias)
    table.percent = share * 100
    found.query.alias_map[alias] = table
    return found
