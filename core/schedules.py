"""What beat starts again and again. Rooms register here; `manage.py assert_schedules` writes it to the
database.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

PREFIX = "Parley: "
"""Marks the rows of django-celery-beat that are ours and are put back at every start; others belong to the
admins.
"""


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
    """Start the Celery task of that dotted path every so many seconds. Raises ValueError for a name that is
    taken.
    """
    if name in _schedules:
        raise ValueError(f"The schedule {name!r} is registered already.")
    _schedules[name] = Schedule(name, task, seconds)
