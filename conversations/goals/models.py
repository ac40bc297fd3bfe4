from __future__ import annotations

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from conversations.goals.enums import Category, Handoff, UnclearState
from conversations.threads.models import Message, Urgency
from core.ids import uuid7
from core.languages import Language


@pghistory.track()
class Goal(models.Model):
    """What a company says about a goal of its customers (spec 4.1). A built-in goal has a row once somebody changes it.

    `key` is the name of the intent. `names` and `answer`: text per language; a built-in goal has a name without them.
    `required_facts`: keys of criteria. `flow`: key of the flow that leads on from it. `merged_into`: the goal that
    counts in its place; `active` False: it is not looked for. `revision` counts the saves.
    """

    key = models.CharField(_("key"), max_length=40, unique=True)
    names = models.JSONField(_("name"), default=dict, blank=True)
    category = models.CharField(_("category"), max_length=10, choices=Category, default=Category.SALES)
    urgency = models.PositiveSmallIntegerField(_("urgency"), choices=Urgency, default=Urgency.NORMAL)
    required_facts = ArrayField(
        models.CharField(max_length=40), default=list, blank=True, verbose_name=_("what must be known")
    )
    response_minutes = models.PositiveIntegerField(_("answer within, minutes"), null=True, blank=True)
    flow = models.CharField(_("flow"), max_length=60, blank=True)
    answer = models.JSONField(_("answer"), default=dict, blank=True)
    handoff = models.CharField(
        _("a person takes over"), max_length=10, choices=Handoff, default=Handoff.WHEN_ASKED
    )
    active = models.BooleanField(_("active"), default=True)
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="merged",
        verbose_name=_("merged into"),
    )
    revision = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(key__regex=r"^[a-z][a-z0-9_]*$"), name="goal_key_is_a_word"),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=models.F("id")),
                name="goal_not_merged_into_itself",
            ),
        ]

    def __str__(self) -> str:
        return self.key


@pghistory.track()
class Phrase(models.Model):
    """How customers say it: an example beside the built-in ones. `key`: its words as they are compared."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, related_name="phrases", verbose_name=_("goal"))
    language = models.CharField(_("language"), max_length=2, choices=Language)
    text = models.CharField(_("phrase"), max_length=300)
    key = models.CharField(max_length=300, unique=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["language", "id"]

    def __str__(self) -> str:
        return self.text


class KnowledgeVersion(models.Model):
    """One row: raised with every change of goals or phrases, in its transaction."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    number = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_version_of_knowledge")]

    def __str__(self) -> str:
        return str(self.number)


class Unclear(models.Model):
    """A message in which nothing was understood (spec 4.4), until somebody has looked at it.

    The words stay where they are: in the message. `key`: the words as they are compared.
    """

    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="unclear")
    key = models.CharField(max_length=300)
    language = models.CharField(max_length=2, choices=Language)
    state = models.CharField(max_length=9, choices=UnclearState, default=UnclearState.WAITING)
    goal = models.ForeignKey(Goal, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["-id"], name="unclear_to_look_at", condition=Q(state=UnclearState.WAITING)),
        ]

    def __str__(self) -> str:
        return self.key


class ReviewPlan(models.Model):
    """One row: whether what nothing understood is put before an admin every month (spec 4.4)."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_plan_of_reviews")]

    def __str__(self) -> str:
        return "on" if self.active else "off"


class Review(models.Model):
    """The task of one month: to look at what nothing understood. `month` is its first day.

    `samples`: newest messages of the largest groups; `groups` and `messages`: how many there were.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    month = models.DateField(unique=True)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    groups = models.PositiveIntegerField()
    messages = models.PositiveIntegerField()
    samples = models.ManyToManyField(Message, related_name="+")
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    done_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        indexes = [models.Index(fields=["-month"], name="review_to_do", condition=Q(done_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"
