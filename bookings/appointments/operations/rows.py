"""Rows locked in the order of the house: conversation, lead, resources in order of id, booking."""

from __future__ import annotations

from django.db.models import QuerySet

from bookings.appointments.models import Booking
from crm.pipeline.models import Lead
from crm.pipeline.queries import locked_lead


def locked_booking(booking_id: int) -> Booking:
    """The row with its service, resource and contact; Booking.DoesNotExist.

    What is joined was read before the wait: where that was for a merge of contacts, it is read anew.
    """
    booking = _rows().select_for_update(no_key=True, of=("self",)).get(pk=booking_id)
    is_current = booking.contact_id is None or booking.contact is not None
    return booking if is_current else _rows().get(pk=booking_id)


def locked_with_lead(booking_id: int, lead: Lead | None = None) -> Booking:
    """The booking, its lead (or the one that it is about to get) locked before it."""
    lead_id = lead.pk if lead else Booking.objects.values_list("lead_id", flat=True).get(pk=booking_id)
    held = locked_lead(lead_id) if lead_id is not None else None
    booking = locked_booking(booking_id)
    if held is not None:
        booking.lead = held
    return booking


def seen_booking(booking_id: int) -> Booking:
    """The booking as it is, without waiting for it: lead and resources are locked before it. Booking.DoesNotExist."""
    return _rows().get(pk=booking_id)


def _rows() -> QuerySet[Booking]:
    return Booking.objects.select_related("service", "resource", "resource__user", "contact", "conversation")
