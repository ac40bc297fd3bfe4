from __future__ import annotations

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.ids import uuid7


class Unit(models.TextChoices):
    PIECE = "piece", _("piece")
    SET = "set", _("set")
    HOUR = "hour", _("hour")
    DAY = "day", _("day")
    MONTH = "month", _("month")
    METRE = "metre", _("metre")
    SQUARE_METRE = "square_metre", _("square metre")
    KILOGRAM = "kilogram", _("kilogram")
    LUMP_SUM = "lump_sum", _("lump sum")


class ProductKind(models.TextChoices):
    GOODS = "goods", _("Product")
    SERVICE = "service", _("Service")
    PACKAGE = "package", _("Package")


@pghistory.track()
class Tax(models.Model):
    """A rate in percent with three decimals. Quotes keep the percent that they had; one that stands on quotes is replaced
    by a new one, and both may have the same name as long as only one is active.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=60)
    percent = models.DecimalField(_("percent"), max_digits=6, decimal_places=3)
    is_default = models.BooleanField(_("on new products"), default=False)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        ordering = ["percent", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(percent__gte=0, percent__lte=100), name="tax_is_percent"),
            models.UniqueConstraint(
                fields=["name"], name="one_active_tax_of_a_name", condition=Q(active=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.percent.normalize():f} %"


@pghistory.track()
class Product(models.Model):
    """Something that is sold (spec 8.1).

    `title` and `description`: text per language; `name` is for colleagues. `unit_price` is in `currency`; another
    currency needs an ExchangeRate. `rules`: the document that `crm.catalogue.prices` reads: how the facts of a lead
    become a quantity, options, tiers, surcharges and a minimum. `cost`: for the margin, never shown to customers.
    `goals`: what customers want when they mean it. `complex`: the price of rules is a guess, a specialist makes the quote.
    `revision` counts the saves.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    code = models.CharField(_("code"), max_length=60, unique=True)
    kind = models.CharField(_("type"), max_length=7, choices=ProductKind, default=ProductKind.GOODS)
    name = models.CharField(_("name"), max_length=200)
    title = models.JSONField(_("title for customers"), default=dict, blank=True)
    description = models.JSONField(_("description"), default=dict, blank=True)
    unit = models.CharField(_("unit"), max_length=12, choices=Unit, default=Unit.PIECE)
    unit_price = models.DecimalField(_("price of a unit"), max_digits=20, decimal_places=6)
    cost = models.DecimalField(_("cost of a unit"), max_digits=20, decimal_places=6, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="AMD")
    rules = models.JSONField(_("price rules"), default=dict, blank=True)
    taxes = models.ManyToManyField(Tax, blank=True, related_name="products", verbose_name=_("taxes"))
    complex = models.BooleanField(_("quoted by a specialist"), default=False)
    goals = ArrayField(models.CharField(max_length=40), default=list, blank=True, verbose_name=_("goals"))
    picture = models.FileField(_("picture"), upload_to="products/%Y/%m", max_length=200, blank=True)
    active_from = models.DateField(_("sold from"), null=True, blank=True)
    active_until = models.DateField(_("sold until"), null=True, blank=True)
    active = models.BooleanField(_("active"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    revision = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(unit_price__gte=0), name="product_price_not_negative"),
            models.CheckConstraint(
                condition=Q(cost__isnull=True) | Q(cost__gte=0), name="product_cost_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(active_from__isnull=True)
                | Q(active_until__isnull=True)
                | Q(active_until__gte=models.F("active_from")),
                name="product_dates_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class ExchangeRate(models.Model):
    """One unit of `base` costs `rate` units of `quote` from `since` on, as somebody or a program entered it.

    Nothing is converted without a rate, and never without saying so.
    """

    base = models.CharField(_("currency"), max_length=3)
    quote = models.CharField(_("in"), max_length=3)
    rate = models.DecimalField(_("rate"), max_digits=20, decimal_places=8)
    since = models.DateField(_("from"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["base", "quote", "since"], name="one_rate_a_day"),
            models.CheckConstraint(condition=Q(rate__gt=0), name="rate_is_positive"),
            models.CheckConstraint(condition=~Q(base=models.F("quote")), name="rate_of_two_currencies"),
        ]

    def __str__(self) -> str:
        return f"1 {self.base} = {self.rate.normalize():f} {self.quote}"
