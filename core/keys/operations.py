"""Making, revoking and using keys, and remembering what was answered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from core.access.models import User
from core.events.actor import Actor
from core.events.operations import record
from core.keys.errors import BadKey
from core.keys.models import PER_MINUTE, ApiKey
from core.keys.queries import TOUCH_EVERY, forget_keys
from core.keys.scopes import Scope
from core.keys.tokens import new_token
from core.text import clean

LONGEST = timedelta(days=730)


@dataclass(frozen=True)
class NewKey:
    """`token` is stored nowhere: it can be shown this one time."""

    key: ApiKey
    token: str

    def __repr__(self) -> str:
        return f"NewKey({self.key.prefix})"


@transaction.atomic
def create_key(
    *,
    name: str,
    scopes: Iterable[str],
    expires_at: datetime,
    created_by: User | None,
    now: datetime,
    person: User | None = None,
    per_minute: int = PER_MINUTE,
) -> NewKey:
    """A key for a program. Raises BadKey without a name or scopes, or for an expiry that is past or two years away."""
    kept = " ".join(clean(name).split())[:100]
    wanted = [scope.value for scope in Scope if scope.value in set(scopes)]
    if not kept:
        raise BadKey(_("Give the key a name, so that you know later what uses it."), "name")
    if not wanted:
        raise BadKey(_("Choose what the key may do."), "scopes")
    if not now < expires_at <= now + LONGEST:
        raise BadKey(_("A key is valid for two years at most."), "expires_at")
    token = new_token()
    key = ApiKey.objects.create(
        name=kept,
        prefix=token.prefix,
        secret_hash=token.hash,
        scopes=wanted,
        person=person,
        per_minute=per_minute,
        expires_at=expires_at,
        created_by=created_by,
    )
    payload = {"name": kept, "scopes": wanted, "expires_at": expires_at.isoformat()}
    record(name="api_key.created", subject=key, actor=Actor.of(created_by), payload=payload)
    return NewKey(key, token.text)


@transaction.atomic
def revoke_key(*, key_id: int, by: User | None, now: datetime) -> ApiKey:
    """From now on nobody comes in with it; a second time changes nothing."""
    key = ApiKey.objects.select_for_update().get(pk=key_id)
    if key.revoked_at is None:
        key.revoked_at = now
        key.save(update_fields=["revoked_at"])
        record(name="api_key.revoked", subject=key, actor=Actor.of(by), payload={"name": key.name})
    forget_keys()
    transaction.on_commit(forget_keys)
    return key


def touch(*, key_id: int, now: datetime) -> None:
    """Note that the key is in use; processes that note it at once write one row between them."""
    stale = Q(last_used_at__isnull=True) | Q(last_used_at__lte=now - TOUCH_EVERY)
    ApiKey.objects.filter(stale, pk=key_id).update(last_used_at=now)
