from __future__ import annotations

import pghistory
from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from core.history.tables import indexes
from crm.contacts.models import Contact
from crm.contacts.tombstones import never_to_a_tombstone


class Purpose(models.TextChoices):
    """What a message is for. Bookings and orders are transactional: an opt-out does not stop them (spec 1.3)."""

    REPLY = "reply"
    FOLLOW_UP = "follow_up"
    MARKETING = "marketing"
    TRANSACTIONAL = "transactional"


@pghistory.track(meta=indexes("consent", part_of="contact"))
class ConsentRecord(models.Model):
    """What a person allowed or withdrew, for a purpose and a channel (spec 1.3). Append-only: the newest row
    holds.

    An empty `channel` speaks for every channel.
    """

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="consents", db_index=False)
    purpose = models.CharField(max_length=20, choices=Purpose)
    channel = models.CharField(max_length=20, blank=True)
    granted = models.BooleanField()
    source = models.CharField(max_length=40)
    text = models.TextField(blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        indexes = [models.Index(fields=["contact", "purpose", "-id"], name="consent_newest")]
        triggers = [never_to_a_tombstone()]

    def __str__(self) -> str:
        return f"{self.purpose} {'granted' if self.granted else 'withdrawn'}"
