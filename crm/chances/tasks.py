from __future__ import annotations

from celery import shared_task
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.jobs.models import Job, JobStatus
from core.jobs.registry import Step
from core.jobs.registry import job as job_kind
from core.schedules import every
from crm.chances.operations import learn, learn_when_due, write
from crm.chances.queries import LEARN, settings
from crm.pipeline.models import Lead, StageKind

BATCH = 5000

every(900, "learn from closed leads", "crm.chances.tasks.learn_if_due")


@shared_task
def learn_if_due() -> bool:
    """Learn every night, and by day after enough new closings."""
    return learn_when_due(now=timezone.now()) is not None


@job_kind(
    LEARN,
    done_text=_("Win chances have been learned anew from the closed leads."),
    failed_text=_("Learning the win chances has failed. The old ones stand."),
)
def learn_and_refresh(job: Job) -> Step:
    """First what is to be learned, then batch by batch every open lead. A job gives way to a later one."""
    later = Job.objects.filter(kind=LEARN, pk__gt=job.pk, status__in=[JobStatus.QUEUED, JobStatus.RUNNING])
    if later.exists():
        return Step(job.done, job.total, job.cursor, finished=True, result={"superseded": True})
    leads = Lead.objects.filter(stage_kind=StageKind.OPEN)
    if job.cursor is None:
        if settings().enabled:
            learn(now=timezone.now())
        return Step(0, leads.count(), 0, finished=False)
    rows = leads.select_for_update(no_key=True).filter(pk__gt=job.cursor)
    ids = list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])
    write(ids)
    done = job.done + len(ids)
    return Step(done, max(job.total or 0, done), ids[-1] if ids else job.cursor, finished=len(ids) < BATCH)
