from __future__ import annotations

from celery import shared_task
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
from crm.scoring.operations.recalculation import recalculate
from crm.scoring.operations.simulating import simulate_next
from crm.scoring.operations.timing import rescore_due
from crm.scoring.queries import RESCORE_ALL, fresh_rule_book, moment
from crm.scoring.queries.simulation import SIMULATE

BATCH = 5000

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
    if Job.objects.filter(
        kind=RESCORE_ALL, pk__gt=job.pk, status__in=[JobStatus.QUEUED, JobStatus.RUNNING]
    ).exists():
        return Step(job.done, job.total, job.cursor, finished=True, result={"superseded": True})
    total = Lead.objects.count() if job.total is None else job.total
    leads = Lead.objects.select_for_update(no_key=True).filter(pk__gt=job.cursor or 0)
    ids = list(leads.order_by("pk").values_list("pk", flat=True)[:BATCH])
    if not ids:
        return Step(job.done, max(total, job.done), job.cursor, finished=True)
    book = fresh_rule_book()
    at = moment()
    done = recalculate(ids=ids, book=book, at=at)
    if job.payload.get("act"):
        act_on(crossings=done.crossings, book=book, now=at.now)
    finished = len(ids) < BATCH
    payload = {"version": book.version, "leads": len(ids), "finished": finished}
    record(name="scoring.recalculated", subject=job, actor=Actor.of(job.created_by), payload=payload)
    so_far = job.done + len(ids)
    return Step(so_far, max(total, so_far), ids[-1], finished)


@job_kind(SIMULATE)
def simulate(job: Job) -> Step:
    """Look at the next leads with the draft."""
    return simulate_next(job)
