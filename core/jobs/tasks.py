from celery import shared_task
from django.utils import timezone

from core import nudge
from core.jobs import operations


@shared_task
def work_jobs() -> int:
    """Bring open jobs forward step by step."""
    return nudge.work("jobs", lambda: operations.work_next(now=timezone.now()))
