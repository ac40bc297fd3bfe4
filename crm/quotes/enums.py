"""States of quotes. Expired is none of them: it is computed from the date, so that it never overwrites an outcome."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class QuoteState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SENT = "sent", _("Sent")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    SUPERSEDED = "superseded", _("Replaced")


EXPIRED = "expired"
"""How a quote is called that was sent and whose last day has passed."""


class QuoteRounding(models.TextChoices):
    GROUP = "group", _("Tax of each rate rounded once")
    LINE = "line", _("Tax rounded line by line")


class DeclineReason(models.TextChoices):
    PRICE = "price", _("Too expensive")
    TIMING = "timing", _("Not now")
    COMPETITOR = "competitor", _("Chose somebody else")
    SCOPE = "scope", _("Not what was needed")
    OTHER = "other", _("Another reason")
