from __future__ import annotations

import pghistory
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.access.models import Team
from core.calendars.models import BusinessCalendar
from core.history.tables import indexes
from core.ids import public_token, uuid7
from core.secrets.fields import SecretJSONField
from crm.contacts.models import Contact
from crm.contacts.tombstones import never_to_a_tombstone


class Channel(models.TextChoices):
    """Kinds of channel (architecture 4). A kind can be used once its adapter is registered."""

    WHATSAPP = "whatsapp", "WhatsApp"
    MESSENGER = "messenger", "Messenger"
    INSTAGRAM = "instagram", "Instagram"
    TELEGRAM = "telegram", "Telegram"
    X = "x", "X"
    WECHAT = "wechat", "WeChat"
    VIBER = "viber", "Viber"
    EMAIL = "email", _("Email")
    WEBCHAT = "webchat", _("Web chat")
    API = "api", "API"


class AccountPurpose(models.TextChoices):
    SALES = "sales", _("Sales")
    SUPPORT = "support", _("Support")


HEALTH = (
    "last_event_at",
    "last_error",
    "last_error_at",
    "malformed_count",
    "refused_count",
)


@pghistory.track(exclude=["credentials", *HEALTH])
class ChannelAccount(models.Model):
    """One connection to a channel: a bot, a page, a number, a widget. `token` names it in public addresses."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    kind = models.CharField(_("channel"), max_length=10, choices=Channel)
    name = models.CharField(_("name"), max_length=100)
    token = models.CharField(max_length=40, unique=True, default=public_token, editable=False)
    purpose = models.CharField(
        _("purpose"), max_length=10, choices=AccountPurpose, default=AccountPurpose.SALES
    )
    team = models.ForeignKey(
        Team,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="accounts",
        verbose_name=_("team"),
    )
    calendar = models.ForeignKey(
        BusinessCalendar,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("hours"),
    )
    flow_key = models.SlugField(_("flow"), max_length=60, blank=True)
    credentials = SecretJSONField()
    settings = models.JSONField(default=dict, blank=True)
    active = models.BooleanField(_("active"), default=True)
    last_event_at = models.DateTimeField(null=True, editable=False)
    last_error = models.TextField(blank=True, editable=False)
    last_error_at = models.DateTimeField(null=True, editable=False)
    malformed_count = models.PositiveIntegerField(default=0, editable=False)
    refused_count = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return self.name


@pghistory.track(meta=indexes("identity", part_of="contact"))
class ChannelIdentity(models.Model):
    """A contact as one account knows it (spec 1.2). One row per sender, whatever arrives at once."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    account = models.ForeignKey(
        ChannelAccount, on_delete=models.PROTECT, related_name="identities", db_index=False
    )
    external_id = models.CharField(max_length=200)
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="identities")
    display_name = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "external_id"], name="one_identity_per_sender")
        ]
        triggers = [never_to_a_tombstone()]
