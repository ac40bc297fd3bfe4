"""Rate limits of what anybody may call."""

from __future__ import annotations

import time

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from redis.exceptions import RedisError


def allow(key: str, *, limit: int, seconds: int) -> bool:
    """Whether one more is within `limit` per window of `seconds`; a limit of 0 means none.

    Counted in the cache for all processes together; while the cache is away nobody is stopped.
    """
    if not limit:
        return True
    window = int(time.time()) // seconds
    name = f"limit:{key}:{window}"
    try:
        if cache.add(name, 1, timeout=seconds):
            return True
        return cache.incr(name) <= limit
    except (RedisError, ValueError):
        return True


def client_address(request: HttpRequest) -> str:
    """Who calls: the address that the outermost of our own proxies saw, else the peer's."""
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",")]
    return hops[-proxies] if 0 < proxies <= len(hops) else str(request.META.get("REMOTE_ADDR", ""))


class LocalLimit:
    """Counts in this process alone, at no cost: for the hot path, where a few processes more or less do no
    harm."""

    def __init__(self, *, seconds: int) -> None:
        self._seconds = seconds
        self._window = 0
        self._counts: dict[str, int] = {}

    def allow(self, key: str, *, limit: int) -> bool:
        """Whether one more is within `limit` per window; a limit of 0 means none."""
        window = int(time.time()) // self._seconds
        if window != self._window:
            self._window, self._counts = window, {}
        count = self._counts[key] = self._counts.get(key, 0) + 1
        return not limit or count <= limit
