"""Small settings that every message needs, kept in the process for a few seconds."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Generic, TypeVar

from django.db import transaction

T = TypeVar("T")
SECONDS = 3.0


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
        held, now = self._held, time.monotonic()
        if held is not None and now < held[0]:
            return held[1]
        value = self._load()
        self._held = (now + SECONDS, value)
        return value

    def drop(self) -> None:
        self._held = None

    def forget(self) -> None:
        self.drop()
        transaction.on_commit(self.drop)


def forget_all() -> None:
    """For tests, whose rolled back rows must not be remembered."""
    for remembered in Remembered.everything:
        remembered.drop()
