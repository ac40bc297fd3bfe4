from __future__ import annotations

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.history.tables import indexes
from core.ids import uuid7
from crm.pipeline.models import Lead


class CriterionKind(models.TextChoices):
    CHOICE = "choice", _("Choice")
    NUMBER = "number", _("Number")
    MONEY = "money", _("Money")
    DURATION = "duration", _("Within how many days")
    DATE = "date", _("Date")
    PLACE = "place", _("Place")
    TEXT = "text", _("Text")
    YES_NO = "yes_no", _("Yes or no")


@pghistory.track()
class Criterion(models.Model):
    """Something worth knowing about every lead, and how the flow asks for it (spec 7.2).

    `question` and `hint`: text per language. `choices`: [{"value", "label": {language: text}, "synonyms":
    [text]}]. `disqualifying`: values that make a lead not a fit.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    key = models.SlugField(_("key"), max_length=40, unique=True)
    kind = models.CharField(_("type"), max_length=10, choices=CriterionKind)
    name = models.CharField(_("name"), max_length=100)
    question = models.JSONField(_("question"), default=dict)
    hint = models.JSONField(_("useful fact"), default=dict, blank=True)
    choices = models.JSONField(_("choices"), default=list, blank=True)
    disqualifying = models.JSONField(_("disqualifying answers"), default=list, blank=True)
    must_have = models.BooleanField(_("must have"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name


class AnswerSource(models.TextChoices):
    FLOW = "flow", _("Answer to the question")
    FREE_TEXT = "free_text", _("Read from the message")
    PERSON = "person", _("Entered by a colleague")
    API = "api", _("API")


@pghistory.track(meta=indexes("answer", part_of="lead", by_person=True))
class LeadAnswer(models.Model):
    """One answer with where it came from. The row without `superseded_at` is the one that holds."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="answer_rows", db_index=False)
    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT, related_name="answers")
    value = models.JSONField()
    said = models.TextField(blank=True)
    source = models.CharField(max_length=10, choices=AnswerSource)
    message_id = models.UUIDField(null=True)
    confidence = models.DecimalField(max_digits=4, decimal_places=3, default=1)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["lead", "criterion"],
                name="one_current_answer",
                condition=Q(superseded_at__isnull=True),
            ),
            models.CheckConstraint(
                condition=Q(confidence__gte=0, confidence__lte=1), name="answer_confidence_is_share"
            ),
        ]
        indexes = [models.Index(fields=["lead", "id"], name="answers_of_lead")]

    def __str__(self) -> str:
        return f"{self.criterion_id}: {self.value}"
