"""The cache may be away for some seconds; a page must not fail because of it."""

import contextlib
from collections.abc import Iterator
from typing import Any

import structlog
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

log = structlog.get_logger(__name__)
_AWAY = (RedisConnectionError, RedisTimeoutError)


class ForgivingRedisCache(RedisCache):
    """Redis cache that answers like an empty cache while the server is away. Sessions then come from the database."""

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        with _tolerated():
            return super().get(key, default, version)
        return default

    def get_many(self, keys: Any, version: int | None = None) -> dict[Any, Any]:
        with _tolerated():
            return super().get_many(keys, version)
        return {}

    def has_key(self, key: Any, version: int | None = None) -> bool:
        with _tolerated():
            return bool(super().has_key(key, version))
        return False

    def add(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> bool:
        with _tolerated():
            return bool(super().add(key, value, *args, **kwargs))
        return True

    def set(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> None:
        with _tolerated():
            super().set(key, value, *args, **kwargs)

    def set_many(self, data: Any, *args: Any, **kwargs: Any) -> list[Any]:
        with _tolerated():
            return super().set_many(data, *args, **kwargs)
        return list(data)

    def touch(self, key: Any, *args: Any, **kwargs: Any) -> bool:
        with _tolerated():
            return bool(super().touch(key, *args, **kwargs))
        return False

    def delete(self, key: Any, version: int | None = None) -> bool:
        with _tolerated():
            return bool(super().delete(key, version))
        return False


@contextlib.contextmanager
def _tolerated() -> Iterator[None]:
    try:
        yield
    except _AWAY as error:
        log.warning("cache away", error=type(error).__name__)


