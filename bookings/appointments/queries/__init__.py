from bookings.appointments.queries.free import FreeTime, Timetable, free_times, loads
from bookings.appointments.queries.lists import (
    BookingQuerySet,
    booking_by_public_id,
    booking_by_token,
    bookings,
    bookings_visible_to,
    changeable_until,
    open_bookings,
    upcoming_of_contact,
    upcoming_of_conversation,
)

__all__ = [
    "BookingQuerySet",
    "FreeTime",
    "Timetable",
    "booking_by_public_id",
    "booking_by_token",
    "bookings",
    "bookings_visible_to",
    "changeable_until",
    "free_times",
    "loads",
    "open_bookings",
    "upcoming_of_contact",
    "upcoming_of_conversation",
]
