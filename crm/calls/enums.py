from django.db import models
from django.utils.translation import gettext_lazy as _


class CallDirection(models.TextChoices):
    OUT = "out", _("We called")
    IN = "in", _("They called")


class CallOutcome(models.TextChoices):
    """How a call ended (spec 7.7)."""

    REACHED = "reached", _("Reached")
    NO_ANSWER = "no_answer", _("No answer")
    BUSY = "busy", _("Busy")
    WRONG_NUMBER = "wrong_number", _("Wrong number")
    LEFT_MESSAGE = "left_message", _("Left a message")


UNREACHED = frozenset({CallOutcome.NO_ANSWER, CallOutcome.BUSY, CallOutcome.LEFT_MESSAGE})
"""Outcomes after which somebody has to call again."""
