"""What beat starts again and again. Rooms register here; `manage.py assert_schedules` writes it down.

A schedule of ours is put back at every start, so changing its row has no lasting effect; other rows belong to
the admins.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django.db import connection, transaction

PREFIX = "Parley: "
"""Marks the rows of django-celery-beat that are ours."""
_LOCK = 0x73636864


@dataclass(frozen=True, slots=True)
class Schedule:
    name: str
    task: str
    seconds: int

    @property
    def title(self) -> str:
        return PREFIX + self.name


_schedules: dict[str, Schedule] = {}
SCHEDULES: Mapping[str, Schedule] = MappingProxyType(_schedules)


def every(seconds: int, name: str, task: str) -> None:
    """Start the Celery task of that dotted path every so many seconds. Raises ValueError for a name twice."""
    if name in _schedules:
        raise ValueError(f"The schedule {name!r} is registered already.")
    _schedules[name] = Schedule(name, task, seconds)


def assert_all() -> int:
    """Make the rows of django-celery-beat say what is registered. Returns how many were changed."""
    from django_celery_beat.models import PeriodicTask

    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        wanted = {schedule.title: schedule for schedule in SCHEDULES.values()}
        rows = {row.name: row for row in PeriodicTask.objects.filter(name__startswith=PREFIX)}
        gone = [row for name, row in rows.items() if name not in wanted]
        for row in gone:
            row.delete()
        changed = [_assert(schedule, rows.get(title)) for title, schedule in wanted.items()]
    return len(gone) + sum(changed)


def _assert(schedule: Schedule, row: Any | None) -> bool:
    from django_celery_beat.models import IntervalSchedule, PeriodicTask

    interval, _ = IntervalSchedule.objects.get_or_create(
        every=schedule.seconds, period=IntervalSchedule.SECONDS
    )
    # A turn that no worker took within its interval is dropped: the next one finds the same rows.
    values = {
        "task": schedule.task,
        "interval_id": interval.pk,
        "crontab_id": None,
        "solar_id": None,
        "clocked_id": None,
        "enabled": True,
        "args": "[]",
        "kwargs": "{}",
        "expires": None,
        "expire_seconds": max(schedule.seconds, 5),
        "one_off": False,
    }
    row = row or PeriodicTask(name=schedule.title)
    differing = [name for name, value in values.items() if getattr(row, name) != value]
    for name in differing:
        setattr(row, name, values[name])
    if differing or row.pk is None:
        row.save()
    return bool(differing)
