from __future__ import annotations

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.ids import public_token, uuid7
from core.languages import Language
from crm.catalogue.models import Product, Unit
from crm.contacts.models import Contact
from crm.contacts.tombstones import never_to_a_tombstone
from crm.pipeline.models import Lead
from crm.quotes.enums import DeclineReason, QuoteRounding, QuoteState

WHAT_CUSTOMERS_SEE_STAYS = """
    IF OLD.state <> 'draft' AND (
        NEW.quote_id, NEW.version, NEW.language, NEW.currency, NEW.valid_until, NEW.terms, NEW.intro, NEW.next_step,
        NEW.discount_percent, NEW.rounding, NEW.prices_include_tax, NEW.net, NEW.discount, NEW.tax, NEW.total,
        NEW.payable_difference, NEW.taxes, NEW.sent_at
    ) IS DISTINCT FROM (
        OLD.quote_id, OLD.version, OLD.language, OLD.currency, OLD.valid_until, OLD.terms, OLD.intro, OLD.next_step,
        OLD.discount_percent, OLD.rounding, OLD.prices_include_tax, OLD.net, OLD.discount, OLD.tax, OLD.total,
        OLD.payable_difference, OLD.taxes, OLD.sent_at
    ) THEN
        RAISE EXCEPTION 'a version of a quote that was sent cannot be changed'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""


@pghistory.track()
class QuoteSettings(models.Model):
    """How the company quotes; one row. Documents keep what held when they were made.

    `discount_limits`: role to the percent that it may give without approval, over lines and document together.
    `payable_step`: the total is paid in whole steps of it (0.05 in Switzerland), as a row of its own; empty for none.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    rounding = models.CharField(
        _("rounding"), max_length=5, choices=QuoteRounding, default=QuoteRounding.GROUP
    )
    prices_include_tax = models.BooleanField(_("prices include tax"), default=False)
    valid_days = models.PositiveSmallIntegerField(_("valid for, days"), default=14)
    terms = models.JSONField(_("terms"), default=dict, blank=True)
    next_step = models.JSONField(_("next step"), default=dict, blank=True)
    discount_limits = models.JSONField(_("discount without approval, %"), default=dict, blank=True)
    payable_step = models.DecimalField(
        _("paid in steps of"), max_digits=10, decimal_places=4, null=True, blank=True
    )
    logo = models.FileField(_("logo"), upload_to="company", max_length=200, blank=True)
    address = models.TextField(_("address and bank details"), max_length=1000, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="one_row_of_quote_settings"),
            models.CheckConstraint(
                condition=Q(payable_step__isnull=True) | Q(payable_step__gt=0),
                name="payable_step_is_positive",
            ),
        ]

    def __str__(self) -> str:
        return "Quotes"


class QuoteYear(models.Model):
    """The last number given in a year of the company's zone. Numbers may have gaps, never twins."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"


@pghistory.track()
class Quote(models.Model):
    """An offer to one contact through all its versions (spec 8.2).

    `number` is given when a version is first sent; `requested_at`: when the customer asked for a price, where known.
    `state`, `sent_at`, `viewed_at`, `valid_until`, `total`, `currency`, `off` and `decline_reason` are those of the version
    in force (sent or accepted), without one of the newest, kept here for lists; `latest` is the number of the newest
    version. `first_sent_at`: when its first version was sent, whatever came after.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    number = models.CharField(_("number"), max_length=20, null=True, blank=True, unique=True)
    title = models.CharField(_("title"), max_length=200)
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="quotes", db_index=False)
    lead = models.ForeignKey(Lead, on_delete=models.SET_NULL, null=True, blank=True, related_name="quotes")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="quotes",
        db_index=False,
        verbose_name=_("owner"),
    )
    state = models.CharField(_("state"), max_length=10, choices=QuoteState, default=QuoteState.DRAFT)
    currency = models.CharField(_("currency"), max_length=3, default="AMD")
    total = models.DecimalField(_("total"), max_digits=20, decimal_places=4, default=0)
    off = models.DecimalField(_("discount given, %"), max_digits=6, decimal_places=3, default=0)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    first_sent_at = models.DateTimeField(_("first sent"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    viewed_at = models.DateTimeField(_("seen"), null=True, blank=True)
    closed_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decline_reason = models.CharField(_("reason"), max_length=10, choices=DeclineReason, blank=True)
    requested_at = models.DateTimeField(_("asked for"), null=True, blank=True)
    latest = models.PositiveSmallIntegerField(default=1)
    request_key = models.CharField(max_length=80, null=True, blank=True, unique=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["-id", "state"], name="quote_newest"),
            models.Index(fields=["state", "-id"], name="quote_of_state"),
            models.Index(fields=["owner", "-id"], name="quote_of_owner"),
            models.Index(fields=["contact", "-id"], name="quote_of_contact"),
            models.Index(fields=["valid_until"], name="quote_open_until", condition=Q(state="sent")),
            models.Index(
                fields=["first_sent_at", "id"],
                name="quote_first_sent",
                condition=Q(first_sent_at__isnull=False),
            ),
            models.Index(fields=["currency", "-id"], name="quote_of_currency"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="draft") | Q(number__isnull=False), name="sent_quote_has_number"
            ),
        ]
        triggers = [never_to_a_tombstone()]

    def __str__(self) -> str:
        return self.number or self.title


@pghistory.track(exclude=["token", "views", "viewed_at", "last_viewed_at"])
class QuoteVersion(models.Model):
    """What the customer gets to see, and can say yes to. Once sent it never changes; an edit makes the next one.

    Amounts are what `crm.pricing.quote_totals` said for the lines that are in (not the options left open); screens, PDF
    and page read them and never calculate anew. `taxes`: [[percent, base, amount]] as texts. `token` opens the
    customer's page (128 random bits). `off`: percent that lines and document take off the list prices together.
    `revision` counts the saves of a draft. `needs_approval` with `approved_by`: a
    discount above what the author may give. `pdf_sha256` is of the file that was sent.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    quote = models.ForeignKey(Quote, on_delete=models.CASCADE, related_name="versions", db_index=False)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    token = models.CharField(max_length=40, unique=True, default=public_token, editable=False)
    state = models.CharField(_("state"), max_length=10, choices=QuoteState, default=QuoteState.DRAFT)
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.ENGLISH)
    currency = models.CharField(_("currency"), max_length=3, default="AMD")
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    intro = models.TextField(_("introduction"), max_length=4000, blank=True)
    terms = models.TextField(_("terms"), max_length=20000, blank=True)
    next_step = models.CharField(_("next step"), max_length=500, blank=True)
    note = models.TextField(_("note for colleagues"), max_length=4000, blank=True)
    rounding = models.CharField(
        _("rounding"), max_length=5, choices=QuoteRounding, default=QuoteRounding.GROUP
    )
    prices_include_tax = models.BooleanField(_("prices include tax"), default=False)
    discount_percent = models.DecimalField(_("discount, %"), max_digits=6, decimal_places=3, default=0)
    off = models.DecimalField(_("discount given, %"), max_digits=6, decimal_places=3, default=0)
    net = models.DecimalField(_("net"), max_digits=20, decimal_places=4, default=0)
    discount = models.DecimalField(_("discount"), max_digits=20, decimal_places=4, default=0)
    tax = models.DecimalField(_("tax"), max_digits=20, decimal_places=4, default=0)
    total = models.DecimalField(_("total"), max_digits=20, decimal_places=4, default=0)
    taxes = models.JSONField(default=list, blank=True)
    payable_difference = models.DecimalField(_("rounding to pay"), max_digits=20, decimal_places=4, default=0)
    needs_approval = models.BooleanField(default=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    viewed_at = models.DateTimeField(_("first seen"), null=True, blank=True)
    last_viewed_at = models.DateTimeField(null=True, blank=True)
    views = models.PositiveIntegerField(default=0)
    closed_at = models.DateTimeField(null=True, blank=True)
    decline_reason = models.CharField(_("reason"), max_length=10, choices=DeclineReason, blank=True)
    decline_words = models.CharField(_("in their words"), max_length=1000, blank=True)
    pdf = models.FileField(upload_to="quotes/%Y/%m", max_length=200, blank=True)
    pdf_sha256 = models.CharField(max_length=64, blank=True)
    revision = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["quote", "version"], name="one_version_of_a_number"),
            models.UniqueConstraint(
                fields=["quote"], name="one_draft_of_a_quote", condition=Q(state="draft")
            ),
            models.UniqueConstraint(
                fields=["quote"], name="one_version_in_force", condition=Q(state__in=["sent", "accepted"])
            ),
            models.CheckConstraint(
                condition=Q(discount_percent__gte=0, discount_percent__lte=100),
                name="quote_discount_is_percent",
            ),
            models.CheckConstraint(
                condition=Q(total=models.F("net") + models.F("tax")), name="quote_total_is_net_and_tax"
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(sent_at__isnull=False, valid_until__isnull=False),
                name="sent_version_has_dates",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="what_was_sent_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=WHAT_CUSTOMERS_SEE_STAYS,
            )
        ]

    def __str__(self) -> str:
        return f"{self.quote_id} v{self.version}"


class QuoteLine(models.Model):
    """A line as it is printed. `optional`: the customer may tick it; `chosen`: it counts in the totals of the version.

    `net` is the printed net after both discounts, as `quote_totals` gave it; of an option that is left open, what it
    would cost. `taxes`: percents. The product may be changed or gone: the line keeps its own words and numbers.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    version = models.ForeignKey(QuoteVersion, on_delete=models.CASCADE, related_name="lines", db_index=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    product = models.ForeignKey(
        Product, on_delete=models.SET_NULL, null=True, blank=True, related_name="quote_lines"
    )
    title = models.CharField(_("title"), max_length=300)
    description = models.TextField(_("description"), max_length=4000, blank=True)
    unit = models.CharField(_("unit"), max_length=12, choices=Unit, default=Unit.PIECE)
    quantity = models.DecimalField(_("quantity"), max_digits=18, decimal_places=6, default=1)
    unit_price = models.DecimalField(_("price"), max_digits=20, decimal_places=6)
    cost = models.DecimalField(_("cost"), max_digits=20, decimal_places=6, null=True, blank=True)
    discount_percent = models.DecimalField(_("discount, %"), max_digits=6, decimal_places=3, default=0)
    taxes = ArrayField(models.DecimalField(max_digits=6, decimal_places=3), default=list, blank=True)
    optional = models.BooleanField(_("the customer may choose it"), default=False)
    chosen = models.BooleanField(_("counted"), default=True)
    net = models.DecimalField(_("net"), max_digits=20, decimal_places=4, default=0)
    explained = models.JSONField(_("how the price came about"), default=list, blank=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["version", "position"], name="one_line_at_a_position"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="line_quantity_is_positive"),
            models.CheckConstraint(
                condition=Q(discount_percent__gte=0, discount_percent__lte=100),
                name="line_discount_is_percent",
            ),
            models.CheckConstraint(
                condition=Q(optional=True) | Q(chosen=True), name="only_options_are_left_out"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="lines_of_what_was_sent_stay",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                declare=[("was", "TEXT")],
                func="""
                    SELECT state INTO was FROM crm_quoteversion
                    WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.version_id ELSE NEW.version_id END;
                    IF was IS NOT NULL AND was <> 'draft' AND NOT (
                        TG_OP = 'UPDATE' AND NEW.product_id IS NULL
                        AND (NEW.title, NEW.quantity, NEW.unit_price, NEW.net)
                            = (OLD.title, OLD.quantity, OLD.unit_price, OLD.net)
                    ) THEN
                        RAISE EXCEPTION 'lines of a version of a quote that was sent cannot be changed'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return self.title


class QuoteFile(models.Model):
    """A file that goes with a version, and is frozen with it. Rows of several versions may share one stored file."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    version = models.ForeignKey(QuoteVersion, on_delete=models.CASCADE, related_name="files", db_index=False)
    position = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(_("name"), max_length=200)
    mime = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    file = models.FileField(upload_to="quotes/files/%Y/%m", max_length=200, db_index=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["version", "sha256"], name="one_file_once_in_a_version")
        ]
        triggers = [
            pgtrigger.Trigger(
                name="files_of_what_was_sent_stay",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                declare=[("was", "TEXT")],
                func="""
                    SELECT state INTO was FROM crm_quoteversion
                    WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.version_id ELSE NEW.version_id END;
                    IF was IS NOT NULL AND was <> 'draft' THEN
                        RAISE EXCEPTION 'files of a version of a quote that was sent cannot be changed'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return self.name


class QuoteAcceptance(models.Model):
    """Who said yes to exactly what. Rows are only ever added.

    `chosen`: public ids of the options that were ticked; the amounts are with them. `consent` is the text that stood
    above the button. `user`: the colleague who noted a yes that came another way (also after the date).
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    version = models.OneToOneField(QuoteVersion, on_delete=models.PROTECT, related_name="acceptance")
    name = models.CharField(_("name"), max_length=200)
    email = models.EmailField(_("email"), blank=True)
    ip = models.GenericIPAddressField(null=True, blank=True)
    agent = models.CharField(max_length=500, blank=True)
    consent = models.TextField(max_length=20000, blank=True)
    pdf_sha256 = models.CharField(max_length=64, blank=True)
    chosen = models.JSONField(default=list, blank=True)
    net = models.DecimalField(max_digits=20, decimal_places=4)
    tax = models.DecimalField(max_digits=20, decimal_places=4)
    total = models.DecimalField(max_digits=20, decimal_places=4)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    accepted_at = models.DateTimeField()

    class Meta:
        triggers = [
            pgtrigger.Protect(
                name="acceptances_are_only_added", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.accepted_at:%Y-%m-%d}"


@pghistory.track()
class QuoteTemplate(models.Model):
    """A prepared quote in one currency; texts by language, where they are empty those of the settings.

    `lines`: [{"product": code or null, "title", "quantity", "unit_price", "optional", ..., "own": [...]}], numbers as
    texts. What of a product's line is not among its `own` parts follows the catalogue.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=100, unique=True)
    currency = models.CharField(_("currency"), max_length=3, default="AMD")
    lines = models.JSONField(default=list, blank=True)
    intro = models.JSONField(_("introduction"), default=dict, blank=True)
    terms = models.JSONField(_("terms"), default=dict, blank=True)
    valid_days = models.PositiveSmallIntegerField(_("valid for, days"), null=True, blank=True)
    active = models.BooleanField(_("active"), default=True)
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
