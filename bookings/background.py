"""What this room adds to the registries: names of events, due rows, notifications, condition fields."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from bookings.events import register_events
from core.notifications.registry import register as register_notification


def register_all() -> None:
    register_events()
    register_notification("booking.confirmed", text=_("%(contact)s booked: %(service)s, %(when)s"))
    register_notification("booking.moved", text=_("%(contact)s moved: %(service)s, now %(when)s"))
    register_notification("booking.cancelled", text=_("%(contact)s cancelled: %(service)s, %(when)s"))
