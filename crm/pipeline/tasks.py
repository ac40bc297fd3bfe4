from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from core.due.models import DueRow
from core.due.registry import handler
from core.jobs.models import Job
from core.jobs.registry import Step
from core.jobs.registry import job as job_kind
from crm.pipeline.operations.removing import REMOVE, remove_next
from crm.pipeline.operations.steps import remind
from crm.pipeline.steps import REMINDER


@handler(REMINDER)
def remind_of_step(row: DueRow, now: datetime) -> None:
    """The time of a next step has come; a step that was taken or moved meanwhile reminds of nothing."""
    if row.lead_id is not None:
        due_at = datetime.fromisoformat(row.payload["due_at"])
        remind(lead_id=row.lead_id, due_at=due_at, set_by=row.payload.get("user"), now=now)


@job_kind(
    REMOVE,
    done_text=_("The stage is gone; its leads stand where you sent them."),
    failed_text=_("Removing the stage has failed. Leads that were not moved are still there."),
    url="/settings/pipelines/",
)
def remove_stage(job: Job) -> Step:
    return remove_next(job)
