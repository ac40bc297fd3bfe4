from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ChangeKind(models.TextChoices):
    INSERT = "insert", _("Created")
    UPDATE = "update", _("Changed")
    DELETE = "delete", _("Deleted")


class Area(models.TextChoices):
    """What a history belongs to: what admins set up, or the daily work."""

    SETTINGS = "settings", _("Settings")
    WORK = "work", _("Daily work")


class Origin(models.TextChoices):
    """From where a change came."""

    SCREEN = "screen", pgettext_lazy("where a change was made", "in Parley")
    API = "api", pgettext_lazy("where a change was made", "by a program")
    JOB = "job", pgettext_lazy("where a change was made", "in bulk")
    CUSTOMER = "customer", pgettext_lazy("where a change was made", "by the customer")
    AUTOMATIC = "automatic", pgettext_lazy("where a change was made", "by itself")
