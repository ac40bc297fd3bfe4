from __future__ import annotations

from django.conf import settings
from django.db import models

from conversations.quotes.enums import MailFault, MailState
from core.ids import uuid7
from crm.quotes.models import QuoteVersion


class QuoteMail(models.Model):
    """A version of a quote by email: one row for an address, whoever asks how often.

    `words` take the place of the usual sentence. `fault`: what the last try met, also while it is tried again.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    version = models.ForeignKey(QuoteVersion, on_delete=models.CASCADE, related_name="mails", db_index=False)
    email = models.CharField(max_length=254)
    words = models.TextField(max_length=2000, blank=True)
    state = models.CharField(max_length=8, choices=MailState, default=MailState.WAITING)
    fault = models.CharField(max_length=10, choices=MailFault, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    asked_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "email"], name="one_mail_of_a_quote_to_an_address")
        ]

    def __str__(self) -> str:
        return f"{self.version_id} to {self.email}"
