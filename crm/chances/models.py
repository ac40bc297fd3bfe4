from __future__ import annotations

import pghistory
from django.db import models
from django.db.models import Q

from crm.pipeline.models import Pipeline


@pghistory.track()
class ChanceSettings(models.Model):
    """Whether win chances are shown, and when closed leads were last looked at to learn from them."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    enabled = models.BooleanField(default=True)
    looked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_row_of_chance_settings")]

    def __str__(self) -> str:
        return "on" if self.enabled else "off"


class ChanceModel(models.Model):
    """What was learned from the leads that were closed from `since` to `trained_at`: of one pipeline, or of all
    where `pipeline` is empty. The `current` one counts; earlier versions are kept.

    `base` and the weights of `features` are log-odds, calibrated already (crm.chances.bayes). `features`: what
    `crm.chances.binning` writes, each with its `counts` [[won, lost], ...] and `weights` by place. `calibration`:
    tenths of the leads by what was predicted of them without their own help: [{"low", "high", "expected", "won",
    "leads"}, ...]. `brier` and `log_loss` are from the same cross-validation, beside those of the bare share of won
    leads; the smaller, the better.
    """

    version = models.PositiveIntegerField(unique=True)
    pipeline = models.ForeignKey(Pipeline, on_delete=models.CASCADE, null=True, related_name="+")
    current = models.BooleanField(default=True)
    trained_at = models.DateTimeField()
    since = models.DateTimeField()
    won = models.PositiveIntegerField()
    lost = models.PositiveIntegerField()
    base = models.FloatField()
    slope = models.FloatField()
    features = models.JSONField(default=list)
    calibration = models.JSONField(default=list)
    brier = models.FloatField()
    brier_base = models.FloatField()
    log_loss = models.FloatField()
    log_loss_base = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pipeline"],
                name="one_current_chance_model",
                condition=Q(current=True),
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"v{self.version}"
