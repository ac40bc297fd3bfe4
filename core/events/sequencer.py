"""Gives events their place in the feed, and tells open screens.

A position is given after commit, in one place at a time, so that positions have no gaps and a reader who has
seen position n never misses a slower transaction.
"""

import time

from django.db import connection, transaction

from core.events.models import Event
from core.events.queries import last_position
from core.live import publish, routes

BATCH = 5_000
_LOCK = 0x70617273
_TRIES = 5
_PAUSE_SECONDS = 0.02

_ASSIGN = """
    UPDATE core_event SET position = top.position + fresh.number
    FROM (
        SELECT id, row_number() OVER (ORDER BY id) AS number
        FROM (SELECT id FROM core_event WHERE position IS NULL ORDER BY id LIMIT %s) AS waiting
    ) AS fresh, (SELECT coalesce(max(position), 0) AS position FROM core_event) AS top
    WHERE core_event.id = fresh.id
"""


def sequence() -> int:
    """Give positions, in the order of their ids, to the committed events that have none, and publish hints of
    them.

    Returns how many events got one (at most BATCH). While another worker does it, this waits a moment, then
    leaves it to the sweep.
    """
    for _ in range(_TRIES):
        assigned = _assign()
        if assigned is not None:
            announce()
            return assigned
        time.sleep(_PAUSE_SECONDS)
    return 0


def announce() -> None:
    """Publish hints of every event behind the last one announced.

    How far it got stands in Valkey and moves on after the hints went out: a killed worker makes hints twice,
    never none. Where that mark is lost, far behind or ahead of the feed, every screen is told to fetch anew.
    """
    last = last_position()
    announced = publish.announced()
    if announced is None or announced == last:
        return
    is_near = 0 <= announced < last <= announced + BATCH
    sent = _publish_hints(announced, last) if is_near else publish.gap(sequence=last)
    if sent:
        publish.note_announced(last)


def _assign() -> int | None:
    """The number of events given a position, or None while another transaction does it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return None
        cursor.execute(_ASSIGN, [BATCH])
        return int(cursor.rowcount)


def _publish_hints(after: int, last: int) -> bool:
    found: dict[str, None] = {}
    for event in Event.objects.filter(position__gt=after, position__lte=last).order_by("position"):
        found.update(dict.fromkeys(sorted(routes.topics_of(event))))
    return publish.publish(found, {}, sequence=last)
