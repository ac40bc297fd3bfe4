from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from celery import shared_task
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import nudge
from core.events.actor import Actor
from core.events.operations import record
from core.jobs.models import Job, JobStatus
from core.jobs.registry import Step
from core.jobs.registry import job as job_kind
from core.live import routes, topics
from core.schedules import every
from crm.pipeline.models import Lead
from crm.scoring.operations.acting import act_on
from crm.scoring.operations.recalculation import Recalculated, recalculate
from crm.scoring.operations.simulating import simulate_next
from crm.scoring.operations.timing import rescore_due
from crm.scoring.queries import RESCORE_ALL, fresh_rule_book, moment
from crm.scoring.queries.simulation import SIMULATE

BATCH = 10_000

routes.register("scoring.recalculated", lambda _event: {topics.BOARD})


nudge.register("scores", task="crm.scoring.tasks.rescore_by_time")
every(15, "score what time has changed", "crm.scoring.tasks.rescore_by_time")


@shared_task
def rescore_by_time() -> int:
    """Score again whom passing time alone has changed."""
    return nudge.work("scores", lambda: rescore_due(now=timezone.now()))


@job_kind(
    RESCORE_ALL,
    done_text=_("All leads have been scored with the new rules."),
    failed_text=_("Scoring the leads again has failed. The old scores stand."),
)
def rescore_all(job: Job) -> Step:
    """Score the next batch of leads. A job gives way to a later one, which scores everything again."""
    so_far = _Progress(**(job.cursor or {}))
    if Job.objects.filter(
        kind=RESCORE_ALL, pk__gt=job.pk, status__in=[JobStatus.QUEUED, JobStatus.RUNNING]
    ).exists():
        _tell(job, None, [], Recalculated(0, 0), so_far, finished=True)
        return Step(job.done, job.total, job.cursor, finished=True, result={"superseded": True})
    total = Lead.objects.count() if job.total is None else job.total
    leads = Lead.objects.select_for_update(no_key=True).filter(pk__gt=so_far.last)
    ids = list(leads.order_by("pk").values_list("pk", flat=True)[:BATCH])
    finished = len(ids) < BATCH
    book = fresh_rule_book()
    at = moment()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")
    done = recalculate(ids=ids, book=book, at=at) if ids else Recalculated(0, 0)
    if job.payload.get("act"):
        act_on(crossings=done.crossings, book=book, now=at.now)
    so_far = _Progress(ids[-1] if ids else so_far.last, so_far.changed + done.leads)
    _tell(job, book.version, ids, done, so_far, finished=finished)
    count = job.done + len(ids)
    return Step(count, max(total, count), asdict(so_far), finished)


@dataclass(frozen=True)
class _Progress:
    """The last lead that was scored, and how many have changed so far."""

    last: int = 0
    changed: int = 0


def _tell(
    job: Job,
    version: int | None,
    ids: Sequence[int],
    done: Recalculated,
    so_far: _Progress,
    *,
    finished: bool,
) -> None:
    payload = {
        "version": version,
        "leads": len(ids),
        "changed": done.leads,
        "ids": list(done.ids),
        "changed_in_all": so_far.changed if finished else 0,
        "finished": finished,
    }
    record(name="scoring.recalculated", subject=job, actor=Actor.of(job.created_by), payload=payload)


@job_kind(SIMULATE)
def simulate(job: Job) -> Step:
    """Look at the next leads with the draft."""
    return simulate_next(job)
