from __future__ import annotations

from django.db import models

from conversations.accounts.models import ChannelAccount


class TelegramPolling(models.Model):
    """How far the updates of a bot without a webhook were fetched.

    `next_update` is raised by the transaction that stores the updates before it, so that none is lost or doubled.
    """

    account = models.OneToOneField(ChannelAccount, on_delete=models.CASCADE, related_name="+")
    next_update = models.BigIntegerField(default=0)
    asked_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)
    failures = models.PositiveIntegerField(default=0)
