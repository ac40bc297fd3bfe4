"""Addresses for customers. They outlive a request (in messages, mails, calendars), so they are whole and kept as text."""

from __future__ import annotations

from django.conf import settings

from bookings.appointments.models import Booking
from bookings.resources.models import Resource
from bookings.services.models import Service


def booking_url(booking: Booking) -> str:
    """The customer's own page: shows the booking, moves and cancels it."""
    return f"{settings.BASE_URL}/booking/{booking.token}/"


def service_url(service: Service) -> str:
    """The public page on which the service is booked."""
    return f"{settings.BASE_URL}/book/{service.token}/"


def ics_url(booking: Booking) -> str:
    return f"{settings.BASE_URL}/booking/{booking.token}/invitation.ics"


def feed_url(resource: Resource) -> str:
    """The resource's calendar, for a calendar program to subscribe to."""
    return f"{settings.BASE_URL}/feeds/{resource.feed_token}/calendar.ics"
