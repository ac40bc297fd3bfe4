from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.ids import uuid7
from crm.pipeline.models import Lead


class LeadFile(models.Model):
    """What a colleague put to a lead: a plan, a photo, a signed contract. Files of the chat stay with their message."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="files", db_index=False)
    name = models.CharField(_("name"), max_length=200)
    mime = models.CharField(max_length=100)
    kind = models.CharField(max_length=10)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    file = models.FileField(upload_to="leads/%Y/%m", max_length=200)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lead", "sha256"], name="one_file_once_at_a_lead"),
        ]

    def __str__(self) -> str:
        return self.name
