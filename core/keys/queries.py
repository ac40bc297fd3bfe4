"""Keys as the API asks for them: a few seconds old at most, so that a request costs no statement for its key."""

from __future__ import annotations

import hmac
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from core.access.models import User
from core.keys.models import AnsweredRequest, ApiKey
from core.keys.tokens import hash_of, prefix_of

SECONDS = 3.0
"""A key that was revoked in another process is refused after this time at the latest (docs/api.md)."""
TOUCH_EVERY = timedelta(minutes=1)
_MOST = 1_000


@dataclass(frozen=True)
class KnownKey:
    """A key as it was read; `person` is whom it works as, None for the whole company."""

    pk: int
    public_id: UUID
    name: str
    prefix: str
    scopes: frozenset[str]
    person: User | None
    per_minute: int
    expires_at: datetime
    last_used_at: datetime | None = field(compare=False)


_held: dict[str, tuple[float, KnownKey]] = {}
_touched: dict[int, datetime] = {}
_lock = threading.Lock()


def key_of(token: str, *, now: datetime) -> KnownKey | None:
    """The key that may be used now, or None: unknown, expired, revoked, or of a person who left."""
    digest = hash_of(token)
    held = _held.get(digest)
    if held is not None and time.monotonic() < held[0]:
        known: KnownKey | None = held[1]
    else:
        known = _read(token, digest)
        if known is not None:
            _hold(digest, known)
    return known if known is not None and now < known.expires_at else None


def forget_keys() -> None:
    """After a change in this process; others notice within `SECONDS`."""
    with _lock:
        _held.clear()
        _touched.clear()


def wants_touch(key: KnownKey, *, now: datetime) -> bool:
    """Whether it is time to write down that the key is in use: once a minute for each process at most."""
    last = _touched.get(key.pk, key.last_used_at)
    if last is not None and now - last < TOUCH_EVERY:
        return False
    _touched[key.pk] = now
    return True


def api_keys() -> QuerySet[ApiKey]:
    """All keys, those that work first, the newest of them on top."""
    return ApiKey.objects.select_related("created_by", "person").order_by("-revoked_at", "-id")


def answered() -> QuerySet[AnsweredRequest]:
    return AnsweredRequest.objects.all()


def _read(token: str, digest: str) -> KnownKey | None:
    prefix = prefix_of(token)
    if prefix is None:
        return None
    usable = Q(person__isnull=True) | Q(person__is_active=True)
    row = ApiKey.objects.select_related("person").filter(usable, prefix=prefix, revoked_at=None).first()
    if row is None or not hmac.compare_digest(row.secret_hash, digest):
        return None
    return KnownKey(
        pk=row.pk,
        public_id=row.public_id,
        name=row.name,
        prefix=row.prefix,
        scopes=frozenset(row.scopes),
        person=row.person,
        per_minute=row.per_minute,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
    )


def _hold(digest: str, known: KnownKey) -> None:
    with _lock:
        if len(_held) >= _MOST:
            _held.clear()
        _held[digest] = (time.monotonic() + SECONDS, known)
