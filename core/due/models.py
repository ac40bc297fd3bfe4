from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from core.ids import uuid7


class DueStatus(models.TextChoices):
    PENDING = "pending"
    DONE = "done"
    CANCELLED = "cancelled"
    PARKED = "parked"


class DueRow(models.Model):
    """Something that will happen later (spec 3.4): seen, moved and cancelled as a row, driven by beat.

    `key` makes scheduling repeatable: one pending row per kind and key.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=120)
    due_at = models.DateTimeField()
    payload = models.JSONField(default=dict)
    lead_id = models.BigIntegerField(null=True, db_index=True)
    conversation_id = models.BigIntegerField(null=True, db_index=True)
    status = models.CharField(max_length=10, choices=DueStatus, default=DueStatus.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key"], name="one_pending_due_row", condition=models.Q(status="pending")
            )
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], name="due_pending", condition=models.Q(status="pending"))
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
