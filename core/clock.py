"""What time it is for whoever acts: the real time, or that of a rehearsal.

In a rehearsal real operations run inside a transaction that is rolled back (automation.tryout). They ask here for the
time, and whether something that a rollback cannot take back may be done at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone


@dataclass(slots=True)
class VirtualClock:
    """Stands still until it is moved, and never goes back."""

    now: datetime

    def move_to(self, at: datetime) -> None:
        self.now = max(self.now, at)


_virtual: ContextVar[VirtualClock | None] = ContextVar("virtual clock", default=None)


def now() -> datetime:
    virtual = _virtual.get()
    return timezone.now() if virtual is None else virtual.now


def is_rehearsal() -> bool:
    """Whether all of this is taken back: nothing may leave the database, no file and no public number."""
    return _virtual.get() is not None


@contextmanager
def rehearsal(at: datetime) -> Iterator[VirtualClock]:
    """Inside, `now` is what the clock says. The caller rolls back."""
    clock = VirtualClock(at)
    token = _virtual.set(clock)
    try:
        yield clock
    finally:
        _virtual.reset(token)
