from __future__ import annotations

from celery import shared_task

from conversations.outbox.operations import deliver_next
from core import nudge


@shared_task(name="conversations.outbox.tasks.deliver_outbox")
def deliver_outbox() -> int:
    """Send what is due. Nudged when something is queued; beat sweeps up what a lost nudge left."""
    return nudge.work("outbox", deliver_next)
