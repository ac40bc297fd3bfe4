from __future__ import annotations

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.ids import uuid7
from crm.catalogue.models import Product
from crm.contacts.models import Contact
from crm.contacts.tombstones import never_to_a_tombstone
from crm.pipeline.models import Lead
from crm.quotes.models import QuoteVersion


class OrderStatus(models.TextChoices):
    NEW = "new", _("Received")
    CONFIRMED = "confirmed", _("Confirmed")
    IN_WORK = "in_work", _("In production")
    READY = "ready", _("Ready")
    SHIPPED = "shipped", _("On its way")
    DELIVERED = "delivered", _("Delivered")
    RETURNED = "returned", _("Returned")
    CANCELLED = "cancelled", _("Cancelled")


@pghistory.track()
class Order(models.Model):
    """A purchase (spec 8.5), pushed by a shop's program, imported, or made of an accepted quote.

    `number` is the shop's own and is how the API finds it again; `number_key` is it in the form in which customers'
    spellings are compared. `phone` (E.164) and `email` (lower case) are those of the purchase, which must match when a
    customer asks without being known. `reason`: why it was cancelled or is late. `contact_given`: somebody said whose it
    is; otherwise the contact is only the one who named the same phone or email, which anybody may have typed in a chat.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    number = models.CharField(_("number"), max_length=60, unique=True)
    number_key = models.CharField(max_length=60, db_index=True, editable=False)
    contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, null=True, blank=True, related_name="orders", db_index=False
    )
    contact_given = models.BooleanField(default=False, editable=False)
    lead = models.ForeignKey(Lead, on_delete=models.SET_NULL, null=True, blank=True, related_name="orders")
    quote = models.OneToOneField(
        QuoteVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="order"
    )
    status = models.CharField(_("status"), max_length=10, choices=OrderStatus, default=OrderStatus.NEW)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    expected_on = models.DateField(_("expected on"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="AMD")
    total = models.DecimalField(_("total"), max_digits=20, decimal_places=4, null=True, blank=True)
    phone = models.CharField(_("phone of the purchase"), max_length=20, blank=True)
    email = models.EmailField(_("email of the purchase"), blank=True)
    source = models.CharField(_("source"), max_length=40, blank=True)
    ordered_at = models.DateTimeField(_("ordered"), db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())
    revision = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["contact", "-ordered_at", "-id"], name="order_of_contact"),
            models.Index(fields=["-ordered_at", "-id"], name="order_newest"),
            models.Index(fields=["status", "-id"], name="order_of_status"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(total__isnull=True) | Q(total__gte=0), name="order_total_not_negative"
            )
        ]
        triggers = [never_to_a_tombstone()]

    def __str__(self) -> str:
        return self.number


@pghistory.track()
class OrderItem(models.Model):
    """`missing`: it cannot be delivered with the rest."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="items", db_index=False)
    position = models.PositiveSmallIntegerField(default=0)
    product = models.ForeignKey(Product, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    code = models.CharField(_("code"), max_length=60, blank=True)
    title = models.CharField(_("title"), max_length=300)
    quantity = models.DecimalField(_("quantity"), max_digits=18, decimal_places=6, default=1)
    unit_price = models.DecimalField(_("price"), max_digits=20, decimal_places=6, null=True, blank=True)
    missing = models.BooleanField(_("missing"), default=False)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="one_item_at_a_position"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="item_quantity_is_positive"),
        ]

    def __str__(self) -> str:
        return self.title


class NoticeKind(models.TextChoices):
    DELAY = "delay", _("Comes later")
    MISSING = "missing", _("Something is missing")


class NoticeAnswer(models.TextChoices):
    KEEP = "keep", _("Waits for it")
    REPLACE = "replace", _("Wants something else")
    REFUND = "refund", _("Wants the money back")


class OrderNotice(models.Model):
    """What a customer was told about a delay or a missing item, and what they answered (spec 8.5)."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=7, choices=NoticeKind)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    expected_on = models.DateField(_("new date"), null=True, blank=True)
    items = models.JSONField(default=list, blank=True)
    answer = models.CharField(_("answer"), max_length=7, choices=NoticeAnswer, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    message_id = models.UUIDField(null=True, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order", "kind"], name="one_open_notice_of_a_kind", condition=Q(answer="")
            )
        ]

    def __str__(self) -> str:
        return f"{self.order_id}: {self.kind}"
