from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Count, QuerySet
from django.urls import reverse

from conversations.accounts.models import ChannelAccount
from conversations.accounts.queries import AccountHealth, health
from conversations.deliveries.models import RawDelivery
from conversations.deliveries.queries import parked
from conversations.outbox.models import OutboxItem, OutboxStatus

SHOWN = 20
RECENT = timedelta(days=14)


class State(StrEnum):
    """How an account fares, the worst first."""

    OFF = "off"
    TROUBLE = "trouble"
    QUIET = "quiet"
    WORKS = "works"


class Reach(StrEnum):
    """From where the installation's address can be opened."""

    MACHINE = "machine"
    NETWORK = "network"
    PLAIN = "plain"
    PUBLIC = "public"


@dataclass(frozen=True)
class ChannelLine:
    """`failed` counts messages of the last two weeks that could not be delivered."""

    health: AccountHealth
    failed: int

    @property
    def account(self) -> ChannelAccount:
        return self.health.account

    @property
    def state(self) -> State:
        if not self.account.active:
            return State.OFF
        if not self.health.healthy or self.failed:
            return State.TROUBLE
        return State.WORKS if self.account.last_event_at else State.QUIET


def channel_lines(now: datetime) -> list[ChannelLine]:
    """Every account with its health; three queries."""
    rows = _failed(now).order_by().values("account_id").annotate(count=Count("pk"))
    failed = {row["account_id"]: row["count"] for row in rows}
    return [ChannelLine(each, failed.get(each.account.pk, 0)) for each in health()]


def channel_line(account: ChannelAccount, now: datetime) -> ChannelLine:
    return next(line for line in channel_lines(now) if line.account.pk == account.pk)


def parked_deliveries(account: ChannelAccount) -> list[RawDelivery]:
    """The newest that were given up."""
    return list(parked(account.pk)[:SHOWN])


def failed_messages(account: ChannelAccount, now: datetime) -> list[OutboxItem]:
    """The newest messages that could not be delivered, with whom they were for."""
    rows = _failed(now).filter(account=account).select_related("message__conversation__contact")
    return list(rows.order_by("-pk")[:SHOWN])


def _failed(now: datetime) -> QuerySet[OutboxItem]:
    return OutboxItem.objects.filter(status=OutboxStatus.FAILED, finished_at__gte=now - RECENT)


def chat_url(account: ChannelAccount) -> str:
    return f"{settings.BASE_URL}{reverse('conversations:chat_page', args=[account.token])}"


def snippet(account: ChannelAccount) -> str:
    """The line for the company's site."""
    source = f"{settings.BASE_URL}{settings.STATIC_URL}webchat/widget.js"
    return f'<script src="{source}" data-account="{account.token}" async></script>'


def reach() -> Reach:
    """Whether others can open our address (spec 2.7), as far as the address itself tells."""
    parts = urlsplit(settings.BASE_URL)
    host = parts.hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return Reach.MACHINE
    try:
        address = ip_address(host)
    except ValueError:
        inside = "." not in host or host.endswith((".local", ".internal", ".lan"))
    else:
        if address.is_loopback:
            return Reach.MACHINE
        inside = address.is_private
    if inside:
        return Reach.NETWORK
    return Reach.PUBLIC if parts.scheme == "https" else Reach.PLAIN
