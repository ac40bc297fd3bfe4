"""Rate limits of what anybody may call."""

from __future__ import annotations

import time

from django.core.cache import cache
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


class LocalLimit:
    """Counts in this process alone, at no cost: for the hot path, where a few processes more or less do no harm."""

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
