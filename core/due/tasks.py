from celery import shared_task
from django.utils import timezone

from core import nudge
from core.due import operations


@shared_task
def work_due_rows() -> int:
    """Work what is due, in the order of its time."""
    runner = operations.Runner()
    return nudge.work("due", lambda: runner.work_next(now=timezone.now()))
