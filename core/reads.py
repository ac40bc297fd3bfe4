"""What was read from the cache, kept for one short turn of a worker: each message asks for the same things again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_kept: ContextVar[dict[Any, Any] | None] = ContextVar("cache reads", default=None)


@contextmanager
def kept_reads() -> Iterator[None]:
    """Inside, a value of the cache is fetched once; what this worker itself writes is read anew.

    For turns of less than a second: what another process changes meanwhile is seen in the next one.
    """
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


def kept() -> dict[Any, Any] | None:
    """The values of this turn, by key and version; None outside of one."""
    return _kept.get()


def drop(key: Any, version: int | None = None) -> None:
    """This worker writes it."""
    values = _kept.get()
    if values is not None:
        values.pop((key, version), None)
