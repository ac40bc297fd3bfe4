from celery import shared_task
from django.utils import timezone

from core.tidy import operations


@shared_task
def tidy() -> int:
    """Remove what has been kept long enough; every hour, since a schedule of a day forgets its turn at a restart."""
    return sum(operations.tidy(now=timezone.now()).values())
