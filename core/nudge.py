"""Tells the workers that there is work (architecture 2). The work itself is rows in the database.

A nudge may get lost: with the process, with the broker, behind the breaker. Then the sweep of the same task,
driven by beat, finds the rows some seconds later.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from types import MappingProxyType

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from core import valkey
from core.reads import kept_reads

COALESCE_MILLISECONDS = 5_000
EXPIRES_SECONDS = 60
TURN_SECONDS = 0.25
"""Kinds of work take turns: with long ones, incoming messages alone could keep every worker busy while replies wait."""
_RETRY_ONCE = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}

_tasks: dict[str, str] = {}
_senders: dict[str, Callable[[], None]] = {}


def register(name: str, *, task: str) -> None:
    """Let `nudge(name)` start the Celery task of that dotted path. Raises ValueError for a name that is
    taken.
    """
    if name in _tasks:
        raise ValueError(f"The nudge {name!r} is registered already, for {_tasks[name]}.")
    _tasks[name] = task
    _senders[name] = partial(_send, name)


def registered() -> Mapping[str, str]:
    """Every name with its task."""
    return MappingProxyType(_tasks)


def nudge(name: str) -> None:
    """Start the task when the current transaction has committed, once however often it is asked for.

    Never raises for a broker that is away and never waits for it longer than half a second; KeyError for an
    unknown name.
    """
    send = _senders[name]
    if not _will_be_sent(send):
        transaction.on_commit(send)


def work(name: str, step: Callable[[], int], *, seconds: float = TURN_SECONDS) -> int:
    """The body of a nudged task: repeat `step` until it did nothing or the turn is over, then ask for another
    turn.

    `step` returns how many rows it worked (True counts as one); so does this.
    """
    _accept(name)
    deadline = time.monotonic() + seconds
    worked = 0
    with kept_reads():
        while count := step():
            worked += count
            if time.monotonic() >= deadline:
                nudge(name)
                break
    return worked


def _will_be_sent(send: Callable[[], None]) -> bool:
    """Whether this transaction sends it already, from a savepoint that is not rolled back without ours."""
    connection = transaction.get_connection()
    waiting: Iterable[tuple[set[str], Callable[[], None], bool]] = connection.run_on_commit
    ours = set(connection.savepoint_ids)
    return any(function is send and savepoints <= ours for savepoints, function, _ in waiting)


def _send(name: str) -> None:
    breaker = valkey.breaker()
    if breaker.is_open:
        return
    try:
        if not valkey.client().set(_key(name), 1, nx=True, px=COALESCE_MILLISECONDS):
            return
        current_app.send_task(
            _tasks[name], retry=True, retry_policy=_RETRY_ONCE, expires=EXPIRES_SECONDS, ignore_result=True
        )
    except (OperationalError, RedisError, OSError) as error:
        breaker.trip(f"nudge {name}", error)
        _accept(name)


def _accept(name: str) -> None:
    """From here on a nudge starts the task again: its rows may come too late for this turn."""
    try:
        valkey.client().delete(_key(name))
    except RedisError as error:
        valkey.breaker().trip(f"nudge {name}", error)


def _key(name: str) -> str:
    return f"parley:nudge:{name}"
