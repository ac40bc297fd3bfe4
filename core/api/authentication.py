"""Who comes in: a key in the header `Authorization: Bearer parley_...`, and how often."""

from __future__ import annotations

import time
from datetime import datetime

from django.http import HttpRequest
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from redis.exceptions import RedisError
from rest_framework.authentication import BaseAuthentication

from core import valkey
from core.api.problems import Problem
from core.keys.operations import touch
from core.keys.queries import KnownKey, key_of, wants_touch

WINDOW = 60
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="Parley"'}


class KeyAuthentication(BaseAuthentication):
    """Names the scheme for the schema; the work is done by `authenticate`."""


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = KeyAuthentication
    name = "key"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "An API key from the settings."}


def authenticate(request: HttpRequest, *, now: datetime) -> KnownKey:
    """The key of the request. Raises Problem 401."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if not token:
        raise Problem(401, "no_key", "Send a key: Authorization: Bearer parley_...", headers=CHALLENGE)
    key = key_of(token.strip(), now=now) if kind.lower() == "bearer" else None
    if key is None:
        detail = "This key does not open anything: it is unknown, revoked or past its date."
        raise Problem(401, "bad_key", detail, headers=CHALLENGE)
    if wants_touch(key, now=now):
        touch(key_id=key.pk, now=now)
    return key


def count_request(key: KnownKey) -> dict[str, str]:
    """Count it against the key's minute; the headers that tell how much is left. Raises Problem 429.

    While Valkey is away nobody is counted and nobody is refused.
    """
    now = int(time.time())
    left = WINDOW - now % WINDOW
    used = _used(key, now // WINDOW)
    headers = {
        "RateLimit-Limit": str(key.per_minute),
        "RateLimit-Remaining": str(max(0, key.per_minute - used)),
        "RateLimit-Reset": str(left),
    }
    if used > key.per_minute:
        detail = f"More than {key.per_minute} requests a minute. Try again in {left} seconds."
        raise Problem(429, "too_many_requests", detail, headers={**headers, "Retry-After": str(left)})
    return headers


def _used(key: KnownKey, minute: int) -> int:
    breaker = valkey.breaker()
    if breaker.is_open:
        return 0
    name = f"parley:api:{key.pk}:{minute}"
    try:
        used = int(valkey.client().incr(name))
        if used == 1:
            valkey.client().expire(name, 2 * WINDOW)
        return used
    except RedisError as error:
        breaker.trip("api rate limit", error)
        return 0
