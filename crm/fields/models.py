from __future__ import annotations

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.ids import uuid7
from core.languages import in_active_language


class FieldSubject(models.TextChoices):
    LEAD = "lead", _("Leads")
    CONTACT = "contact", _("Contacts")


class FieldKind(models.TextChoices):
    TEXT = "text", _("Text")
    NUMBER = "number", _("Number")
    MONEY = "money", _("Money")
    DATE = "date", _("Date")
    YES_NO = "yes_no", _("Yes or no")
    CHOICE = "choice", _("Choice")
    CHOICES = "choices", _("Several choices")
    LINK = "link", _("Link")
    PHONE = "phone", _("Phone")
    EMAIL = "email", _("Email")


@pghistory.track()
class CustomField(models.Model):
    """Something that a company keeps of its leads or contacts beside what every company does (spec 1.1, 7.7).

    Values stand under `key` in the `custom` column of Lead and Contact, canonical (core.conditions); conditions ask for
    "custom.<key>", hence a key is there once for both subjects. `labels` and `help`: text per language. `choices`:
    [{"value", "label": {language: text}}]. `required`: forms that add a lead or a contact ask for it, and it is not
    emptied again. `pipelines`: ids of those whose leads have it, empty for all.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    key = models.SlugField(_("key"), max_length=40, unique=True)
    subject = models.CharField(_("belongs to"), max_length=7, choices=FieldSubject)
    kind = models.CharField(_("type"), max_length=7, choices=FieldKind)
    labels = models.JSONField(_("name"), default=dict)
    help = models.JSONField(_("help"), default=dict, blank=True)
    choices = models.JSONField(_("choices"), default=list, blank=True)
    required = models.BooleanField(_("required"), default=False)
    pipelines = ArrayField(models.BigIntegerField(), default=list, blank=True, verbose_name=_("pipelines"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    active = models.BooleanField(_("active"), default=True)
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return in_active_language(self.labels, self.key)

    @property
    def hint(self) -> str:
        return in_active_language(self.help)

    @property
    def options(self) -> list[tuple[str, str]]:
        """Values of the choices with their labels in the active language."""
        return [
            (each["value"], in_active_language(each.get("label", {}), each["value"])) for each in self.choices
        ]
