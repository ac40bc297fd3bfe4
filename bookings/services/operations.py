from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify

from bookings.services.models import Service, ServiceResource
from core.events.actor import Actor
from core.events.operations import record
from core.text import normalise

KEY_LENGTH = 40


@transaction.atomic
def save_service(
    *,
    values: Mapping[str, Any],
    resource_ids: Collection[int],
    actor: Actor,
    service_id: int | None = None,
) -> Service:
    """Add a service, or change one: `values` are fields of `Service` by name, `resource_ids` who gives it.

    A new one stands last and gets its key from its name. Bookings that were made keep their times.
    """
    if service_id is None:
        service = Service(key=_free_key(str(values["name"])), position=_last_position() + 1)
    else:
        service = Service.objects.select_for_update().get(pk=service_id)
    changed = [name for name, value in values.items() if getattr(service, name) != value]
    for name in changed:
        setattr(service, name, values[name])
    service.save()
    if _give(service, set(resource_ids)):
        changed.append("resources")
    if changed:
        payload = {"name": service.name, "changes": sorted(changed)}
        record(name="service.changed", subject=service, actor=actor, payload=payload)
    return service


@transaction.atomic
def order_services(*, service_ids: Collection[int]) -> None:
    """Put these first, in this order; the others keep theirs behind."""
    known = list(Service.objects.select_for_update().order_by("position", "id"))
    wanted = {key: place for place, key in enumerate(service_ids)}
    known.sort(key=lambda each: wanted.get(each.pk, len(wanted)))
    for place, service in enumerate(known):
        service.position = place
    Service.objects.bulk_update(known, ["position"])


def _give(service: Service, wanted: set[int]) -> bool:
    given = set(service.providers.values_list("resource_id", flat=True))
    if given == wanted:
        return False
    service.providers.exclude(resource__in=wanted).delete()
    ServiceResource.objects.bulk_create(
        ServiceResource(service=service, resource_id=key) for key in sorted(wanted - given)
    )
    return True


def _last_position() -> int:
    return Service.objects.aggregate(last=Max("position"))["last"] or 0


def _free_key(name: str) -> str:
    base = slugify(normalise(name)).replace("-", "_")[: KEY_LENGTH - 4].strip("_") or "service"
    taken = set(Service.objects.filter(key__startswith=base).values_list("key", flat=True))
    numbered = (f"{base}_{number}" for number in range(2, len(taken) + 3))
    return next(key for key in (base, *numbered) if key not in taken)
