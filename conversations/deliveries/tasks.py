from __future__ import annotations

from celery import shared_task

from conversations.deliveries.operations import process_next
from core import nudge


@shared_task(name="conversations.deliveries.tasks.process_deliveries")
def process_deliveries() -> int:
    """Process what has come in. Nudged by every delivery; beat sweeps up what a lost nudge left."""
    return nudge.work("deliveries", process_next)
