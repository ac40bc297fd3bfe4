from django.db import models
from django.utils.translation import gettext_lazy as _


class EnrolmentState(models.TextChoices):
    ACTIVE = "active", _("Under way")
    FINISHED = "finished", _("Every step was taken")
    STOPPED = "stopped", _("Stopped")
    HELD_OUT = "held_out", _("Left alone, to compare")


class Stop(models.TextChoices):
    """Why a sequence ends before its last step (spec 10.1)."""

    REPLY = "reply", _("The customer answered")
    OPT_OUT = "opt_out", _("The customer wants no more messages")
    WON = "won", _("Won")
    LOST = "lost", _("Lost")
    BOOKED = "booked", _("A meeting is booked")
    QUOTE = "quote", _("The quote was decided")
    LEFT = "left", _("It no longer fits the segment")
    TASK = "task", _("It became a task")
    CANCELLED = "cancelled", _("A colleague stopped it")
    OFF = "off", _("The sequence was switched off")


class Went(models.TextChoices):
    MESSAGE = "message", _("Message")
    TASK = "task", _("Task")


class Trigger(models.TextChoices):
    """What a sequence begins after. Each is a moment in a lead's life; the waits count from the last word after it."""

    STALL = "stall", _("The chat asked a question and got no answer")
    NO_SHOW = "no_show", _("The customer did not come to a meeting")
    QUOTE = "quote", _("A quote was sent and is not accepted")
    BOOKING = "booking", _("A booking was begun and not confirmed")
    SILENCE = "silence", _("The customer has been silent")
    HAND = "hand", _("Only when a colleague or a program starts it")


class OnYes(models.TextChoices):
    """Where a yes goes at once."""

    BOOKING = "booking", _("Times for a meeting are offered")
    QUOTE = "quote", _("The quote that was sent comes again")
    PAYMENT = "payment", _("The link to what is to be paid")
    FLOW = "flow", _("The chat goes on where it stopped")
    PERSON = "person", _("A colleague takes over")
