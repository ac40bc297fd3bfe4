from __future__ import annotations

from django.db.models import QuerySet

from conversations.outbox.models import OutboxItem, OutboxStatus


def sent() -> QuerySet[OutboxItem]:
    """Gone out, or never to go; the message itself stays, and what failed can be sent again."""
    return OutboxItem.objects.filter(status__in=[OutboxStatus.SENT, OutboxStatus.CANCELLED])
