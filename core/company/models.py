from __future__ import annotations

from datetime import time

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.languages import Language


@pghistory.track()
class CompanyProfile(models.Model):
    """The one company of this deployment (architecture 3: no tenant column).

    Quiet hours are in the customer's own zone; without both times there are none at night, and the weekdays of
    `quiet_days` (0 is Monday) are quiet as a whole. `undo_seconds`: how long a person may take back what they sent.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    name = models.CharField(_("name"), max_length=200)
    legal_name = models.CharField(_("legal name"), max_length=200, blank=True)
    phone = models.CharField(_("phone for customers"), max_length=40, blank=True)
    color = models.CharField(_("colour"), max_length=7, default="#0f766e")
    currency = models.CharField(_("currency"), max_length=3, default="AMD")
    country = models.CharField(_("country"), max_length=2, default="AM")
    timezone = models.CharField(_("time zone"), max_length=64, default="Asia/Yerevan")
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.ENGLISH)
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True, default=time(21))
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True, default=time(9))
    quiet_days = ArrayField(
        models.PositiveSmallIntegerField(), verbose_name=_("quiet days"), default=list, blank=True
    )
    undo_seconds = models.PositiveSmallIntegerField(_("time to undo, seconds"), default=10)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="one_company_per_deployment"),
            models.CheckConstraint(
                condition=models.Q(color__regex=r"^#[0-9a-f]{6}$"), name="company_color_is_hex"
            ),
            models.CheckConstraint(
                condition=models.Q(undo_seconds__lte=30), name="company_undo_within_half_a_minute"
            ),
        ]

    def __str__(self) -> str:
        return self.name
