"""The connection to Valkey that nudges and live hints share, and a breaker for the time that it is away.

Nothing here carries work: what is lost with Valkey is found again by a sweep over the database.
"""

import functools
import time
from urllib.parse import urlsplit

import redis
import structlog
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

log = structlog.get_logger(__name__)

BREAKER_SECONDS = 5.0


class Breaker:
    """After `trip()` it stays open for some seconds, in which nobody tries and nobody waits."""

    def __init__(self, seconds: float = BREAKER_SECONDS) -> None:
        self.seconds = seconds
        self._open_until = 0.0

    @property
    def is_open(self) -> bool:
        return time.monotonic() < self._open_until

    def trip(self, what: str, error: Exception) -> None:
        if not self.is_open:
            log.warning("broker away", what=what, error=type(error).__name__, pause_seconds=self.seconds)
        self._open_until = time.monotonic() + self.seconds


def client() -> redis.Redis:
    """The connection pool of this process to `CACHE_URL`; it survives a fork and a restart of the server."""
    return _client(settings.CACHE_URL)


def breaker() -> Breaker:
    """The breaker of this process for `CACHE_URL` and the broker together."""
    return _breaker(settings.CACHE_URL, settings.BROKER_URL)


def live_channel() -> str:
    """Name of the pub/sub channel of live hints. Channels span databases, hence the number in it."""
    return f"parley:live:{urlsplit(settings.CACHE_URL).path.strip('/') or 0}"


@functools.cache
def _client(url: str) -> redis.Redis:
    return redis.Redis.from_url(
        url,
        socket_connect_timeout=settings.CACHE_PATIENCE_SECONDS / 2,
        socket_timeout=settings.CACHE_PATIENCE_SECONDS / 2,
        retry=Retry(NoBackoff(), 1),
        decode_responses=True,
    )


@functools.cache
def _breaker(cache_url: str, broker_url: str) -> Breaker:
    return Breaker()
