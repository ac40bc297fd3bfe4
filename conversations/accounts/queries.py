"""Accounts as the hot path reads them, and their health as the settings show it (spec 2.7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Q
from django.shortcuts import get_object_or_404

from conversations.accounts.models import ChannelAccount
from conversations.channels import registry
from conversations.deliveries.models import DeliveryStatus, RawDelivery
from crm.memory import Remembered


def _load() -> Mapping[int, ChannelAccount]:
    return ChannelAccount.objects.select_related("team").in_bulk()


remembered = Remembered(_load)
"""Every account by id, a few seconds old at most. Shared between threads: read only."""


def account_by_id(account_id: int) -> ChannelAccount:
    """The account, a few seconds old at most. ChannelAccount.DoesNotExist when there is none."""
    return remembered().get(account_id) or ChannelAccount.objects.get(pk=account_id)


def account_by_token(kind: str, token: str) -> ChannelAccount | None:
    """The switched-on account that this public address belongs to, or None: forged, of another kind, off, or
    unusable."""
    known = next((each for each in remembered().values() if each.token == token), None)
    account = known or ChannelAccount.objects.filter(token=token).first()
    usable = account is not None and account.active and account.kind == kind and kind in registry.kinds()
    return account if usable else None


def chat_account_or_404(token: str) -> ChannelAccount:
    """The web chat behind a public address; Http404 otherwise."""
    return account_by_token("webchat", token) or get_object_or_404(ChannelAccount.objects.none())


@dataclass(frozen=True, slots=True)
class AccountHealth:
    """`queue_since` is the arrival of the oldest delivery that nobody has processed yet."""

    account: ChannelAccount
    pending: int
    parked: int
    queue_since: datetime | None

    @property
    def healthy(self) -> bool:
        return self.account.active and not self.parked and not self.account.last_error


def health() -> list[AccountHealth]:
    """Every account with the state of its deliveries, in two statements."""
    waiting = Q(status=DeliveryStatus.PENDING)
    rows = (
        RawDelivery.objects.filter(status__in=[DeliveryStatus.PENDING, DeliveryStatus.PARKED])
        .values("account_id")
        .annotate(
            pending=Count("id", filter=waiting),
            parked=Count("id", filter=~waiting),
            since=Min("received_at", filter=waiting),
        )
    )
    found: dict[int, dict[str, Any]] = {row["account_id"]: dict(row) for row in rows}
    nothing: dict[str, Any] = {"pending": 0, "parked": 0, "since": None}
    return [
        AccountHealth(account, row["pending"], row["parked"], row["since"])
        for account in ChannelAccount.objects.select_related("team").order_by("name", "id")
        for row in [found.get(account.pk, nothing)]
    ]
