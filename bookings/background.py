"""What this room adds to the registries: names of events, due rows, notifications, condition fields."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from bookings import conditions_fields
from bookings.appointments import receivers
from bookings.appointments.models import Booking
from bookings.appointments.operations.leaving import hand_over_bookings
from bookings.appointments.shown import meetings
from bookings.events import TYPES, register_events
from bookings.history_words import register_words
from conversations.assistant import sources
from core.access import leaving
from core.live import routes, topics
from core.notifications.registry import register as register_notification
from crm.duplicates import belongings
from crm.pipeline.queries.timeline import tell_event


def register_all() -> None:
    register_events()
    register_words()
    for each in TYPES:
        if each.name.startswith("booking."):
            routes.register(each.name, lambda event: {topics.CALENDAR})
            tell_event(each.name)
    receivers.register()
    conditions_fields.register()
    leaving.register(hand_over_bookings, place=30)
    sources.register("booking", meetings, personal=True)
    belongings.register(Booking, label=_("Bookings"), place=30)
    register_notification("booking.confirmed", text=_("%(contact)s booked: %(service)s, %(when)s"))
    register_notification("booking.moved", text=_("%(contact)s moved: %(service)s, now %(when)s"))
    register_notification("booking.cancelled", text=_("%(contact)s cancelled: %(service)s, %(when)s"))
    register_notification(
        "booking.unreachable",
        text=_("%(contact)s cannot be reached by a message, please call: %(service)s, %(when)s"),
    )
