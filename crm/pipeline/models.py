from __future__ import annotations

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.access.models import Team
from core.history.tables import indexes
from core.ids import uuid7
from crm.contacts.models import Contact
from crm.contacts.tombstones import never_to_a_tombstone

COMPUTED = (
    "title_normal",
    "held_before",
    "answers",
    "fit",
    "engagement",
    "score",
    "grade",
    "qualification",
    "rule_set_version",
    "scored_at",
    "score_changes_at",
    "win_chance",
    "known_at_close",
    "last_message_at",
    "customer_messages",
    "customer_words",
    "customer_wrote_at",
    "customer_channel",
    "customer_replies",
    "customer_reply_seconds",
    "call_count",
    "last_call_outcome",
    "last_call_at",
)


@pghistory.track()
class Pipeline(models.Model):
    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=100, unique=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    currency = models.CharField(_("currency"), max_length=3, default="AMD")

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name


class StageKind(models.TextChoices):
    OPEN = "open", _("Open")
    WON = "won", _("Won")
    LOST = "lost", _("Lost")


@pghistory.track()
class Stage(models.Model):
    """A step of a pipeline. `rotting_days` after entering it a lead counts as rotting; empty means never.

    A lead that becomes qualified in an earlier open stage moves by itself to the stage with `takes_qualified`.
    `required` are keys of `crm.pipeline.wants` that a lead must have to enter, `actions` what is carried out then:
    [{"action", "settings"}] of `crm.actions`. `wip_limit`: how many leads people may bring here, None for any number.
    `leaving_for`: the stage is being removed, and its leads go there.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    pipeline = models.ForeignKey(Pipeline, on_delete=models.CASCADE, related_name="stages")
    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=4, choices=StageKind, default=StageKind.OPEN)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    probability = models.PositiveSmallIntegerField(_("probability, %"), default=10)
    rotting_days = models.PositiveSmallIntegerField(_("days until rotting"), null=True, blank=True)
    takes_qualified = models.BooleanField(_("takes leads that become qualified"), default=False)
    required = ArrayField(
        models.CharField(max_length=80), default=list, blank=True, verbose_name=_("needed to enter")
    )
    actions = models.JSONField(_("what happens on entering"), default=list, blank=True)
    wip_limit = models.PositiveIntegerField(_("most leads at a time"), null=True, blank=True)
    leaving_for = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["pipeline", "name"], name="one_stage_name_per_pipeline"),
            models.CheckConstraint(condition=Q(probability__lte=100), name="stage_probability_is_percent"),
            models.UniqueConstraint(
                fields=["pipeline"], name="one_stage_takes_qualified", condition=Q(takes_qualified=True)
            ),
            models.CheckConstraint(
                condition=Q(takes_qualified=False) | Q(kind="open"), name="qualified_leads_stay_open"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class LostReason(models.Model):
    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=100, unique=True)
    code = models.CharField(max_length=30, null=True, unique=True, editable=False)
    active = models.BooleanField(_("active"), default=True)

    def __str__(self) -> str:
        return self.name


class Qualification(models.TextChoices):
    UNKNOWN = "unknown", _("Not qualified yet")
    QUALIFIED = "qualified", _("Qualified")
    NURTURE = "nurture", _("Nurture")
    NOT_FIT = "not_fit", _("Not a fit")


class Grade(models.TextChoices):
    A = "A"
    B = "B"
    C = "C"
    D = "D"


@pghistory.track(exclude=list(COMPUTED), meta=indexes("lead", by_person=True))
class Lead(models.Model):
    """One wish of one contact on its way to a yes or a no.

    `answers` holds the current answer per criterion key in the canonical form of `core.conditions`; who said
    what and when stands in LeadAnswer. `custom`: values of custom fields by key (crm.fields).
    `score` = `fit` + `engagement` = the sum of the lead's ScoreEntry points, as of `scored_at`; time alone may change
    it at `score_changes_at`. `held_before` is the stage that it was to enter by itself and that asks for something
    not known yet. The columns of calls follow the lead's Call rows; those of the customer's messages are counted as
    these arrive, over all conversations. `win_chance` is learned (crm.chances), in percent, of open leads alone;
    `known_at_close` keeps what went on being counted after the lead was closed.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    title = models.CharField(_("title"), max_length=200)
    title_normal = models.CharField(max_length=400, editable=False, default="", blank=True)
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="leads")
    pipeline = models.ForeignKey(Pipeline, on_delete=models.PROTECT, related_name="leads", db_index=False)
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="leads", db_index=False)
    stage_kind = models.CharField(max_length=4, choices=StageKind, default=StageKind.OPEN)
    stage_entered_at = models.DateTimeField(db_default=Now())
    held_before = models.ForeignKey(
        Stage, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False, editable=False
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="leads",
        verbose_name=_("owner"),
    )
    team = models.ForeignKey(
        Team, on_delete=models.SET_NULL, null=True, blank=True, related_name="leads", verbose_name=_("team")
    )
    value = models.DecimalField(_("value"), max_digits=20, decimal_places=4, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="AMD")
    goal = models.CharField(max_length=40, blank=True)
    source = models.CharField(_("source"), max_length=40, blank=True)
    campaign = models.CharField(_("campaign"), max_length=120, blank=True)
    tags = ArrayField(models.CharField(max_length=50), default=list, blank=True, verbose_name=_("tags"))
    next_step = models.CharField(_("next step"), max_length=200, blank=True)
    next_step_at = models.DateTimeField(_("next step due"), null=True, blank=True)
    lost_reason = models.ForeignKey(
        LostReason, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    answers = models.JSONField(default=dict, blank=True)
    custom = models.JSONField(_("details"), default=dict, db_default={}, blank=True)
    fit = models.IntegerField(default=0)
    engagement = models.IntegerField(default=0)
    score = models.IntegerField(default=0)
    grade = models.CharField(max_length=1, choices=Grade, default=Grade.D)
    qualification = models.CharField(max_length=10, choices=Qualification, default=Qualification.UNKNOWN)
    rule_set_version = models.PositiveIntegerField(null=True)
    scored_at = models.DateTimeField(null=True)
    score_changes_at = models.DateTimeField(null=True)
    win_chance = models.PositiveSmallIntegerField(null=True, editable=False)
    known_at_close = models.JSONField(null=True, editable=False)
    last_message_at = models.DateTimeField(null=True)
    customer_messages = models.PositiveIntegerField(default=0, db_default=0)
    customer_words = models.PositiveIntegerField(default=0, db_default=0)
    customer_wrote_at = models.DateTimeField(null=True)
    customer_channel = models.CharField(max_length=10, default="", db_default="", blank=True)
    customer_replies = models.PositiveIntegerField(default=0, db_default=0)
    customer_reply_seconds = models.PositiveBigIntegerField(default=0, db_default=0)
    call_count = models.PositiveIntegerField(default=0, db_default=0)
    last_call_outcome = models.CharField(max_length=12, default="", db_default="", blank=True)
    last_call_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(score=models.F("fit") + models.F("engagement")), name="score_is_its_parts"
            ),
            models.CheckConstraint(
                condition=Q(value__isnull=True) | Q(value__gte=0), name="lead_value_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(stage_kind="open", closed_at__isnull=True)
                | Q(~Q(stage_kind="open"), closed_at__isnull=False),
                name="closed_leads_have_a_date",
            ),
        ]
        indexes = [
            models.Index(fields=["stage", "-stage_entered_at", "-id"], name="lead_board"),
            models.Index(fields=["pipeline", "id"], name="lead_by_age"),
            models.Index(fields=["pipeline", "title_normal", "id"], name="lead_by_title"),
            models.Index(fields=["pipeline", "value", "id"], name="lead_by_value"),
            models.Index(fields=["pipeline", "score", "id"], name="lead_by_score"),
            models.Index(fields=["pipeline", "next_step_at", "id"], name="lead_by_next_step"),
            models.Index(fields=["pipeline", "stage_entered_at", "id"], name="lead_by_stage_age"),
            models.Index(fields=["pipeline", "last_message_at", "id"], name="lead_by_last_message"),
            models.Index(
                fields=["contact", "-id"], name="lead_open_of_contact", condition=Q(stage_kind="open")
            ),
            models.Index(
                fields=["owner", "next_step_at"], name="lead_next_steps", condition=Q(stage_kind="open")
            ),
            models.Index(
                fields=["score_changes_at"],
                name="lead_score_due",
                condition=Q(score_changes_at__isnull=False),
            ),
            models.Index(
                fields=["win_chance", "id"],
                name="lead_win_chance",
                condition=Q(win_chance__isnull=False),
            ),
            models.Index(fields=["closed_at"], name="lead_closed", condition=Q(closed_at__isnull=False)),
            models.Index(fields=["held_before"], name="lead_held", condition=Q(held_before__isnull=False)),
            GinIndex(fields=["title_normal"], name="lead_title_parts", opclasses=["gin_trgm_ops"]),
            GinIndex(fields=["tags"], name="lead_tags"),
            GinIndex(fields=["answers"], name="lead_answers", opclasses=["jsonb_path_ops"]),
            GinIndex(fields=["custom"], name="lead_custom", opclasses=["jsonb_path_ops"]),
        ]
        triggers = [never_to_a_tombstone()]

    def __str__(self) -> str:
        return self.title
