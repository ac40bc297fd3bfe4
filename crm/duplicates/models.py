from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from core.ids import uuid7
from crm.contacts.models import Contact


class ContactMerge(models.Model):
    """Two contacts became one (spec 1.2): what moved and what changed, so that exactly that can be undone.

    `moved`: primary keys by the model's label. `changed`: the winner's columns as [before, after]. `noted`: points that
    became verified by it ("points"), and records that keep an opt-out alive ("consents": [key, was allowed before]).
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    winner = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="merges")
    loser = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    moved = models.JSONField(default=dict)
    changed = models.JSONField(default=dict)
    noted = models.JSONField(default=dict)
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    merged_at = models.DateTimeField()
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["loser"], name="one_standing_merge_each", condition=Q(undone_at__isnull=True)
            )
        ]


class DuplicatePair(models.Model):
    """Two contacts that may be one person, with the evidence: [[clue, detail], ...], the strongest first.

    Found by `find_duplicates`; what somebody has dismissed is remembered and not proposed again.
    """

    first = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+", db_index=False)
    second = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    clues = models.JSONField(default=list)
    found_at = models.DateTimeField(db_default=Now(), editable=False)
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    dismissed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="one_pair_of_duplicates"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="older_of_a_pair_first"),
        ]
        indexes = [
            models.Index(fields=["-id"], name="pairs_proposed", condition=Q(dismissed_at__isnull=True))
        ]
