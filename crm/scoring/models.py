from __future__ import annotations

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.ids import uuid7
from crm.pipeline.models import Lead


class RuleSetStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    ARCHIVED = "archived", _("Archived")


@pghistory.track()
class RuleSet(models.Model):
    """A version of all scoring rules and thresholds. At most one is published, whose rules are the ones that
    count, and at most one is the draft that admins work on.

    A draft begins as a copy of version `based_on`; every edit raises `revision` and adds to `edits` who did what:
    [{"revision", "who", "at", "did", "name"}]. `sections` are groups of rules with a cap, `consequences` what a
    lead sets off when it crosses a threshold; both as `crm.scoring.content` writes them.

    A lead with at least `qualified_from` points is qualified, with at least `nurture_from` nurture, below not
    a fit. Grades: A from `grade_a_from`, B from `grade_b_from`, C from `grade_c_from`, else D.
    """

    version = models.PositiveIntegerField(unique=True)
    status = models.CharField(max_length=10, choices=RuleSetStatus, default=RuleSetStatus.DRAFT)
    qualified_from = models.IntegerField(_("qualified from"), default=6)
    nurture_from = models.IntegerField(_("nurture from"), default=2)
    grade_a_from = models.IntegerField(_("grade A from"), default=8)
    grade_b_from = models.IntegerField(_("grade B from"), default=5)
    grade_c_from = models.IntegerField(_("grade C from"), default=2)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    published_at = models.DateTimeField(null=True)
    sections = models.JSONField(default=list, blank=True)
    consequences = models.JSONField(default=list, blank=True)
    based_on = models.PositiveIntegerField(null=True)
    revision = models.PositiveIntegerField(default=0)
    edits = models.JSONField(default=list, blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    changed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["status"], name="one_published_rule_set", condition=Q(status="published")
            ),
            models.UniqueConstraint(
                fields=["status"], name="one_draft_of_rules", condition=Q(status="draft")
            ),
            models.CheckConstraint(
                condition=Q(nurture_from__lte=models.F("qualified_from")), name="thresholds_rise"
            ),
            models.CheckConstraint(
                condition=Q(grade_c_from__lte=models.F("grade_b_from"))
                & Q(grade_b_from__lte=models.F("grade_a_from")),
                name="grades_rise",
            ),
        ]

    def __str__(self) -> str:
        return f"v{self.version}"


class RuleGroup(models.TextChoices):
    FIT = "fit", _("Fit")
    ENGAGEMENT = "engagement", _("Engagement")


@pghistory.track()
class ScoringRule(models.Model):
    """Points for leads on which `condition` (core.conditions, subject "lead") holds. `key` lives on over
    versions.

    `section` is the key of a group with a cap. With `half_life_days` the points halve in so many days, counted
    from the field `decays_from`; a lead without a value there from its creation.
    """

    rule_set = models.ForeignKey(RuleSet, on_delete=models.CASCADE, related_name="rules")
    key = models.UUIDField(default=uuid7)
    name = models.CharField(_("name"), max_length=120)
    group = models.CharField(_("group"), max_length=10, choices=RuleGroup, default=RuleGroup.FIT)
    condition = models.JSONField(_("condition"))
    points = models.SmallIntegerField(_("points"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    section = models.UUIDField(null=True)
    half_life_days = models.PositiveSmallIntegerField(_("half-life in days"), null=True, blank=True)
    decays_from = models.CharField(_("counted from"), max_length=60, blank=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["rule_set", "key"], name="one_rule_key_per_version"),
            models.CheckConstraint(condition=~Q(points=0), name="rule_gives_points"),
            models.CheckConstraint(
                condition=Q(half_life_days__isnull=True) | Q(half_life_days__gt=0, group="engagement"),
                name="only_engagement_decays",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ScoreEntry(models.Model):
    """The score ledger (architecture 3): append-only, a row only where points change; the sum is the lead's
    score. `expires_at` is when time alone may change the points again: when they halve on, or a condition such
    as "in the last 7 days" runs out.
    """

    # Rows are written with their lead locked, and checking each again took half of the time of a recalculation.
    lead = models.ForeignKey(
        Lead, on_delete=models.CASCADE, related_name="score_entries", db_index=False, db_constraint=False
    )
    rule_key = models.UUIDField()
    rule_name = models.CharField(max_length=120)
    group = models.CharField(max_length=10, choices=RuleGroup)
    rule_set_version = models.PositiveIntegerField()
    points = models.SmallIntegerField()
    reason = models.JSONField(default=dict)
    expires_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        indexes = [models.Index(fields=["lead", "id"], name="ledger_of_lead")]
        constraints = [models.CheckConstraint(condition=~Q(points=0), name="ledger_rows_change_points")]

    def __str__(self) -> str:
        return f"{self.points:+d} {self.rule_name}"
