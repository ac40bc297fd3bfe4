from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.events.actor import Actor
from core.events.operations import record
from core.jobs.models import Job, JobStatus
from core.jobs.registry import Step
from core.jobs.registry import job as job_kind
from core.live import routes, topics
from crm.pipeline.models import Lead
from crm.scoring.operations.recalculation import recalculate
from crm.scoring.queries import RESCORE_ALL, fresh_rule_book, moment

BATCH = 4000

routes.register("scoring.recalculated", lambda _event: {topics.BOARD})


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
    recalculate(ids=ids, book=book, at=moment())
    finished = len(ids) < BATCH
    payload = {"version": book.version, "leads": len(ids), "finished": finished}
    record(name="scoring.recalculated", subject=job, actor=Actor.of(job.created_by), payload=payload)
    done = job.done + len(ids)
    return Step(done, max(total, done), ids[-1], finished)
