from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.ids import uuid7
from core.jobs.models import Job


class ImportState(models.TextChoices):
    """UPLOADED waits for its columns; TRYING and RUNNING have a job; TRIED shows what would happen."""

    UPLOADED = "uploaded", _("Uploaded")
    TRYING = "trying", _("Being tried")
    TRIED = "tried", _("Tried")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    UNDOING = "undoing", _("Being taken back")
    UNDONE = "undone", _("Taken back")


class ImportRun(models.Model):
    """A file of another program on its way in. `kind` names who knows what its rows mean (crm.imports.registry).

    `mapping`: {field: index of the column}. `options` are of the kind.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    kind = models.CharField(max_length=20)
    name = models.CharField(_("file"), max_length=200)
    file = models.FileField(upload_to="imports/%Y/%m", max_length=200)
    header = models.JSONField(default=list)
    size = models.PositiveIntegerField(_("rows"), default=0)
    mapping = models.JSONField(default=dict, blank=True)
    options = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=8, choices=ImportState, default=ImportState.UPLOADED)
    job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["kind", "-id"], name="import_of_kind")]

    def __str__(self) -> str:
        return self.name


class Outcome(models.TextChoices):
    CREATED = "created", _("Added")
    CHANGED = "changed", _("Changed")
    SAME = "same", _("Nothing new")
    REFUSED = "refused", _("Refused")
    UNDONE = "undone", _("Taken back")


class ImportRow(models.Model):
    """What became of one thing of the file: `row` is its first row there (the header is row 1), `rows` how many it has.

    `thing` is the primary key of what was made or changed; `revision` that which it had then, so that only what nobody has
    changed since is taken back.
    """

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="rows", db_index=False)
    row = models.PositiveIntegerField()
    rows = models.PositiveIntegerField(default=1)
    name = models.CharField(max_length=200, blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome)
    message = models.CharField(max_length=500, blank=True)
    thing = models.BigIntegerField(null=True)
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "row"], name="one_outcome_of_a_row")]
        indexes = [models.Index(fields=["run", "outcome", "row"], name="import_outcomes")]

    def __str__(self) -> str:
        return f"{self.row}: {self.outcome}"
