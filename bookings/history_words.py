"""The words of this room's histories."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from bookings.appointments.models import Booking
from bookings.resources.models import Resource, ResourceException, ResourceHours
from bookings.services.models import Service, ServiceResource
from core.history.enums import Area
from core.history.registry import Related, Row, Tracked, Words, register
from core.history.values import amount, by_language, exception, minutes, period, plain, weekday


def _meeting(row: Row, related: Related) -> str:
    return f"{related('service')}, {plain(row.get('starts_at'))}"


def _provider(_row: Row, related: Related) -> str:
    return related("resource")


def _hours(row: Row, _related: Related) -> str:
    return period(row)


def _exception(row: Row, _related: Related) -> str:
    return exception(row)


_MINUTES = ("duration", "step", "buffer_before", "buffer_after", "min_notice", "cutoff", "hold_minutes")
_TEXTS = ("title", "description", "prepare", "where")


def register_words() -> None:
    texts = {name: Words(split=by_language) for name in _TEXTS}
    lengths = {name: Words(show=minutes) for name in _MINUTES}
    register(
        Tracked(
            model=Service,
            label=_("Service"),
            fields={**texts, **lengths, "price": Words(show=amount())},
            hidden=frozenset({"token", "key", "position"}),
        ),
        Tracked(
            model=ServiceResource,
            label=_("Who gives a service"),
            of="service",
            mark="",
            called=_provider,
            named_by=("resource",),
            hidden=frozenset({"resource", "since"}),
        ),
        Tracked(model=Resource, label=_("Person or room")),
        Tracked(
            model=ResourceHours,
            label=_("Working hours"),
            of="resource",
            mark="",
            called=_hours,
            named_by=("weekday", "start", "end"),
            fields={"weekday": Words(show=weekday)},
        ),
        Tracked(
            model=ResourceException,
            label=_("Day with other hours"),
            of="resource",
            mark="",
            called=_exception,
            named_by=("date", "name", "start", "end"),
        ),
        Tracked(
            model=Booking,
            label=_("Meeting"),
            area=Area.WORK,
            called=_meeting,
            named_by=("service", "starts_at"),
            fields={
                "service": Words(label=_("service")),
                "resource": Words(label=_("with whom")),
                "contact": Words(label=_("contact")),
                "lead": Words(label=_("lead")),
                "conversation": Words(label=_("conversation")),
                "acknowledged_at": Words(label=_("confirmed by the customer")),
            },
            hidden=frozenset({"hold_expires_at", "revision", "request_key"}),
        ),
    )
