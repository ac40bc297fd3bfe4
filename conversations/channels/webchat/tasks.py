from __future__ import annotations

from celery import shared_task

from conversations.channels.webchat.operations import remove_unused_uploads


@shared_task(name="conversations.channels.webchat.tasks.remove_uploads")
def remove_uploads() -> int:
    return remove_unused_uploads()
