"""How a quote by email stands, and what may stop it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class MailState(models.TextChoices):
    WAITING = "waiting", _("On its way")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Not sent")


class MailFault(models.TextChoices):
    """What the mail server said, in words that tell what to do."""

    UNREACHED = "unreached", _("The mail server could not be reached.")
    SIGN_IN = "sign_in", _("The mail server refused our sign-in. An admin has to check EMAIL_URL.")
    SENDER = "sender", _("The mail server takes no mails from our address. An admin has to check FROM_EMAIL.")
    ADDRESS = "address", _("The mail server does not know this address. Correct it on the contact.")
    REFUSED = "refused", _("The mail server refused the mail.")
    CONSENT = "consent", _("The customer asked not to be written to.")
    OVER = "over", _("The quote was answered or replaced before the mail left.")
