"""Claims on rows that long work is done for: one worker each, free again the moment that worker dies.

A claim is a session lock of PostgreSQL beside the row and not a lock on the row: people can move or cancel
the row while it is worked, and a handler that locks a lead cannot deadlock with an operation that holds the
lead and touches the row.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import connection


@contextmanager
def held(scope: str, row_id: int) -> Iterator[bool]:
    """Whether this worker holds the row inside the block, and nobody else then. Read the row again once held."""
    is_held = _ask("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", name_of(scope, row_id))
    try:
        yield is_held
    finally:
        if is_held:
            let_go(scope, row_id)


def name_of(scope: str, row_id: int) -> str:
    """What is hashed to the key of the lock, for statements that take it themselves."""
    return f"{scope}:{row_id}"


def let_go(scope: str, row_id: int) -> None:
    """Free a row whose lock this session has taken."""
    _ask("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", name_of(scope, row_id))


def fault_of(work: Callable[[], None]) -> Exception | None:
    """Run `work`; return what it raised, for the row that keeps it.

    The one place that catches everything: a row with a fault is retried and at last parked, and must not stop
    the rows behind it.
    """
    try:
        work()
    except Exception as error:  # noqa: BLE001
        return error
    return None


def backoff(attempts: int, *, first: float = 1.0, longest: float = 900.0) -> timedelta:
    """How long to wait after so many failed attempts: doubling from `first` to `longest` seconds, half of it
    by chance.
    """
    seconds = min(longest, first * 2 ** min(attempts - 1, 30))
    return timedelta(seconds=seconds * random.uniform(0.5, 1.0))


def describe(error: Exception) -> str:
    """The fault in one short line."""
    return f"{type(error).__name__}: {error}"[:500].replace("\x00", "")


def _ask(sql: str, name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(sql, [name])
        return bool(cursor.fetchone()[0])
