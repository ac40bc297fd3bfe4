from django.db import models
from django.utils.translation import gettext_lazy as _


class BulkKind(models.TextChoices):
    ASSIGN = "assign", _("Assign")
    SHARE = "share", _("Share among a team")
    MOVE = "move", _("Move to a stage")
    TAG = "tag", _("Change tags")
    CLOSE = "close", _("Close")
    NEXT_STEP = "next_step", _("Set the next step")


class Outcome(models.TextChoices):
    """What became of one lead; WAITING until its turn has come."""

    WAITING = "", _("Waiting")
    CHANGED = "changed", _("Changed")
    ALREADY = "already", _("Already so")
    REFUSED = "refused", _("Left as it was")


class Reason(models.TextChoices):
    """Why a lead was left as it was."""

    CHANGED_SINCE = "changed_since", _("Somebody changed it meanwhile")
    NO_SIGHT = "no_sight", _("You do not see this lead any more")
    CLOSED = "closed", _("It is closed")
    MISSING = "missing", _("The stage asks for something that is not known")
    FULL = "full", _("The stage is full")
    NOBODY = "nobody", _("Nobody of the team can take it")
    NO_STAGE = "no_stage", _("The stage is gone")
    TOO_MANY_TAGS = "too_many_tags", _("It would have too many tags")
    REFUSED = "refused", _("It was refused")


class Undone(models.TextChoices):
    """What undoing did to one lead that had been changed."""

    NOT = "", _("Not undone")
    UNDONE = "undone", _("Put back")
    CHANGED_SINCE = "changed_since", _("Changed since, so it stays")
    GONE = "gone", _("What it had before is gone, so it stays")
