"""What customers, flows, colleagues and programs do with bookings.

Each is one transaction, resources locked in order of id, begun again after a deadlock.
"""

from bookings.appointments.operations.attendance import acknowledge, mark
from bookings.appointments.operations.changing import cancel, move
from bookings.appointments.operations.taking import book, confirm, hold, release, release_overdue_hold

__all__ = [
    "acknowledge",
    "book",
    "cancel",
    "confirm",
    "hold",
    "mark",
    "move",
    "release",
    "release_overdue_hold",
]
