from django.db import models
from django.utils.translation import gettext_lazy as _


class LeadSource(models.TextChoices):
    """Where a lead came from (spec 7.7). A channel's kind is its source; the campaign stands beside it."""

    WEBCHAT = "webchat", _("Web chat")
    WHATSAPP = "whatsapp", "WhatsApp"
    MESSENGER = "messenger", "Messenger"
    INSTAGRAM = "instagram", "Instagram"
    TELEGRAM = "telegram", "Telegram"
    X = "x", "X"
    WECHAT = "wechat", "WeChat"
    VIBER = "viber", "Viber"
    EMAIL = "email", _("Email")
    PHONE = "phone", _("Phone")
    FORM = "form", _("Form on a site")
    BOOKING = "booking", _("Booking page")
    ADS = "ads", _("Lead ads")
    REFERRAL = "referral", _("Recommendation")
    MANUAL = "manual", _("Entered by a colleague")
    IMPORT = "import", _("Import")
    API = "api", _("API")


class NextStepHealth(models.TextChoices):
    OVERDUE = "overdue", _("Overdue")
    TODAY = "today", _("Today")
    LATER = "later", _("Later")
    NONE = "none", _("No next step")
