from __future__ import annotations

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.ids import uuid7
from core.keys.scopes import Scope

PER_MINUTE = 600


@pghistory.track(exclude=["secret_hash", "last_used_at"])
class ApiKey(models.Model):
    """What a program shows instead of a password. Only the SHA-256 of it is stored; `prefix` finds and names it.

    With a `person` it sees what that person sees and acts in that name; without one it sees the whole company.
    `last_used_at` is written at most once a minute. Rows are never deleted: events refer to them.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=100)
    prefix = models.CharField(max_length=16, unique=True, editable=False)
    secret_hash = models.CharField(max_length=64, editable=False)
    scopes = ArrayField(models.CharField(max_length=30, choices=Scope), verbose_name=_("what it may do"))
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("works as"),
    )
    per_minute = models.PositiveIntegerField(_("requests a minute"), default=PER_MINUTE)
    expires_at = models.DateTimeField(_("valid until"))
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(scopes__len__gt=0), name="api_key_has_scopes"),
            models.CheckConstraint(condition=Q(per_minute__gte=1), name="api_key_may_ask"),
        ]

    def __str__(self) -> str:
        return self.name


class AnsweredRequest(models.Model):
    """The answer to a POST with an Idempotency-Key, written in the transaction of what it did; kept for a day."""

    api_key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="+", db_index=False)
    path = models.CharField(max_length=300)
    idempotency_key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.TextField(blank=True)
    etag = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["api_key", "path", "idempotency_key"], name="each_request_answered_once"
            )
        ]
