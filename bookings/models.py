"""All models of the room, gathered for Django; each lives with its subject."""

from bookings.appointments.models import Allocation, Booking
from bookings.resources.models import Resource, ResourceException, ResourceHours
from bookings.services.models import Service, ServiceResource

__all__ = [
    "Allocation",
    "Booking",
    "Resource",
    "ResourceException",
    "ResourceHours",
    "Service",
    "ServiceResource",
]
