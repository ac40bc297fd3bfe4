from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Category(models.TextChoices):
    SALES = "sales", _("Sales")
    MEETINGS = "meetings", _("Meetings")
    ORDERS = "orders", _("Orders")
    SUPPORT = "support", _("Help")
    TALK = "talk", _("Small talk")


class Handoff(models.TextChoices):
    WHEN_ASKED = "when_asked", _("When the customer asks for a person")
    AT_ONCE = "at_once", _("At once")


class UnclearState(models.TextChoices):
    WAITING = "waiting", _("To be looked at")
    TAUGHT = "taught", _("Taught")
    DISMISSED = "dismissed", _("Dismissed")
