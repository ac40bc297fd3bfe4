from __future__ import annotations

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from conversations.accounts.models import ChannelAccount
from core.ids import uuid7


@pghistory.track()
class PlaybookInstall(models.Model):
    """A playbook in use, or one that was: `removed_at` tells since when it is not. One in use per key.

    `release` is the one that its parts came from.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    key = models.SlugField(_("playbook"), max_length=60)
    release = models.PositiveIntegerField(_("release"))
    installed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    installed_at = models.DateTimeField(db_default=Now(), editable=False)
    removed_at = models.DateTimeField(_("removed"), null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key"], name="one_install_of_a_playbook", condition=Q(removed_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return self.key


class PartKind(models.TextChoices):
    CRITERION = "criterion", _("Question")
    RULE = "rule", _("Scoring rule")
    SEQUENCE = "sequence", _("Follow-up")
    FLOW = "flow", _("Flow")


class PlaybookPart(models.Model):
    """Something that a playbook brought, or found and uses. `ref` is its key. `digest` is that of what was shipped: a
    thing with another one was edited since. `added`: a playbook brought it; what the company had before is left alone.
    """

    install = models.ForeignKey(
        PlaybookInstall, on_delete=models.CASCADE, related_name="parts", db_index=False
    )
    kind = models.CharField(max_length=10, choices=PartKind)
    ref = models.CharField(max_length=60)
    digest = models.CharField(max_length=64)
    added = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["install", "kind", "ref"], name="each_part_of_a_playbook_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.ref}"


class PlaybookSwitch(models.Model):
    """An account that a playbook answers on; `before` is the flow that it had, and goes back to."""

    install = models.ForeignKey(
        PlaybookInstall, on_delete=models.CASCADE, related_name="switches", db_index=False
    )
    account = models.ForeignKey(ChannelAccount, on_delete=models.CASCADE, related_name="+")
    before = models.SlugField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["install", "account"], name="a_playbook_once_on_an_account")
        ]

    def __str__(self) -> str:
        return f"{self.install_id}: {self.account_id}"
