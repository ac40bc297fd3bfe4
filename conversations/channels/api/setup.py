"""Connecting a company's own app: its address, and a secret that is shown once."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from conversations.accounts.models import ChannelAccount
from conversations.accounts.operations import update_account
from conversations.channels.api import signature


@transaction.atomic
def rotate(*, account_id: int, now: datetime) -> str:
    """A new secret, returned this once; the one before stays good for a day."""
    account = ChannelAccount.objects.select_for_update().get(pk=account_id)
    credentials = signature.rotated(account.credentials, now)
    update_account(account_id=account_id, credentials=credentials)
    return str(credentials["secret"])
