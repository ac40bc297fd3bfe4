from __future__ import annotations

from django.db import models
from django.db.models import Q

from conversations.threads.models import Conversation
from core.ids import uuid7

LOWEST, HIGHEST = 1, 5
MOST_WORDS = 1000


class Rating(models.Model):
    """The customer's word on one thing in a conversation, the latest one. `what`: what the flow asked about."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="ratings", db_index=False
    )
    what = models.CharField(max_length=60)
    value = models.PositiveSmallIntegerField()
    words = models.TextField(max_length=MOST_WORDS, blank=True)
    rated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "what"], name="one_rating_of_a_thing"),
            models.CheckConstraint(condition=Q(value__range=(LOWEST, HIGHEST)), name="rating_from_1_to_5"),
        ]
        indexes = [models.Index(fields=["-rated_at", "-id"], name="ratings_newest")]

    def __str__(self) -> str:
        return f"{self.value}/{HIGHEST}"
