"""The cache may be away for some seconds; a page must not fail because of it."""

from typing import Any

import structlog
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from core import reads

log = structlog.get_logger(__name__)


class _Tolerated:
    """Swallows that the server is away, and says so in the log."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, RedisConnectionError | RedisTimeoutError):
            return False
        log.warning("cache away", error=type(error).__name__)
        return True


_TOLERATED = _Tolerated()
_NOTHING = object()


class ForgivingRedisCache(RedisCache):
    """Answers like an empty cache while the server is away. Sessions then come from the database."""

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        kept = reads.kept()
        if kept is not None and (key, version) in kept:
            found = kept[key, version]
            return default if found is _NOTHING else found
        with _TOLERATED:
            found = super().get(key, _NOTHING, version)
            if kept is not None:
                kept[key, version] = found
            return default if found is _NOTHING else found
        return default

    def get_many(self, keys: Any, version: int | None = None) -> dict[Any, Any]:
        with _TOLERATED:
            return super().get_many(keys, version)
        return {}

    def has_key(self, key: Any, version: int | None = None) -> bool:
        with _TOLERATED:
            return bool(super().has_key(key, version))
        return False

    def add(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> bool:
        reads.drop(key)
        with _TOLERATED:
            return bool(super().add(key, value, *args, **kwargs))
        return True

    def set(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> None:
        reads.drop(key)
        with _TOLERATED:
            super().set(key, value, *args, **kwargs)

    def set_many(self, data: Any, *args: Any, **kwargs: Any) -> list[Any]:
        for key in data:
            reads.drop(key)
        with _TOLERATED:
            return super().set_many(data, *args, **kwargs)
        return list(data)

    def touch(self, key: Any, *args: Any, **kwargs: Any) -> bool:
        with _TOLERATED:
            return bool(super().touch(key, *args, **kwargs))
        return False

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        reads.drop(key, version)
        return int(super().incr(key, delta, version))

    def delete(self, key: Any, version: int | None = None) -> bool:
        reads.drop(key, version)
        with _TOLERATED:
            return bool(super().delete(key, version))
        return False
