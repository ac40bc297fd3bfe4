from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from conversations.accounts.models import ChannelAccount
from core.ids import uuid7


class DeliveryStatus(models.TextChoices):
    PENDING = "pending"
    DONE = "done"
    PARKED = "parked"


class RawDelivery(models.Model):
    """A webhook as it came, stored by one INSERT before it is acknowledged (spec 3.1).

    Deliveries of the same `lane` (a sender, where the request tells it) are processed one after the other in the
    order of arrival; an empty lane waits for nobody.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    account = models.ForeignKey(
        ChannelAccount, on_delete=models.PROTECT, related_name="deliveries", db_index=False
    )
    lane = models.CharField(max_length=220, blank=True)
    headers = models.JSONField(default=dict)
    body = models.BinaryField()
    status = models.CharField(max_length=10, choices=DeliveryStatus, default=DeliveryStatus.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(db_default=Now())
    error = models.TextField(blank=True)
    received_at = models.DateTimeField(db_default=Now(), editable=False)
    processed_at = models.DateTimeField(null=True)

    more = False  # of one that was just claimed: the next of its lane lies there already

    class Meta:
        indexes = [
            models.Index(fields=["id"], name="delivery_pending", condition=Q(status="pending")),
            models.Index(fields=["lane", "id"], name="delivery_lane", condition=Q(status="pending")),
            models.Index(fields=["account", "-id"], name="delivery_parked", condition=Q(status="parked")),
        ]
