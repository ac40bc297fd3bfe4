from __future__ import annotations

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.history.tables import indexes
from core.ids import uuid7
from core.languages import Language
from crm.contacts import points
from crm.contacts.tombstones import never_to_a_tombstone


@pghistory.track()
class Company(models.Model):
    """A business that contacts belong to."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=200)
    name_normal = models.CharField(max_length=400, db_index=True, editable=False, default="")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return self.name


@pghistory.track(exclude=["last_message_at"], meta=indexes("contact", by_person=True))
class Contact(models.Model):
    """A person who writes to us or whom we know (spec 1.1). `name_normal` is `core.text.normalise(name)`.
    `custom` holds the values of custom fields by key (crm.fields).

    `merged_into`: the contact that this one became part of (spec 1.2, crm.duplicates); only its id still counts then.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=200, blank=True)
    name_normal = models.CharField(max_length=400, editable=False, default="", blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Language, blank=True)
    timezone = models.CharField(_("time zone"), max_length=64, blank=True)
    company = models.ForeignKey(
        Company,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="contacts",
        verbose_name=_("company"),
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="contacts",
        verbose_name=_("owner"),
    )
    tags = ArrayField(models.CharField(max_length=50), default=list, blank=True, verbose_name=_("tags"))
    custom = models.JSONField(_("details"), default=dict, blank=True)
    last_message_at = models.DateTimeField(null=True, editable=False)
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        editable=False,
        verbose_name=_("merged into"),
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    known_points: tuple[tuple[str, str], ...] | None = None  # see crm.contacts.queries.points_of_contact

    class Meta:
        indexes = [
            GinIndex(fields=["name_normal"], name="contact_name_parts", opclasses=["gin_trgm_ops"]),
            GinIndex(fields=["tags"], name="contact_tags"),
            GinIndex(fields=["custom"], name="contact_custom", opclasses=["jsonb_path_ops"]),
            models.Index(
                fields=["merged_into"], name="contact_tombstones", condition=Q(merged_into__isnull=False)
            ),
            models.Index(
                fields=["name_normal", "company"],
                name="contact_namesakes",
                condition=Q(company__isnull=False, merged_into__isnull=True) & ~Q(name_normal=""),
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(_("Unknown visitor"))


class ContactPointKind(models.TextChoices):
    PHONE = "phone", _("Phone")
    EMAIL = "email", _("Email")


@pghistory.track(meta=indexes("contact_point", part_of="contact"))
class ContactPoint(models.Model):
    """A phone in E.164 or an email in lower case. Two contacts may share one: that is a hint, not a fault
    (spec 1.2).
    """

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="points", db_index=False)
    kind = models.CharField(max_length=5, choices=ContactPointKind)
    value = models.CharField(max_length=254)
    verified_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contact", "kind", "value"], name="one_contact_point_each")
        ]
        indexes = [
            models.Index(fields=["kind", "value"], name="contact_point_value"),
            GinIndex(fields=["value"], name="contact_point_parts", opclasses=["gin_trgm_ops"]),
        ]
        triggers = [never_to_a_tombstone()]

    def __str__(self) -> str:
        return points.shown_phone(self.value) if self.kind == ContactPointKind.PHONE else self.value
