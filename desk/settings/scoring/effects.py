"""The right side of the screen: what the draft does to the leads, and to one typed in by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.cache import cache

from core.jobs.models import Job, JobStatus
from crm.contacts.models import Contact
from crm.pipeline.models import Grade, Lead, Qualification
from crm.scoring.effect import Crossing, Effect, bins, crossings
from crm.scoring.facts import KnownLead
from crm.scoring.queries import Standing, book_of, moment, standing
from crm.scoring.queries.simulation import (
    MoverLine,
    Turned,
    mover_lines,
    sampled_effect,
    simulation,
    turned,
)
from crm.scoring.scoring import RuleBook, ScoreResult, score
from desk.settings.scoring.charts import Bar, bars

REMEMBERED_SECONDS = 600
OUTCOMES = (Qualification.QUALIFIED, Qualification.NURTURE, Qualification.NOT_FIT, Qualification.UNKNOWN)


@dataclass(frozen=True)
class EffectPage:
    """`share` of the leads was looked at so far; `job` looks at all of them while that is less than 1."""

    standing: Standing
    effect: Effect
    share: float
    job: Job | None
    bars: list[Bar]
    outcomes: list[tuple[str, Crossing]]
    grades: list[tuple[str, Crossing]]
    movers: list[MoverLine]

    @property
    def running(self) -> bool:
        return self.job is not None and self.job.status in (JobStatus.QUEUED, JobStatus.RUNNING)

    @property
    def percent(self) -> int:
        return max(1, round(self.share * 100))

    @property
    def separation(self) -> tuple[int, int] | None:
        """Of 100 pairs of a won and a lost lead, in how many the won one is ahead: now, and by the draft."""
        found = self.effect.separation()
        return None if found is None else (round(found[0] * 100), round(found[1] * 100))


def effect_page() -> EffectPage:
    """From the finished look at all leads, else from a sample."""
    state = standing()
    job = simulation(state.mark) if state.draft else None
    book = book_of(state.shown)
    effect, share = _effect(state, job, book)
    before = book_of(state.published) if state.draft else book
    return EffectPage(
        state,
        effect,
        share,
        job,
        bars(bins(effect), with_draft=state.draft is not None),
        [
            (str(each.label), found)
            for each, found in zip(OUTCOMES, crossings(effect.outcomes, OUTCOMES), strict=True)
        ],
        [
            (each, found)
            for each, found in zip(Grade.values, crossings(effect.grades, Grade.values), strict=True)
        ],
        mover_lines(effect.movers, before, book, moment()) if state.draft else [],
    )


def _effect(state: Standing, job: Job | None, book: RuleBook) -> tuple[Effect, float]:
    """The sample of one state of the draft is taken once."""
    if job is not None and job.status == JobStatus.DONE and not job.result.get("superseded"):
        return Effect.of_json(job.result), 1.0
    key = f"scoring-sample:{state.mark}"
    held = cache.get(key)
    if held is None:
        sampled = sampled_effect(book, moment())
        held = (sampled.effect.to_json(), sampled.share)
        cache.set(key, held, REMEMBERED_SECONDS if state.draft else 60)
    return Effect.of_json(held[0]), held[1]


@dataclass(frozen=True)
class TestScore:
    """A lead typed in by hand, by the draft and by what counts."""

    result: ScoreResult
    before: ScoreResult | None
    qualification: str
    turned: list[Turned]

    @property
    def held(self) -> list[Any]:
        return [line for line in self.result.lines if line.points]


def test_score(values: dict[str, Any]) -> TestScore:
    """`values` come from `forms.TestLeadForm`."""
    state = standing()
    at = moment()
    wrote = values["wrote_days_ago"]
    contact = Contact(pk=0, language=values["language"])
    lead = Lead(
        pk=0,
        contact=contact,
        answers=values["answers"],
        source=values["source"],
        campaign=values["campaign"],
        created_at=at.now,
        stage_entered_at=at.now,
        last_message_at=None if wrote is None else at.now - timedelta(days=wrote),
    )
    points = {kind: values[kind] for kind in ("phone", "email") if values[kind]}
    known = KnownLead(lead, points)
    result = score(known, book_of(state.shown), at)
    before = score(known, book_of(state.published), at) if state.draft else None
    label = str(Qualification(result.qualification).label)
    return TestScore(result, before, label, turned(before, result) if before else [])
