"""Long work in committed steps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from core import claims
from core.access.models import User
from core.history.signing import sign
from core.jobs.models import Job, JobStatus
from core.jobs.registry import JobKind, Step, kind_of
from core.live import publish, topics
from core.notifications.operations import notify
from core.nudge import nudge

_OPEN = (JobStatus.QUEUED, JobStatus.RUNNING)
_CANDIDATES = 16


def start(*, kind: str, payload: Mapping[str, Any], created_by: User | None) -> Job:
    """Queue a job; a worker takes it up after commit."""
    job = Job.objects.create(kind=kind, payload=dict(payload), created_by=created_by)
    nudge("jobs")
    return job


def work_next(*, now: datetime) -> bool:
    """Do one step of the oldest open job that no other worker holds. False when there is none.

    The attempt is counted and committed before the step and forgotten after its success.
    """
    waiting = _waiting(now).order_by("id").values_list("id", flat=True)[:_CANDIDATES]
    return any(_work(job_id, now) for job_id in list(waiting))


def _waiting(now: datetime) -> QuerySet[Job]:
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=now)
    return Job.objects.filter(free, status__in=_OPEN)


def _work(job_id: int, now: datetime) -> bool:
    with claims.held("job", job_id) as is_held:
        this_one = _waiting(now).filter(pk=job_id)
        if not is_held or not this_one.update(attempts=F("attempts") + 1, status=JobStatus.RUNNING):
            return False
        job = Job.objects.select_related("created_by").get(pk=job_id)
        kind = kind_of(job.kind)
        if job.attempts > kind.max_attempts:
            _fail(job, kind, now, job.error or "The worker died in this step each time.")
        elif fault := claims.fault_of(lambda: _step(job, kind, now)):
            _note_fault(job, kind, fault, now)
    publish.publish([topics.job(job_id)], {}, sequence=0)
    return True


def _step(job: Job, kind: JobKind, now: datetime) -> None:
    with transaction.atomic():
        sign(job=job.kind, user=job.created_by_id)
        step = kind.step(job)
        _save_progress(job, step, now)
        if step.finished:
            _tell(job, kind, kind.done_notification, now)


def _save_progress(job: Job, step: Step, now: datetime) -> None:
    job.done, job.total, job.cursor = step.done, step.total, step.cursor
    job.attempts, job.error, job.claimed_until = 0, "", None
    fields = ["done", "total", "cursor", "attempts", "error", "claimed_until"]
    if step.finished:
        job.status, job.result, job.finished_at = JobStatus.DONE, step.result, now
        fields += ["status", "result", "finished_at"]
    job.save(update_fields=fields)


def _note_fault(job: Job, kind: JobKind, fault: Exception, now: datetime) -> None:
    text = claims.describe(fault)
    if job.attempts >= kind.max_attempts:
        _fail(job, kind, now, text)
        return
    Job.objects.filter(pk=job.pk).update(error=text, claimed_until=now + claims.backoff(job.attempts))


def _fail(job: Job, kind: JobKind, now: datetime, text: str) -> None:
    with transaction.atomic():
        Job.objects.filter(pk=job.pk).update(
            status=JobStatus.FAILED, error=text, finished_at=now, claimed_until=None
        )
        _tell(job, kind, kind.failed_notification, now)


def _tell(job: Job, kind: JobKind, notification: str | None, now: datetime) -> None:
    if notification is not None and job.created_by is not None:
        key = f"{job.pk}:{now.isoformat()}"
        notify(users=[job.created_by], kind=notification, key=key, params={}, url=kind.url)


def retry(*, job_id: int) -> bool:
    """Let a failed job go on from where it stopped. False when it has not failed."""
    changed = Job.objects.filter(pk=job_id, status=JobStatus.FAILED).update(
        status=JobStatus.QUEUED, attempts=0, error="", finished_at=None, claimed_until=timezone.now()
    )
    if changed:
        nudge("jobs")
    return bool(changed)
