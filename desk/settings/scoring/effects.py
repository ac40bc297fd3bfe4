"""The right side of the screen: what the draft does to the leads, and to one typed in by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.jobs.models import Job, JobStatus
from crm.pipeline.models import Grade, Qualification
from crm.scoring.effect import Crossing, Effect, bins, crossings
from crm.scoring.queries import Standing, book_of, moment, standing
from crm.scoring.queries.simulation import MoverLine, Turned, mover_lines
from crm.scoring.queries.trying import MadeUp, looked, tried
from crm.scoring.scoring import ScoreResult
from desk.settings.scoring.charts import Bar, bars

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
    book = book_of(state.shown)
    found = looked(state, book)
    effect = found.effect
    before = book_of(state.published) if state.draft else book
    return EffectPage(
        state,
        effect,
        found.share,
        found.job,
        bars(bins(effect), with_draft=state.draft is not None),
        [
            (str(each.label), crossing)
            for each, crossing in zip(OUTCOMES, crossings(effect.outcomes, OUTCOMES), strict=True)
        ],
        [
            (each, crossing)
            for each, crossing in zip(Grade.values, crossings(effect.grades, Grade.values), strict=True)
        ],
        mover_lines(effect.movers, before, book, moment()) if state.draft else [],
    )


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
    names = ("answers", "source", "campaign", "language", "phone", "email", "wrote_days_ago")
    found = tried(standing(), MadeUp(**{name: values[name] for name in names}))
    label = str(Qualification(found.result.qualification).label)
    return TestScore(found.result, found.before, label, found.turned)
