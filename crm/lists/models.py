from __future__ import annotations

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.ids import uuid7
from crm.pipeline.models import Pipeline


class Layout(models.TextChoices):
    BOARD = "board", _("Board")
    TABLE = "table", _("Table")


@pghistory.track()
class SavedView(models.Model):
    """A filter over leads with a name, and how its list looks (spec 7.1).

    `filter` is a condition over leads (core.conditions), {} for all of them; without a pipeline the view is of every one.
    `columns` and `sort` are names of `crm.lists.columns`. Without an owner it was made by a program.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=100)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="saved_views",
        verbose_name=_("owner"),
    )
    shared = models.BooleanField(_("shared with everybody"), default=False)
    pipeline = models.ForeignKey(
        Pipeline,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("pipeline"),
    )
    layout = models.CharField(_("shown as"), max_length=5, choices=Layout, default=Layout.TABLE)
    filter = models.JSONField(_("filter"), default=dict, blank=True)
    columns = ArrayField(models.CharField(max_length=80), default=list, blank=True, verbose_name=_("columns"))
    sort = models.CharField(_("order"), max_length=40, blank=True)
    revision = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(shared=True) | Q(owner__isnull=False), name="own_views_have_an_owner"
            )
        ]
        indexes = [models.Index(fields=["id"], name="view_shared", condition=Q(shared=True))]

    def __str__(self) -> str:
        return self.name


class ListPreference(models.Model):
    """How a person likes lists of leads: the columns where no view says, and the views that stand as tabs, by id."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    columns = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    pinned = ArrayField(models.BigIntegerField(), default=list, blank=True)
