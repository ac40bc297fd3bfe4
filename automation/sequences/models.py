from __future__ import annotations

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from automation.sequences.enums import EnrolmentState, Stop, Went
from conversations.threads.models import Message
from core.ids import uuid7
from crm.contacts.models import Contact
from crm.contacts.tombstones import never_to_a_tombstone
from crm.pipeline.models import Lead

MOST_A_WEEK = 3


@pghistory.track()
class FollowUpSettings(models.Model):
    """One row. `weekly_cap`: how many unasked messages a customer gets in seven days, over all sequences."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    weekly_cap = models.PositiveSmallIntegerField(_("messages a week"), default=MOST_A_WEEK)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="one_row_of_follow_up_settings"),
            models.CheckConstraint(
                condition=Q(weekly_cap__gte=1, weekly_cap__lte=14), name="weekly_cap_is_sensible"
            ),
        ]

    def __str__(self) -> str:
        return "Follow-ups"


@pghistory.track()
class Sequence(models.Model):
    """Messages after a silence, one after the other (spec 10.1). `key` is that of a shipped one, else made of the name.

    While `active` leads are found for it; switched off, it lets go of whoever is in it.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    active = models.BooleanField(_("active"), default=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name


class VersionStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    ARCHIVED = "archived", _("Archived")


@pghistory.track()
class SequenceVersion(models.Model):
    """A sequence as it was published; immutable from then on, and whoever is in it ends on the version it began with.

    `script` is the plain value of `automation.sequences.script`. `revision` counts the saves of a draft.
    """

    sequence = models.ForeignKey(Sequence, on_delete=models.CASCADE, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=VersionStatus, default=VersionStatus.DRAFT)
    script = models.JSONField()
    revision = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sequence", "number"], name="one_sequence_version_number"),
            models.UniqueConstraint(
                fields=["sequence"], name="one_sequence_in_use", condition=Q(status="published")
            ),
            models.UniqueConstraint(
                fields=["sequence"], name="one_draft_of_a_sequence", condition=Q(status="draft")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sequence_id} v{self.number}"


class Enrolment(models.Model):
    """A lead in a sequence. `step` is the index of what comes next, at `due_at` by a due row of the key `pk`.

    `silent_since`: words of the customer after it end the sequence. `begun_at`: the moment that the first wait counts
    from. `why` tells in data what it was enrolled for. HELD_OUT ones get nothing and show what would have happened
    anyway (spec 10.3). `converted`: won, booked or accepted within a month.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    sequence = models.ForeignKey(Sequence, on_delete=models.CASCADE, related_name="enrolments")
    version = models.ForeignKey(SequenceVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="enrolments", db_index=False)
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=10, choices=EnrolmentState, default=EnrolmentState.ACTIVE)
    step = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    begun_at = models.DateTimeField()
    silent_since = models.DateTimeField()
    why = models.JSONField(default=dict, blank=True)
    stop_reason = models.CharField(max_length=12, choices=Stop, blank=True)
    enrolled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    sent = models.PositiveSmallIntegerField(default=0)
    last_sent_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    converted = models.CharField(max_length=10, blank=True)
    converted_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["lead"], name="one_sequence_of_a_lead", condition=Q(state="active")
            ),
            models.CheckConstraint(
                condition=Q(state="active", due_at__isnull=False) | ~Q(state="active"),
                name="active_enrolment_is_due",
            ),
            models.CheckConstraint(
                condition=~Q(state="stopped") | ~Q(stop_reason=""), name="stopped_for_a_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["lead", "-id"], name="enrolments_of_lead"),
            models.Index(fields=["contact", "-id"], name="enrolments_of_contact"),
            models.Index(fields=["due_at"], name="enrolments_to_come", condition=Q(state="active")),
            models.Index(fields=["created_at"], name="enrolments_undecided", condition=Q(converted="")),
        ]
        triggers = [never_to_a_tombstone()]

    def __str__(self) -> str:
        return f"{self.sequence_id}: {self.lead_id}"


class FollowUp(models.Model):
    """A step that was taken: the message that left, or the task that it became. Each step of an enrolment once."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="taken", db_index=False)
    step = models.PositiveSmallIntegerField()
    went = models.CharField(max_length=8, choices=Went)
    message = models.ForeignKey(Message, on_delete=models.SET_NULL, null=True, related_name="+")
    channel = models.CharField(max_length=10, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enrolment", "step"], name="each_step_once")]

    def __str__(self) -> str:
        return f"{self.enrolment_id}: {self.step}"
