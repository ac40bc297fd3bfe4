"""What was learned and counts now."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Count, Exists, F, Q
from django.utils import timezone

from core.conditions import Field, Moment
from core.jobs.models import Job
from crm.chances import bayes, binning
from crm.chances.models import ChanceModel, ChanceSettings
from crm.chances.queries.fields import usable
from crm.chances.queries.placing import Params, columns, facts_sql, sum_sql
from crm.memory import Remembered
from crm.pipeline.models import Lead, StageKind
from crm.scoring.queries import moment

ENOUGH = 30
"""So many won leads and so many lost ones are needed before anything is said."""
WINDOW = timedelta(days=730)
LEARN = "crm.learn_chances"
"""Kind of the job that learns from closed leads and gives every open lead its chance."""
OPEN_OF_IDS = "SELECT * FROM crm_lead WHERE id = ANY(%(ids)s) AND stage_kind = 'open'"
PERCENT = "greatest(1, least(99, floor(100 / (1 + exp(-({odds}))) + 0.5)))::smallint"


@dataclass(frozen=True)
class Feature:
    """A field with its places: how many leads were won and lost there, and what the place weighs."""

    key: str
    binning: binning.Binning
    counts: tuple[tuple[int, int], ...]
    weights: tuple[float, ...]

    @classmethod
    def of_json(cls, stored: Mapping[str, Any]) -> Feature:
        counts = tuple((won, lost) for won, lost in stored["counts"])
        return cls(stored["field"], binning.of_json(stored), counts, tuple(stored["weights"]))


@dataclass(frozen=True)
class Learned:
    """A current model, read."""

    row: ChanceModel

    @cached_property
    def features(self) -> tuple[Feature, ...]:
        return tuple(Feature.of_json(each) for each in self.row.features)

    @property
    def leads(self) -> int:
        return self.row.won + self.row.lost

    @property
    def average(self) -> int:
        """How many of a hundred closed leads were won."""
        return bayes.Chance(self.row.won / self.leads).percent

    @property
    def is_of_use(self) -> bool:
        """Whether it foretells better than the bare share of won leads."""
        return self.row.brier < self.row.brier_base and self.row.log_loss < self.row.log_loss_base


@dataclass(frozen=True)
class Statement:
    """The chances of the open leads among %(ids)s as rows (lead_id, chance); `models` made it."""

    sql: str
    params: Mapping[str, Any]
    models: tuple[int, ...]


@dataclass(frozen=True)
class InUse:
    """The current models by pipeline, None for all others; none where chances are switched off."""

    by_pipeline: Mapping[int | None, Learned]
    fields: Mapping[str, Field]

    def of(self, pipeline_id: int) -> Learned | None:
        return self.by_pipeline.get(pipeline_id) or self.by_pipeline.get(None)

    @cached_property
    def fields_used(self) -> frozenset[str]:
        return frozenset(each.key for learned in self.by_pipeline.values() for each in learned.features)

    def statement(self, pipelines: Collection[int] | None = None) -> Statement:
        """For leads of these pipelines, None for any. Compiled once, also for what is remembered anew: a changed
        answer must not pay for it.
        """
        scopes = (
            frozenset(self.by_pipeline)
            if pipelines is None
            else frozenset(each if each in self.by_pipeline else None for each in pipelines)
        )
        made_of = (
            tuple(learned.row.pk for learned in self.by_pipeline.values()),
            tuple((each.key, each.type) for each in self.fields.values()),
        )
        if _compiled.get("made_of") != made_of:
            _compiled.clear()
            _compiled["made_of"] = made_of
        if scopes not in _compiled:
            _compiled[scopes] = self._compile(scopes)
        found: Statement = _compiled[scopes]
        return found

    def _compile(self, scopes: Collection[int | None]) -> Statement:
        params, at = Params(), moment(timezone.now())
        parts = [
            self._part(pipeline, learned, params, at)
            for pipeline, learned in self.by_pipeline.items()
            if pipeline in scopes
        ]
        ids = tuple(sorted(learned.row.pk for learned in self.by_pipeline.values()))
        nothing = "SELECT NULL::bigint, NULL::smallint WHERE FALSE"
        return Statement(" UNION ALL ".join(parts) or nothing, params.values, ids)

    def _part(self, pipeline: int | None, learned: Learned, params: Params, at: Moment) -> str:
        known = [each for each in learned.features if each.key in self.fields]
        fields = [self.fields[each.key] for each in known]
        odds = sum_sql(
            {place: each.binning for place, each in enumerate(known)},
            {place: each.weights for place, each in enumerate(known)},
            params,
        )
        base = f"{params.put(learned.row.base)}::float8"
        if pipeline is not None:
            mine = f"pipeline_id = {params.put(pipeline)}"
        else:
            others = [each for each in self.by_pipeline if each is not None]
            mine = f"pipeline_id <> ALL({params.put(others)}::bigint[])"
        facts = facts_sql(fields, at, f"{OPEN_OF_IDS} AND {mine}", params)
        names = ", ".join(["lead_id", "pipeline", "kind", *columns(fields)])
        chance = PERCENT.format(odds=f"{base} + {odds}")
        return f"SELECT lead_id, {chance} FROM ({facts}) AS facts({names})"  # noqa: S608


_compiled: dict[Any, Any] = {}
"""What the statements were made of, and those statements by the pipelines they are for."""


@Remembered
def in_use() -> InUse:
    """What counts now; at most 3 seconds old, one statement."""
    off = ChanceSettings.objects.filter(enabled=False)
    rows = ChanceModel.objects.filter(~Exists(off), current=True).order_by("pipeline")
    by_pipeline = {row.pipeline_id: Learned(row) for row in rows}
    return InUse(by_pipeline, usable() if by_pipeline else {})


def settings() -> ChanceSettings:
    return ChanceSettings.objects.first() or ChanceSettings()


@dataclass(frozen=True)
class Closed:
    """Leads closed in the window."""

    won: int
    lost: int

    @property
    def won_missing(self) -> int:
        return max(0, ENOUGH - self.won)

    @property
    def lost_missing(self) -> int:
        return max(0, ENOUGH - self.lost)

    @property
    def enough(self) -> bool:
        return not (self.won_missing or self.lost_missing)


def closed(now: datetime) -> Closed:
    """How many there are to learn from; one statement."""
    rows = Lead.objects.filter(closed_at__gt=now - WINDOW, closed_at__lte=now)
    found = rows.aggregate(
        won=Count("pk", filter=Q(stage_kind=StageKind.WON)),
        lost=Count("pk", filter=Q(stage_kind=StageKind.LOST)),
    )
    return Closed(found["won"], found["lost"])


def current_models() -> Sequence[Learned]:
    """All leads first, then by pipeline."""
    rows = ChanceModel.objects.filter(current=True).select_related("pipeline")
    return [Learned(row) for row in rows.order_by(F("pipeline__position").asc(nulls_first=True), "pk")]


def last_learning() -> Job | None:
    """The job that learns, running or finished; None when it never ran."""
    return Job.objects.filter(kind=LEARN).order_by("-pk").first()
