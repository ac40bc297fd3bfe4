"""Lines for people in the app."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from core.access.models import User
from core.live import publish, topics
from core.notifications import registry
from core.notifications.models import Notification


def notify(*, users: Iterable[User], kind: str, key: str, params: Mapping[str, Any], url: str) -> None:
    """Tell each of them once per (kind, key), by one INSERT. Raises LookupError for an unknown kind."""
    registry.check(kind)
    people = list(users)
    rows = [Notification(user=user, kind=kind, key=key, params=dict(params), url=url) for user in people]
    Notification.objects.bulk_create(rows, ignore_conflicts=True)
    _refresh(user.pk for user in people)


def mark_read(*, user: User, public_ids: Iterable[UUID] | None = None) -> int:
    """Mark these of the person's notifications, or all, as read. Returns how many were unread."""
    unread = Notification.objects.filter(user=user, read_at__isnull=True)
    if public_ids is not None:
        unread = unread.filter(public_id__in=list(public_ids))
    count = unread.update(read_at=timezone.now())
    if count:
        _refresh([user.pk])
    return count


def _refresh(user_ids: Iterable[int]) -> None:
    names = [topics.user(user_id) for user_id in user_ids]
    transaction.on_commit(lambda: _publish(names))


def _publish(names: list[str]) -> None:
    publish.publish(names, {}, sequence=0)
