"""Connecting channels and keeping count of what goes wrong on them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from conversations.accounts.models import AccountPurpose, ChannelAccount
from conversations.accounts.queries import remembered
from conversations.channels import registry
from core.access.models import Team

CHANGEABLE = frozenset(
    {"name", "purpose", "team", "calendar", "flow_key", "settings", "active", "credentials"}
)
SEEN_EVERY = timedelta(seconds=30)


@transaction.atomic
def create_account(
    *,
    kind: str,
    name: str,
    purpose: str = AccountPurpose.SALES,
    team: Team | None = None,
    flow_key: str = "",
    credentials: Mapping[str, Any] | None = None,
    settings: Mapping[str, Any] | None = None,
) -> ChannelAccount:
    """Connect a channel.

    UnknownChannelError when no adapter speaks `kind`. A web chat gets its own session secret.

    `settings` of every kind: `reopen_days`; of a web chat: `origins` (sites that may embed it), `goals`,
    `title`, `messages_per_minute` of one visitor (0: no limit).
    """
    registry.adapter(kind)
    own = {"session_secret": secrets.token_urlsafe(32)} if kind == "webchat" else {}
    account = ChannelAccount.objects.create(
        kind=kind,
        name=name,
        purpose=purpose,
        team=team,
        flow_key=flow_key,
        credentials={**own, **(credentials or {})},
        settings=dict(settings or {}),
    )
    remembered.forget()
    return account


@transaction.atomic
def update_account(*, account_id: int, **changes: Any) -> ChannelAccount:
    """Change what an admin may change. TypeError for anything else."""
    if unknown := set(changes) - CHANGEABLE:
        raise TypeError(f"Not changeable: {', '.join(sorted(unknown))}")
    account = ChannelAccount.objects.select_for_update().get(pk=account_id)
    for name, value in changes.items():
        setattr(account, name, value)
    account.save(update_fields=list(changes))
    remembered.forget()
    return account


def record_malformed(*, account: ChannelAccount, error: str) -> None:
    """A verified request whose body could not be read."""
    ChannelAccount.objects.filter(pk=account.pk).update(
        malformed_count=F("malformed_count") + 1, last_error=error, last_error_at=Now()
    )


def record_refused(*, account: ChannelAccount) -> None:
    """A request with a wrong signature."""
    ChannelAccount.objects.filter(pk=account.pk).update(refused_count=F("refused_count") + 1)


def record_error(*, account: ChannelAccount, error: str) -> None:
    """A delivery or a message that failed for good."""
    ChannelAccount.objects.filter(pk=account.pk).update(last_error=error, last_error_at=Now())


def clear_error(*, account: ChannelAccount) -> None:
    """Somebody has seen to it."""
    ChannelAccount.objects.filter(pk=account.pk).update(last_error="", last_error_at=None)


def record_seen(*, account: ChannelAccount, now: datetime) -> None:
    """Something came in. Written at most every half minute: the row would else be where all workers queue."""
    if account.last_event_at is not None and now - account.last_event_at < SEEN_EVERY:
        return
    ChannelAccount.objects.filter(
        Q(last_event_at__isnull=True) | Q(last_event_at__lt=now - SEEN_EVERY), pk=account.pk
    ).update(last_event_at=now)
    # The remembered row is shared; a moment too old here costs one statement more, nothing else.
    account.last_event_at = now
