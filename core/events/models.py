from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Now

from core.events.enums import ActorKind
from core.ids import uuid7


class Event(models.Model):
    """One business event, append-only, written in the transaction of the operation that caused it.

    `position` orders the feed. The sequencer gives it after commit, so that a reader who has seen position n
    never misses a slower transaction with a smaller insert id.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    position = models.BigIntegerField(null=True, unique=True, editable=False)
    name = models.CharField(max_length=60)
    version = models.PositiveSmallIntegerField(default=1)
    subject_type = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    lead_id = models.BigIntegerField(null=True)
    contact_id = models.BigIntegerField(null=True)
    conversation_id = models.BigIntegerField(null=True)
    actor_kind = models.CharField(max_length=10, choices=ActorKind, default=ActorKind.SYSTEM)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    api_key = models.ForeignKey(
        "core.ApiKey", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    payload = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["id"], name="event_unsequenced", condition=models.Q(position__isnull=True)),
            models.Index(
                fields=["lead_id", "id"], name="event_by_lead", condition=models.Q(lead_id__isnull=False)
            ),
            models.Index(
                fields=["conversation_id", "id"],
                name="event_by_conversation",
                condition=models.Q(conversation_id__isnull=False),
            ),
            BrinIndex(fields=["created_at"], name="event_created_brin"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.subject_type}:{self.subject_id}"
