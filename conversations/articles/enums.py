from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")


class Outcome(models.TextChoices):
    """What came of an article that somebody was shown."""

    SHOWN = "shown", _("Shown")
    HELPED = "helped", _("Helped")
    NOT_HELPED = "not_helped", _("Did not help")
    HANDED_OVER = "handed_over", _("Handed over")


class Via(models.TextChoices):
    """Where it was shown."""

    CHAT = "chat", _("Chat")
    AWAY = "away", _("Outside hours")
    PAGE = "page", _("Help page")
    PERSON = "person", _("By a colleague")
