"""Who acts when a due row's time has come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.due.models import DueRow

MAX_ATTEMPTS = 8


@dataclass(frozen=True, slots=True)
class Handler:
    act: Callable[[DueRow, datetime], None]
    max_attempts: int
    outside: bool = False


_handlers: dict[str, Handler] = {}


def handler(
    kind: str, *, max_attempts: int = MAX_ATTEMPTS, outside: bool = False
) -> Callable[[Callable[[DueRow, datetime], None]], Callable[[DueRow, datetime], None]]:
    """Decorate `act(row, now)`, which runs in one transaction with the completion of its row.

    It may schedule the same kind and key again. A fault is retried with growing pauses, the row parked after
    `max_attempts`. With `outside` it runs outside of any transaction, for what waits for another server, and must
    bear being repeated. Raises ValueError for a kind that is taken.
    """

    def register(act: Callable[[DueRow, datetime], None]) -> Callable[[DueRow, datetime], None]:
        if kind in _handlers:
            raise ValueError(f"The due kind {kind!r} has a handler already.")
        _handlers[kind] = Handler(act, max_attempts, outside)
        return act

    return register


def handler_of(kind: str) -> Handler:
    """The handler; for a kind that nobody knows one that fails, so that the row is parked with the reason."""
    return _handlers.get(kind, _UNKNOWN)


def _unknown(row: DueRow, now: datetime) -> None:
    raise LookupError(f"No handler is registered for the due kind {row.kind!r}.")


_UNKNOWN = Handler(_unknown, MAX_ATTEMPTS)
