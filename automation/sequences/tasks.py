from celery import shared_task
from django.utils import timezone

from automation.sequences import operations


@shared_task
def look() -> int:
    """End what has no reason to go on, then let sequences begin for the leads that they are for."""
    now = timezone.now()
    return operations.settle(now=now) + operations.find(now=now)
