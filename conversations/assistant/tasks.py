from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from conversations.assistant.operations.working import work_next
from core import nudge


@shared_task(name="conversations.assistant.tasks.ask_assistant")
def ask_assistant() -> int:
    """Work off what the assistant was asked for. Nudged when that is; beat sweeps up what a lost nudge left."""
    return nudge.work("assistant", lambda: work_next(now=timezone.now()))
