from celery import shared_task
from django.utils import timezone

from conversations.goals.operations import plan_review


@shared_task
def plan_reviews() -> bool:
    """See to it that this month's review of what nothing understood is planned."""
    return plan_review(now=timezone.now())
