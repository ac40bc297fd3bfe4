from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from bookings.resources.models import Resource, ResourceException, ResourceHours
from bookings.resources.week import Overlap, in_order
from bookings.services.models import ServiceResource
from bookings.slots import WeeklyHours
from core.calendars.clock import Hours, check_hours
from core.errors import Refused
from core.events.actor import Actor
from core.events.operations import record


@transaction.atomic
def save_resource(
    *,
    values: Mapping[str, Any],
    week: Iterable[WeeklyHours],
    actor: Actor,
    resource_id: int | None = None,
    service_ids: Collection[int] | None = None,
) -> Resource:
    """Add a person or room, or change one: `values` are fields of `Resource` by name.

    `service_ids`: what they give; None leaves that as it is. Raises Refused when two periods of the week overlap.
    Bookings that were made keep their times.
    """
    hours = _checked(week)
    resource = Resource.objects.select_for_update().get(pk=resource_id) if resource_id else Resource()
    changed = [name for name, value in values.items() if getattr(resource, name) != value]
    for name in changed:
        setattr(resource, name, values[name])
    resource.save()
    if _set_week(resource, hours):
        changed.append("hours")
    if service_ids is not None and _give(resource, set(service_ids)):
        changed.append("services")
    if changed:
        _record(resource, changed, actor)
    return resource


@transaction.atomic
def set_exception(*, resource: Resource, day: date, hours: Hours, actor: Actor, name: str = "") -> None:
    """Give the date hours of its own; without any it is closed. Raises Refused for hours that make no sense."""
    for start, end in hours:
        try:
            check_hours(start, end)
        except ValueError as error:
            raise Refused(_("Hours must end after they start.")) from error
    ResourceException.objects.filter(resource=resource, date=day).delete()
    ResourceException.objects.bulk_create(
        ResourceException(resource=resource, date=day, name=name, start=start, end=end)
        for start, end in (hours or ((None, None),))
    )
    _record(resource, ["exceptions"], actor)


@transaction.atomic
def clear_exception(*, resource: Resource, day: date, actor: Actor) -> None:
    """Let the weekly hours, or the public holiday, count again on that date."""
    if ResourceException.objects.filter(resource=resource, date=day).delete()[0]:
        _record(resource, ["exceptions"], actor)


def _checked(week: Iterable[WeeklyHours]) -> list[WeeklyHours]:
    try:
        return in_order(week)
    except Overlap as error:
        raise Refused(_("Two periods of the week overlap.")) from error


def _set_week(resource: Resource, week: list[WeeklyHours]) -> bool:
    known = {(each.weekday, each.start, each.end, each.overnight) for each in resource.hours.all()}
    if known == {(each.weekday, each.start, each.end, each.overnight) for each in week}:
        return False
    resource.hours.all().delete()
    ResourceHours.objects.bulk_create(
        ResourceHours(
            resource=resource,
            weekday=each.weekday,
            start=each.start,
            end=each.end,
            overnight=each.overnight,
        )
        for each in week
    )
    return True


def _give(resource: Resource, wanted: set[int]) -> bool:
    given = set(resource.provides.values_list("service_id", flat=True))
    if given == wanted:
        return False
    resource.provides.exclude(service__in=wanted).delete()
    ServiceResource.objects.bulk_create(
        ServiceResource(service_id=key, resource=resource) for key in sorted(wanted - given)
    )
    return True


def _record(resource: Resource, changes: Iterable[str], actor: Actor) -> None:
    payload = {"name": resource.name, "changes": sorted(changes)}
    record(name="resource.changed", subject=resource, actor=actor, payload=payload)
