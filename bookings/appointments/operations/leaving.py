"""The coming meetings of somebody who leaves (spec 15.2)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from bookings.appointments.models import BookedVia, Booking, BookingStatus
from bookings.appointments.operations.changing import move
from bookings.resources.models import Resource
from core.access.leaving import Handed, Leaving
from core.errors import Refused
from core.events.actor import Actor
from core.events.operations import record


def hand_over_bookings(leaving: Leaving) -> Handed:
    """Let whoever takes over give the coming meetings, at the times that were agreed; the customers are told.

    A meeting for which none of them is free, or whose service none of them gives, stays where it is and is counted as
    left. Nobody books the leaver any more, whoever takes over.
    """
    own = Resource.objects.filter(user=leaving.user).first()
    if own is None:
        return Handed(_("Meetings"), 0)
    _close(own, leaving)
    moved = left = 0
    heirs = _heirs(leaving)
    coming = Booking.objects.filter(
        resource=own,
        status__in=[BookingStatus.HELD, BookingStatus.CONFIRMED],
        starts_at__gt=leaving.now,
    )
    for booking in coming.order_by("starts_at", "id") if leaving.has_heir else ():
        if any(_moved(booking, heir, leaving) for heir in heirs):
            moved += 1
        else:
            left += 1
    return Handed(_("Meetings"), moved, left)


def _heirs(leaving: Leaving) -> list[Resource]:
    people = Resource.objects.filter(active=True).exclude(user=leaving.user).order_by("pk")
    if leaving.to_user is not None:
        return list(people.filter(user=leaving.to_user))
    if leaving.to_team is not None:
        return list(people.filter(user__memberships__team=leaving.to_team, user__is_active=True))
    return []


def _moved(booking: Booking, heir: Resource, leaving: Leaving) -> bool:
    try:
        move(
            booking_id=booking.pk,
            starts_at=booking.starts_at,
            now=leaving.now,
            via=BookedVia.PERSON,
            actor=Actor.of(leaving.by),
            resource=heir,
        )
    except Refused:
        return False
    return True


def _close(resource: Resource, leaving: Leaving) -> None:
    if not resource.active:
        return
    resource.active = False
    resource.save(update_fields=["active"])
    payload = {"name": resource.name, "changes": ["active"]}
    record(name="resource.changed", subject=resource, actor=Actor.of(leaving.by), payload=payload)
