from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from conversations.accounts.models import ChannelAccount
from conversations.threads.models import Message


class OutboxStatus(models.TextChoices):
    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"


class OutboxItem(models.Model):
    """A message on its way out (spec 3.2): queued with the transaction that caused it, claimed by one worker.

    Messages of one conversation leave one after the other; a failed one does not hold up the next.
    """

    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="outbox")
    account = models.ForeignKey(ChannelAccount, on_delete=models.PROTECT, related_name="+", db_index=False)
    conversation_id = models.BigIntegerField()
    status = models.CharField(max_length=10, choices=OutboxStatus, default=OutboxStatus.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(db_default=Now())
    claimed_until = models.DateTimeField(null=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_attempt_at", "id"], name="outbox_pending", condition=Q(status="pending")
            ),
            models.Index(fields=["conversation_id", "id"], name="outbox_lane", condition=Q(status="pending")),
            models.Index(fields=["account", "-id"], name="outbox_failed", condition=Q(status="failed")),
        ]
