"""Small settings that every message needs, kept in the process for a few seconds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Generic, TypeVar

from django.db import transaction

T = TypeVar("T")
SECONDS = 3.0

_UNKNOWN = object()
_apart: ContextVar[dict[Remembered[Any], Any] | None] = ContextVar("remembered apart", default=None)


@contextmanager
def apart() -> Iterator[None]:
    """Inside, this thread remembers by itself: what a transaction that is rolled back reads or forgets stays inside."""
    token = _apart.set({})
    try:
        yield
    finally:
        _apart.reset(token)


class Remembered(Generic[T]):
    """The result of `load`, at most `SECONDS` old.

    Only for what may lag behind another process for that long. `forget` at the end of the operation that
    changes it; a reader in between another's change and its commit is corrected by the second forgetting
    after the commit.
    """

    everything: list[Remembered[object]] = []

    def __init__(self, load: Callable[[], T]) -> None:
        self._load = load
        self._held: tuple[float, T] | None = None
        self.__doc__ = load.__doc__
        Remembered.everything.append(self)  # type: ignore[arg-type]

    def __call__(self) -> T:
        own = _apart.get()
        if own is not None:
            return self._apart_from_others(own)
        held, now = self._held, time.monotonic()
        if held is not None and now < held[0]:
            return held[1]
        value = self._load()
        self._held = (now + SECONDS, value)
        return value

    def _apart_from_others(self, own: dict[Remembered[Any], Any]) -> T:
        """What all know may be read there, as long as nothing inside changed it; what is read there nobody else knows."""
        value = own.get(self, _UNKNOWN)
        if value is _UNKNOWN:
            held = self._held
            known = held is not None and self not in own and time.monotonic() < held[0]
            value = own[self] = held[1] if known and held is not None else self._load()
        return value  # type: ignore[no-any-return]

    def drop(self) -> None:
        own = _apart.get()
        if own is None:
            self._held = None
        else:
            own[self] = _UNKNOWN

    def forget(self) -> None:
        self.drop()
        transaction.on_commit(self.drop)


def forget_all() -> None:
    """For tests, whose rolled back rows must not be remembered."""
    for remembered in Remembered.everything:
        remembered.drop()
