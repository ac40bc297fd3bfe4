"""Claims on rows that long work is done for: one worker each, free again the moment that worker dies.

A claim is a session lock of PostgreSQL beside the row and not a lock on the row: people can move or cancel
the row while it is worked, and a handler that locks a lead cannot deadlock with an operation that holds the
lead and touches the row.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

from django.db import connection

_FIRST_FREE = """
    SELECT id FROM unnest(%s::bigint[]) AS candidates(id)
    WHERE pg_try_advisory_lock(hashtextextended(%s || id::text, 0))
    LIMIT 1
"""


@contextmanager
def first_free(scope: str, ids: Sequence[int]) -> Iterator[int | None]:
    """Hold the first of the rows that no other worker holds, or None; the order of `ids` is kept.

    The ids come from an earlier snapshot, so check the row again once it is held.
    """
    claimed = _claim(scope, ids) if ids else None
    try:
        yield claimed
    finally:
        if claimed is not None:
            _release(scope, claimed)


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


def _claim(scope: str, ids: Sequence[int]) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(_FIRST_FREE, [list(ids), f"{scope}:"])
        row = cursor.fetchone()
    return int(row[0]) if row else None


def _release(scope: str, claimed: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [f"{scope}:{claimed}"])
