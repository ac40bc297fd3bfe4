"""A draft before it counts: what it does to the leads, and to one that is made up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.core.cache import cache

from core.jobs.models import Job, JobStatus
from crm.contacts.models import Contact
from crm.pipeline.models import Lead
from crm.scoring.effect import Effect
from crm.scoring.facts import KnownLead
from crm.scoring.queries.books import Standing, book_of, moment
from crm.scoring.queries.simulation import Turned, sampled_effect, simulation, turned
from crm.scoring.scoring import RuleBook, ScoreResult, score

REMEMBERED_SECONDS = 600


@dataclass(frozen=True)
class Looked:
    """`share` of the leads was looked at so far; `job` looks at all of them while that is less than 1."""

    effect: Effect
    share: float
    job: Job | None


def looked(state: Standing, book: RuleBook) -> Looked:
    """From the finished look at all leads, else from a sample; that of one state of the draft is taken once."""
    job = simulation(state.mark) if state.draft else None
    if job is not None and job.status == JobStatus.DONE and not job.result.get("superseded"):
        return Looked(Effect.of_json(job.result), 1.0, job)
    key = f"scoring-sample:{state.mark}"
    held = cache.get(key)
    if held is None:
        sampled = sampled_effect(book, moment())
        held = (sampled.effect.to_json(), sampled.share)
        cache.set(key, held, REMEMBERED_SECONDS if state.draft else 60)
    return Looked(Effect.of_json(held[0]), held[1], job)


@dataclass(frozen=True, kw_only=True)
class MadeUp:
    """A lead that is not there: `answers` canonical by key of the criterion, `wrote_days_ago` None for never."""

    answers: Mapping[str, Any] = field(default_factory=dict)
    source: str = ""
    campaign: str = ""
    language: str = ""
    phone: str = ""
    email: str = ""
    wrote_days_ago: int | None = None


@dataclass(frozen=True)
class Tried:
    """`result` is by the draft, else by what counts; `before` by what counts where there is a draft."""

    result: ScoreResult
    before: ScoreResult | None
    turned: list[Turned]


def tried(state: Standing, given: MadeUp) -> Tried:
    at = moment()
    wrote = given.wrote_days_ago
    lead = Lead(
        pk=0,
        contact=Contact(pk=0, language=given.language),
        answers=dict(given.answers),
        source=given.source,
        campaign=given.campaign,
        created_at=at.now,
        stage_entered_at=at.now,
        last_message_at=None if wrote is None else at.now - timedelta(days=wrote),
    )
    points = {kind: value for kind, value in (("phone", given.phone), ("email", given.email)) if value}
    known = KnownLead(lead, points)
    result = score(known, book_of(state.shown), at)
    before = score(known, book_of(state.published), at) if state.draft else None
    return Tried(result, before, turned(before, result) if before else [])
