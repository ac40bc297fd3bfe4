"""What conditions may ask about a lead's meetings (spec 7.4).

Held times and those that were not confirmed in time are not meetings.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Exists, IntegerField, OuterRef, QuerySet, Subquery, TextField
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext_lazy as _

from bookings.appointments.models import Booking, BookingStatus
from core.conditions import Field, FieldType, Moment, registry
from crm.scoring.queries import SUBJECT

MEETINGS = (
    BookingStatus.CONFIRMED,
    BookingStatus.ATTENDED,
    BookingStatus.NO_SHOW,
    BookingStatus.CANCELLED,
)
UPCOMING, COUNT, LAST, MISSED = "booking.upcoming", "booking.count", "booking.last", "booking.missed"
KEYS = frozenset({UPCOMING, COUNT, LAST, MISSED})


def register() -> None:
    registry.register(*_fields())


def _fields() -> list[Field]:
    return [
        Field(
            key=UPCOMING,
            type=FieldType.BOOLEAN,
            label=_("Has a meeting ahead"),
            subjects=(SUBJECT,),
            getter=lambda lead, at: _ahead(_of(lead), at).exists(),
            orm=lambda at: Exists(_ahead(_of_row(), at)),
        ),
        Field(
            key=COUNT,
            type=FieldType.NUMBER,
            label=_("Meetings"),
            subjects=(SUBJECT,),
            getter=lambda lead, at: _agreed(_of(lead)).count(),
            orm=lambda at: _number(_agreed(_of_row())),
        ),
        Field(
            key=LAST,
            type=FieldType.CHOICE,
            label=_("State of the last meeting"),
            subjects=(SUBJECT,),
            getter=lambda lead, at: _latest_first(_of(lead)).values_list("status", flat=True).first(),
            orm=lambda at: Subquery(
                _latest_first(_of_row()).values(state=Cast("status", TextField()))[:1],
                output_field=TextField(),
            ),
            choices=[(each.value, each.label) for each in MEETINGS],
        ),
        Field(
            key=MISSED,
            type=FieldType.NUMBER,
            label=_("Meetings without the customer"),
            subjects=(SUBJECT,),
            getter=lambda lead, at: _missed(_of(lead)).count(),
            orm=lambda at: _number(_missed(_of_row())),
        ),
    ]


def _of(lead: Any) -> QuerySet[Booking]:
    return Booking.objects.filter(lead=lead.pk).order_by()


def _of_row() -> QuerySet[Booking]:
    return Booking.objects.filter(lead=OuterRef("pk")).order_by()


def _ahead(rows: QuerySet[Booking], at: Moment) -> QuerySet[Booking]:
    return rows.filter(status=BookingStatus.CONFIRMED, starts_at__gt=at.now)


def _agreed(rows: QuerySet[Booking]) -> QuerySet[Booking]:
    return rows.filter(status__in=[each for each in MEETINGS if each != BookingStatus.CANCELLED])


def _missed(rows: QuerySet[Booking]) -> QuerySet[Booking]:
    return rows.filter(status=BookingStatus.NO_SHOW)


def _latest_first(rows: QuerySet[Booking]) -> QuerySet[Booking]:
    return rows.filter(status__in=MEETINGS).order_by("-starts_at", "-id")


def _number(rows: QuerySet[Booking]) -> Coalesce:
    counted = rows.values("lead").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
