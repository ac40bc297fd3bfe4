"""Everything that will happen later (spec 3.4): written, moved, cancelled and worked as rows."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from psycopg.types.json import Jsonb

from core import claims
from core.due.models import DueRow, DueStatus
from core.due.registry import Handler, handler_of
from core.ids import uuid7
from core.nudge import nudge

_LOOK_AHEAD = 100

_VALUES = "(%s, %s, %s, %s, %s, %s, %s, 'pending', 0, '')"
_UPSERT = """
    INSERT INTO core_duerow
        (public_id, kind, key, due_at, payload, lead_id, conversation_id, status, attempts, last_error)
    VALUES {values}
    ON CONFLICT (kind, key) WHERE status = 'pending' DO UPDATE SET
        due_at = EXCLUDED.due_at, payload = EXCLUDED.payload, lead_id = EXCLUDED.lead_id,
        conversation_id = EXCLUDED.conversation_id, attempts = 0, claimed_until = NULL, last_error = ''
    RETURNING *
"""

# One trip for the lock (core.claims), the look whether the row is still free, and the try that is counted before the work.
# Both statements below need not wait for the disk: what a crash of the server takes back, it takes back as a whole, and
# the row is simply worked then.
_CLAIM = """
    WITH lazy AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true) AS set),
    held AS MATERIALIZED (
        SELECT pg_try_advisory_lock(hashtextextended(%(name)s, 0)) AS ok
          FROM core_duerow, lazy
         WHERE id = %(id)s AND status = 'pending' AND due_at <= %(now)s
           AND (claimed_until IS NULL OR claimed_until <= %(now)s)),
    counted AS (
        UPDATE core_duerow AS due SET attempts = attempts + 1
          FROM held
         WHERE held.ok AND due.id = %(id)s AND due.status = 'pending' AND due.due_at <= %(now)s
           AND (due.claimed_until IS NULL OR due.claimed_until <= %(now)s)
        RETURNING due.*)
    SELECT held.ok, counted.* FROM held LEFT JOIN counted ON true
"""
_DONE = """
    WITH lazy AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true) AS set)
    UPDATE core_duerow SET status = 'done', finished_at = %(now)s, claimed_until = NULL, last_error = ''
      FROM lazy
     WHERE id = %(id)s AND status = 'pending' AND due_at = %(due_at)s AND attempts = %(attempts)s
"""

_in_hand: ContextVar[DueRow | None] = ContextVar("due row in hand", default=None)


@dataclass(frozen=True, slots=True)
class Planned:
    """What `schedule` takes, as a value."""

    kind: str
    key: str
    due_at: datetime
    payload: Mapping[str, Any]
    lead_id: int | None = None
    conversation_id: int | None = None


class _SupersededError(Exception):
    """The row was moved or cancelled while its handler ran: what the handler did is rolled back."""


def schedule(
    *,
    kind: str,
    key: str,
    due_at: datetime,
    payload: Mapping[str, Any] | None = None,
    lead_id: int | None = None,
    conversation_id: int | None = None,
) -> DueRow:
    """Let something happen at `due_at`; a pending row of the same kind and key is moved there with the new
    payload.

    One statement, or two when a handler schedules its own row again. Lock the lead or conversation first, as
    everywhere.
    """
    planned = Planned(kind, key, due_at, payload or {}, lead_id, conversation_id)
    return schedule_all([planned])[0]


def schedule_all(planned: Sequence[Planned]) -> list[DueRow]:
    """`schedule` for several rows by one statement; no two of the same kind and key."""
    if not planned:
        return []
    values: list[Any] = []
    for row in planned:
        _complete_own(row.kind, row.key)
        values += [uuid7(), row.kind, row.key, row.due_at, Jsonb(dict(row.payload))]
        values += [row.lead_id, row.conversation_id]
    statement = _UPSERT.format(values=", ".join([_VALUES] * len(planned)))
    scheduled = list(DueRow.objects.raw(statement, values))
    if min(row.due_at for row in planned) <= timezone.now():
        nudge("due")
    return scheduled


def cancel(*, kind: str, key: str) -> int:
    """Cancel the pending row, also while its handler runs. Returns 1, or 0 where nothing was pending.

    A handler that cancels its own row has no need to: what it did stays, and the row is done.
    """
    return cancel_all(kind=kind, keys=[key])


def cancel_all(*, kind: str, keys: Sequence[str]) -> int:
    """`cancel` for several rows of a kind by one statement; how many were pending."""
    for key in keys:
        _complete_own(kind, key)
    return DueRow.objects.filter(kind=kind, key__in=keys, status=DueStatus.PENDING).update(
        status=DueStatus.CANCELLED, finished_at=timezone.now()
    )


def retry(*, row_id: int) -> bool:
    """Make a parked row pending again, due now. False when it was not parked or its place is taken by a newer
    row.
    """
    with transaction.atomic():
        row = DueRow.objects.select_for_update().filter(pk=row_id, status=DueStatus.PARKED).first()
        if (
            row is None
            or DueRow.objects.filter(kind=row.kind, key=row.key, status=DueStatus.PENDING).exists()
        ):
            return False
        row.status, row.attempts, row.claimed_until, row.finished_at = DueStatus.PENDING, 0, None, None
        row.save(update_fields=["status", "attempts", "claimed_until", "finished_at"])
        nudge("due")
    return True


class Runner:
    """One worker's turn. It looks ahead, since finding the next rows can cost more than working one."""

    def __init__(self) -> None:
        self._ahead: deque[int] = deque()

    def work_next(self, *, now: datetime) -> bool:
        """Work the row due for longest that no other worker holds. False when there is none."""
        if self._work_ahead(now):
            return True
        self._ahead.extend(_due_ids(now))
        return self._work_ahead(now)

    def _work_ahead(self, now: datetime) -> bool:
        while self._ahead:
            if _work(self._ahead.popleft(), now):
                return True
        return False


def _due_ids(now: datetime) -> list[int]:
    due = DueRow.objects.filter(_free(now), status=DueStatus.PENDING, due_at__lte=now)
    return list(due.order_by("due_at", "id").values_list("id", flat=True)[:_LOOK_AHEAD])


def _free(now: datetime) -> Q:
    return Q(claimed_until__isnull=True) | Q(claimed_until__lte=now)


def _work(row_id: int, now: datetime) -> bool:
    """False when the row was worked, moved or cancelled meanwhile, or another worker holds it.

    The attempt is counted and committed first, so that a row which kills its worker is parked in the end; the
    handler's effect and the row's completion are one transaction.
    """
    with _claimed(row_id, now) as row:
        if row is None:
            return False
        handler = handler_of(row.kind)
        if row.attempts > handler.max_attempts:
            _park(row, now, row.last_error or "The worker died with this row each time.")
        elif fault := claims.fault_of(lambda: act_on(row, handler, now)):
            _note_fault(row, handler, fault, now)
    return True


@contextmanager
def _claimed(row_id: int, now: datetime) -> Iterator[DueRow | None]:
    """The row with this try counted, held by this worker inside the block; None where that is not to be had."""
    params: dict[str, Any] = {"id": row_id, "name": claims.name_of("due", row_id), "now": now}
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, params)
        found = cursor.fetchone()
        columns = [column.name for column in cursor.description[1:]]
    is_held, *values = found or (False,)
    row = None
    if is_held and values[0] is not None:
        row = DueRow.from_db(connection.alias, columns, values)
        row.payload = json.loads(row.payload) if isinstance(row.payload, str) else row.payload
    try:
        yield row
    finally:
        if is_held:
            claims.let_go("due", row_id)


def act_on(row: DueRow, handler: Handler, now: datetime) -> None:
    """Let the handler act and complete the row, unless it was moved or cancelled on the way. The caller holds the row."""
    token = _in_hand.set(row)
    try:
        if handler.outside:
            handler.act(row, now)
        with transaction.atomic():
            if not handler.outside:
                handler.act(row, now)
            if row.status == DueStatus.PENDING:
                _complete(row, now)
    except _SupersededError:
        return
    finally:
        _in_hand.reset(token)


def _complete_own(kind: str, key: str) -> None:
    """The handler of this very row asks for it to be scheduled or cancelled: it is done."""
    row = _in_hand.get()
    if row is not None and row.status == DueStatus.PENDING and (row.kind, row.key) == (kind, key):
        _complete(row, timezone.now())


def _complete(row: DueRow, now: datetime) -> None:
    params: dict[str, Any] = {"id": row.pk, "due_at": row.due_at, "attempts": row.attempts, "now": now}
    with connection.cursor() as cursor:
        cursor.execute(_DONE, params)
        if not cursor.rowcount:
            raise _SupersededError
    row.status = DueStatus.DONE


def _note_fault(row: DueRow, handler: Handler, fault: Exception, now: datetime) -> None:
    text = claims.describe(fault)
    if row.attempts >= handler.max_attempts:
        _park(row, now, text)
        return
    _unchanged(row).update(last_error=text, claimed_until=now + claims.backoff(row.attempts))


def _park(row: DueRow, now: datetime, text: str) -> None:
    _unchanged(row).update(status=DueStatus.PARKED, finished_at=now, last_error=text, claimed_until=None)


def _unchanged(row: DueRow) -> Any:
    """The row as long as nobody moved, cancelled or retried it."""
    return DueRow.objects.filter(
        pk=row.pk, status=DueStatus.PENDING, due_at=row.due_at, attempts=row.attempts
    )
