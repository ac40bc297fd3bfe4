from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from core.ids import uuid7
from core.jobs.models import Job
from core.keys.models import ApiKey
from crm.bulk.enums import BulkKind, Outcome, Reason, Undone
from crm.pipeline.models import Lead


class LeadBulk(models.Model):
    """One change that somebody makes to many leads, fixed when it began; `job` is None where it was done at once.

    `options` hold what the kind needs, by id (see `crm.bulk.actions`). The figures grow with the work: what is not
    counted in `changed`, `already` or `refused` waits. `undone` and `kept` are those of taking it back.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    kind = models.CharField(max_length=10, choices=BulkKind)
    options = models.JSONField(default=dict)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    api_key = models.ForeignKey(ApiKey, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, related_name="+")
    undo_job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, related_name="+")
    total = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    already = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    undone = models.PositiveIntegerField(default=0)
    kept = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    finished_at = models.DateTimeField(null=True)
    undo_started_at = models.DateTimeField(null=True)
    undo_finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    total__gte=models.F("changed") + models.F("already") + models.F("refused")
                ),
                name="bulk_counts_each_lead_once",
            ),
            models.CheckConstraint(
                condition=models.Q(changed__gte=models.F("undone") + models.F("kept")),
                name="bulk_undoes_what_it_changed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.total}"

    @property
    def done(self) -> int:
        return self.changed + self.already + self.refused

    @property
    def waiting(self) -> int:
        return self.total - self.done


class BulkItem(models.Model):
    """One lead of a bulk change: its `revision` when that began, and what became of it.

    `change` is {"before": {...}, "after": {...}} of the columns that changed, `revision_after` that of the change: both
    must still hold for it to be undone. A lead is not deleted by people; without a constraint in the database the
    hundred thousand rows of a large change do not lock as many leads.
    """

    bulk = models.ForeignKey(LeadBulk, on_delete=models.CASCADE, related_name="items", db_index=False)
    lead = models.ForeignKey(
        Lead, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    revision = models.PositiveIntegerField()
    outcome = models.CharField(max_length=8, choices=Outcome, default="", db_default="", blank=True)
    reason = models.CharField(max_length=16, choices=Reason, default="", db_default="", blank=True)
    told = models.JSONField(null=True)
    change = models.JSONField(null=True)
    revision_after = models.PositiveIntegerField(null=True)
    undone = models.CharField(max_length=16, choices=Undone, default="", db_default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lead", "bulk"], name="a_lead_once_in_each_bulk"),
        ]
        indexes = [models.Index(fields=["bulk", "outcome", "id"], name="bulk_items")]

    def __str__(self) -> str:
        return f"{self.bulk_id}: {self.lead_id} {self.outcome}"
