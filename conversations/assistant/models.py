from __future__ import annotations

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from conversations.assistant.enums import Outcome, Purpose, Use
from conversations.threads.models import Conversation, Message
from core.ids import uuid7
from core.secrets.fields import SecretJSONField
from crm.contacts.models import Contact
from crm.contacts.tombstones import never_to_a_tombstone

LEAST_SECONDS, MOST_SECONDS = 3, 90
LEAST_SURE = 30


@pghistory.track(exclude=["credentials"])
class AssistantSettings(models.Model):
    """One row. `endpoint` is what stands before /chat/completions; prices are for a million tokens.

    A month may cost `monthly_money` and take `monthly_tokens`: whichever is reached first. `min_confidence` in percent:
    below it an answer is dropped. `answers_alone`: an answer with a source goes out without a person.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    active = models.BooleanField(_("switched on"), default=False)
    endpoint = models.CharField(_("address"), max_length=500, blank=True)
    model = models.CharField(_("model"), max_length=100, blank=True)
    credentials = SecretJSONField(default=dict)
    uses = ArrayField(
        models.CharField(max_length=10, choices=Use),
        verbose_name=_("what it may do"),
        default=list,
        blank=True,
    )
    answers_alone = models.BooleanField(_("answers without a person"), default=False)
    voice = models.TextField(_("voice of the company"), max_length=1500, blank=True)
    hide_names = models.BooleanField(_("names are hidden from it"), default=True)
    min_confidence = models.PositiveSmallIntegerField(
        _("sure enough from, percent"),
        default=70,
        validators=[MinValueValidator(LEAST_SURE), MaxValueValidator(100)],
    )
    timeout_seconds = models.PositiveSmallIntegerField(
        _("time to answer, seconds"),
        default=20,
        validators=[MinValueValidator(LEAST_SECONDS), MaxValueValidator(MOST_SECONDS)],
    )
    monthly_tokens = models.PositiveBigIntegerField(
        _("tokens a month at most"), null=True, blank=True, default=2_000_000
    )
    monthly_money = models.DecimalField(
        _("money a month at most"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    price_in = models.DecimalField(
        _("price of a million tokens read"), max_digits=12, decimal_places=4, default=0
    )
    price_out = models.DecimalField(
        _("price of a million tokens written"), max_digits=12, decimal_places=4, default=0
    )
    currency = models.CharField(_("currency"), max_length=3, default="USD")
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="one_assistant"),
            models.CheckConstraint(
                condition=Q(timeout_seconds__gte=LEAST_SECONDS, timeout_seconds__lte=MOST_SECONDS),
                name="assistant_has_some_time",
            ),
            models.CheckConstraint(
                condition=Q(min_confidence__gte=LEAST_SURE, min_confidence__lte=100),
                name="assistant_is_sure_in_percent",
            ),
            models.CheckConstraint(
                condition=Q(active=False) | (~Q(endpoint="") & ~Q(model="")),
                name="assistant_on_with_an_address",
            ),
        ]

    def __str__(self) -> str:
        return str(_("Assistant"))

    def may(self, use: str) -> bool:
        return self.active and use in self.uses


class AssistantState(models.Model):
    """One row: the breaker that all workers share. From the third fault in a row on nobody calls until `open_until`."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    failures = models.PositiveIntegerField(default=0)
    open_until = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)
    last_ok_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_state_of_the_assistant")]

    def __str__(self) -> str:
        return str(self.failures)


class AssistantMonth(models.Model):
    """What a month has taken, set aside before each call and set right after it. `cost` is in the settings' currency."""

    month = models.DateField(unique=True)
    calls = models.PositiveBigIntegerField(default=0)
    tokens = models.BigIntegerField(default=0)
    cost = models.DecimalField(max_digits=18, decimal_places=6, default=0)

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class AssistantCall(models.Model):
    """One use of the assistant: the wish for it, then its record. A row that is queued is worked off by a worker.

    `sequence`: the conversation's last message when it was asked. `given`: words that a person gave to it. `question` and
    `answer` are what left the house and what came back, redacted; `result` the parts of the answer, redacted as well;
    `hidden` the values of the placeholders, kept encrypted. `sent_message`: what became of a draft.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    purpose = models.CharField(max_length=13, choices=Purpose)
    outcome = models.CharField(max_length=11, choices=Outcome, default=Outcome.QUEUED)
    conversation = models.ForeignKey(
        Conversation,
        on_delete=models.CASCADE,
        null=True,
        related_name="assistant_calls",
        db_index=False,
    )
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, null=True, related_name="assistant_calls")
    message = models.ForeignKey(Message, on_delete=models.CASCADE, null=True, related_name="assistant_calls")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    language = models.CharField(max_length=40, blank=True)
    sequence = models.PositiveIntegerField(default=0)
    given = models.TextField(blank=True)
    prompt = models.CharField(max_length=40, blank=True)
    model = models.CharField(max_length=100, blank=True)
    tokens_in = models.PositiveIntegerField(default=0)
    tokens_out = models.PositiveIntegerField(default=0)
    cost = models.DecimalField(max_digits=18, decimal_places=6, default=0)
    currency = models.CharField(max_length=3, blank=True)
    milliseconds = models.PositiveIntegerField(null=True)
    confidence = models.DecimalField(max_digits=4, decimal_places=3, null=True)
    question = models.TextField(blank=True)
    answer = models.TextField(blank=True)
    hidden = SecretJSONField(default=dict)
    result = models.JSONField(default=dict)
    sources = models.JSONField(default=list)
    error = models.CharField(max_length=500, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    finished_at = models.DateTimeField(null=True)
    dismissed_at = models.DateTimeField(null=True)
    sent_message = models.OneToOneField(
        Message, on_delete=models.SET_NULL, null=True, related_name="assistant_draft"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "purpose", "message"],
                name="one_open_call_of_a_kind",
                condition=Q(outcome=Outcome.QUEUED, conversation__isnull=False),
                nulls_distinct=False,
            )
        ]
        indexes = [
            models.Index(fields=["conversation", "-id"], name="assistant_of_conversation"),
            models.Index(fields=["id"], name="assistant_waiting", condition=Q(outcome=Outcome.QUEUED)),
        ]
        triggers = [never_to_a_tombstone()]

    def __str__(self) -> str:
        return f"{self.purpose} {self.outcome}"
