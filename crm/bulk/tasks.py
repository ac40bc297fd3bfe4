"""Changes to many leads as background work: one step of a job is one transaction with its progress."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.jobs.models import Job
from core.jobs.registry import Step
from core.jobs.registry import job as job_kind
from core.notifications import registry as notifications
from core.notifications.operations import notify
from core.tidy.registry import keep
from crm.bulk.links import bulk_url, bulks_url
from crm.bulk.models import LeadBulk
from crm.bulk.operations import undo_next, work_next
from crm.bulk.operations.starting import JOB, UNDO_JOB
from crm.bulk.queries import KEPT_DAYS, ended

DONE, UNDONE = "lead.bulk_done", "lead.bulk_undone"

notifications.register(
    DONE,
    text=_("Done: %(changed)s leads changed, %(already)s were so already, %(refused)s left as they were."),
)
notifications.register(UNDONE, text=_("Undone: %(undone)s leads put back, %(kept)s changed since and kept."))
keep("changes to many leads", days=KEPT_DAYS, rows=ended, moment="finished_at")


@job_kind(JOB, failed_text=_("Changing many leads has stopped. Look at how far it came."), url=bulks_url())
def work_bulk(job: Job) -> Step:
    """Change the next leads."""
    bulk = LeadBulk.objects.select_related("created_by").get(pk=job.payload["bulk"])
    more = work_next(bulk)
    if not more:
        told = {"changed": bulk.changed, "already": bulk.already, "refused": bulk.refused}
        _tell(bulk, job, DONE, told)
    return Step(bulk.done, bulk.total, None, finished=not more, result={"bulk": str(bulk.public_id)})


@job_kind(UNDO_JOB, failed_text=_("Undoing has stopped. Look at how far it came."), url=bulks_url())
def undo_bulk(job: Job) -> Step:
    """Put the next leads back."""
    bulk = LeadBulk.objects.select_related("created_by").get(pk=job.payload["bulk"])
    more = undo_next(bulk, job.created_by)
    if not more:
        _tell(bulk, job, UNDONE, {"undone": bulk.undone, "kept": bulk.kept})
    return Step(bulk.undone + bulk.kept, bulk.changed, None, finished=not more)


def _tell(bulk: LeadBulk, job: Job, kind: str, params: dict[str, int]) -> None:
    if job.created_by is not None:
        notify(users=[job.created_by], kind=kind, key=str(bulk.pk), params=params, url=bulk_url(bulk))
