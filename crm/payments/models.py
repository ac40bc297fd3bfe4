from __future__ import annotations

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.ids import public_token, uuid7
from core.secrets.fields import SecretJSONField
from crm.contacts.models import Contact
from crm.contacts.tombstones import never_to_a_tombstone
from crm.orders.models import Order
from crm.pipeline.models import Lead, Pipeline, Stage
from crm.quotes.models import QuoteVersion


class PaymentState(models.TextChoices):
    REQUESTED = "requested", _("Asked for")
    PAID = "paid", _("Paid")
    FAILED = "failed", _("Failed")
    REFUNDED = "refunded", _("Refunded")
    CANCELLED = "cancelled", _("Cancelled")


@pghistory.track(exclude=["secret"])
class PaymentProvider(models.Model):
    """Where customers pay. `url_template` has {amount}, {currency}, {reference}, {purpose} and {return_url}, each filled
    in percent-encoded. `secret` signs what the provider's program tells us about a payment; it is kept encrypted.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=100, unique=True)
    url_template = models.CharField(_("address"), max_length=1000)
    secret = SecretJSONField(default=dict)
    is_default = models.BooleanField(_("used unless another is chosen"), default=False)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], name="one_default_provider", condition=Q(is_default=True)
            )
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track(exclude=["token"])
class PaymentRequest(models.Model):
    """An amount that a customer was asked for (spec 8.6). `reference` is what the provider's program names it by;
    `external_id` what the provider calls the payment. `token` opens our own page, which leads on to the provider.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    token = models.CharField(max_length=40, unique=True, default=public_token, editable=False)
    reference = models.CharField(_("reference"), max_length=40, unique=True)
    contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, related_name="payment_requests", db_index=False
    )
    lead = models.ForeignKey(
        Lead, on_delete=models.SET_NULL, null=True, blank=True, related_name="payment_requests"
    )
    quote = models.ForeignKey(
        QuoteVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="payment_requests"
    )
    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, null=True, blank=True, related_name="payment_requests"
    )
    provider = models.ForeignKey(
        PaymentProvider, on_delete=models.PROTECT, null=True, blank=True, related_name="requests"
    )
    amount = models.DecimalField(_("amount"), max_digits=20, decimal_places=4)
    currency = models.CharField(_("currency"), max_length=3, default="AMD")
    purpose = models.CharField(_("for what"), max_length=300)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=PaymentState, default=PaymentState.REQUESTED)
    external_id = models.CharField(max_length=120, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    paid_at = models.DateTimeField(_("paid"), null=True, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    request_key = models.CharField(max_length=80, null=True, blank=True, unique=True)
    revision = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["contact", "-id"], name="payment_of_contact"),
            models.Index(fields=["state", "-id"], name="payment_of_state"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_is_positive"),
            models.CheckConstraint(
                condition=~Q(state__in=["paid", "refunded"]) | Q(paid_at__isnull=False),
                name="paid_has_a_time",
            ),
        ]
        triggers = [never_to_a_tombstone()]

    def __str__(self) -> str:
        return self.reference


@pghistory.track()
class PaymentSettings(models.Model):
    """What happens by itself around payments; one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    thank = models.BooleanField(_("thank the customer when the money has come"), default=True)
    remind = models.BooleanField(_("remind once, the day after the last day"), default=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_row_of_payment_settings")]

    def __str__(self) -> str:
        return "Payments"


@pghistory.track()
class PaidStage(models.Model):
    """Where a lead of the pipeline goes once its customer has paid; no row, nowhere."""

    pipeline = models.OneToOneField(Pipeline, on_delete=models.CASCADE, related_name="paid_stage")
    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"{self.pipeline_id}: {self.stage_id}"


class PaymentMessage(models.Model):
    """A signed message of a provider's program, and what became of it. The same `message_id` again is answered the same.

    `problem` is empty where the message was taken; else why not, for colleagues. `payment` is what it was about.
    """

    provider = models.ForeignKey(
        PaymentProvider, on_delete=models.CASCADE, related_name="messages", db_index=False
    )
    message_id = models.CharField(max_length=200)
    payment = models.ForeignKey(PaymentRequest, on_delete=models.SET_NULL, null=True, related_name="messages")
    state = models.CharField(max_length=20, blank=True)
    status = models.PositiveSmallIntegerField(default=200)
    problem = models.CharField(max_length=300, blank=True)
    arrived_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "message_id"], name="payment_message_once")
        ]
        indexes = [models.Index(fields=["provider", "-id"], name="payment_message_newest")]

    def __str__(self) -> str:
        return self.message_id
