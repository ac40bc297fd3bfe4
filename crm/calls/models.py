from __future__ import annotations

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.history.tables import indexes
from core.ids import uuid7
from crm.calls.enums import CallDirection, CallOutcome
from crm.contacts.models import Contact
from crm.contacts.tombstones import never_to_a_tombstone
from crm.pipeline.models import Lead


@pghistory.track(meta=indexes("call", part_of="contact", by_person=True))
class Call(models.Model):
    """A telephone call with a contact, as a colleague logged it (spec 7.7). `seconds` is None where nobody noted it."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="calls", db_index=False)
    lead = models.ForeignKey(
        Lead, on_delete=models.SET_NULL, null=True, blank=True, related_name="calls", db_index=False
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("colleague"),
    )
    direction = models.CharField(
        _("direction"), max_length=3, choices=CallDirection, default=CallDirection.OUT
    )
    outcome = models.CharField(_("outcome"), max_length=12, choices=CallOutcome)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    seconds = models.PositiveIntegerField(_("length in seconds"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=2000, blank=True)
    called_at = models.DateTimeField(_("time"))
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["contact", "-called_at", "-id"], name="call_of_contact"),
            models.Index(
                fields=["lead", "-called_at", "-id"], name="call_of_lead", condition=Q(lead__isnull=False)
            ),
            models.Index(fields=["user", "-called_at"], name="call_of_colleague"),
        ]
        triggers = [never_to_a_tombstone()]

    def __str__(self) -> str:
        return f"{self.get_direction_display()}: {self.get_outcome_display()}"
