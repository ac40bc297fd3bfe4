"""What can be booked, as flows and talks need it."""

from __future__ import annotations

from bookings.services.models import Service
from bookings.services.queries import active_services
from crm.memory import Remembered


@Remembered
def _services() -> list[Service]:
    """Active services in their order, at most 3 seconds old, one query."""
    return list(active_services())


def bookable(key: str | None, goal: str = "") -> Service | None:
    """The active service of that key; without a key the first for the goal, then one that names no goal, then any."""
    rows = _services()
    if key is not None:
        return next((each for each in rows if each.key == key), None)
    fitting = [
        *(each for each in rows if goal in each.goals),
        *(each for each in rows if not each.goals),
        *rows,
    ]
    return next(iter(fitting), None)


def service_keys() -> list[str]:
    return [each.key for each in _services()]
