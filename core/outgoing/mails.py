"""Mails of the product: from whom they come, and whether a server takes them."""

from __future__ import annotations

from email.utils import formataddr, parseaddr

from django.conf import settings

from core.company.queries import company

PRINTED = "django.core.mail.backends.console.EmailBackend"


def sender() -> str:
    """Mails come from the company by name."""
    return formataddr((company().name, parseaddr(settings.DEFAULT_FROM_EMAIL)[1]))


def can_mail() -> bool:
    """Whether a mail leaves the house; without EMAIL_URL it is only printed."""
    return bool(settings.EMAIL_BACKEND != PRINTED)
