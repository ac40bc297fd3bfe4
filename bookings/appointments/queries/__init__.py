from bookings.appointments.queries.free import (
    FreeTime,
    free_times,
    fresh_times,
    loads,
    open_resources,
    would_be_offered,
)
from bookings.appointments.queries.lists import (
    BookingQuerySet,
    booking_by_public_id,
    booking_by_token,
    bookings,
    bookings_visible_to,
    changeable_until,
    upcoming_of_contact,
    upcoming_of_conversation,
)

__all__ = [
    "BookingQuerySet",
    "FreeTime",
    "booking_by_public_id",
    "booking_by_token",
    "bookings",
    "bookings_visible_to",
    "changeable_until",
    "free_times",
    "fresh_times",
    "loads",
    "open_resources",
    "upcoming_of_contact",
    "upcoming_of_conversation",
    "would_be_offered",
]
