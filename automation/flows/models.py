from __future__ import annotations

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from conversations.threads.models import Conversation
from core.ids import uuid7


@pghistory.track(exclude=["revision"])
class Flow(models.Model):
    """A script by its key. Which accounts run it stands on the account (`ChannelAccount.flow_key`). `revision` counts every
    change of a draft and every publishing, so that a page made before one of them is known to be old.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    active = models.BooleanField(_("active"), default=True)
    revision = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.name


class FlowVersionStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    ARCHIVED = "archived", _("Archived")


@pghistory.track()
class FlowVersion(models.Model):
    """A flow as it was published; immutable from then on, and runs finish on the version they started with (spec 5.4).
    Before that it is the one draft of its flow, made by whoever changed it last, at `changed_at`.

    `document` is the plain value of docs/flows.md, `texts` an admin's own wording over it: {text id: {language: text}}.
    """

    flow = models.ForeignKey(Flow, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=FlowVersionStatus, default=FlowVersionStatus.DRAFT)
    document = models.JSONField()
    texts = models.JSONField(default=dict, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    changed_at = models.DateTimeField(db_default=Now(), editable=False)
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["flow", "number"], name="one_flow_version_number"),
            models.UniqueConstraint(fields=["flow"], name="one_flow_draft", condition=Q(status="draft")),
            models.UniqueConstraint(
                fields=["flow"], name="one_published_version", condition=Q(status="published")
            ),
        ]


class RunStatus(models.TextChoices):
    ACTIVE = "active"
    PAUSED = "paused"
    FINISHED = "finished"


class FlowRun(models.Model):
    """A conversation's way through a flow. `state` is the engine's own, as JSON."""

    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="flow_runs", db_index=False
    )
    version = models.ForeignKey(FlowVersion, on_delete=models.PROTECT, related_name="runs")
    status = models.CharField(max_length=10, choices=RunStatus, default=RunStatus.ACTIVE)
    state = models.JSONField()
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation"], name="one_unfinished_run", condition=~Q(status="finished")
            )
        ]
        indexes = [models.Index(fields=["conversation", "-id"], name="runs_of_conversation")]
