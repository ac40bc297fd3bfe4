"""Services, and who gives them, by the API."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from rest_framework import serializers

from bookings.appointments.queries import free_times
from bookings.resources.models import Resource, ResourceKind
from bookings.services.models import MeetingFormat, Service
from core.access.api import PersonShape
from core.api.endpoint import Call, Endpoint, operation
from core.api.filters import FLAG, IDS, TEXT, TIME, Filter
from core.api.pages import CREATED, Listing, Sort
from core.api.parameters import Parameter
from core.api.shapes import (
    Amount,
    Choice,
    Flag,
    Identifier,
    Made,
    Optional,
    Ref,
    Shape,
    Text,
    Texts,
    Whole,
    instant,
)
from core.company.queries import company
from core.keys.scopes import Scope

TAG = "Bookings"
TEXTS = {"type": "object", "additionalProperties": {"type": "string"}, "description": "Text by language."}
LONGEST = timedelta(days=62)
Plain: Any = serializers.Serializer


def _page(public: bool, token: str) -> str | None:
    return f"{settings.BASE_URL}/book/{token}/" if public else None


def _texts(path: str) -> Made:
    return Made(of=[path], write=dict, schema=TEXTS)


class ServiceShape(Shape):
    scope = Scope.BOOKINGS_READ
    small = Service

    id = Identifier()
    key = Text()
    name = Text()
    title = _texts("title")
    description = _texts("description")
    prepare = _texts("prepare")
    where = _texts("where")
    format = Choice(choices=MeetingFormat.choices)
    link = Optional()
    duration = Whole(help_text="Minutes.")
    step = Whole(help_text="A start every so many minutes.")
    buffer_before = Whole()
    buffer_after = Whole()
    min_notice = Whole(help_text="Minutes.")
    horizon_days = Whole()
    cutoff = Whole(help_text="Minutes before the start until which customers change it by themselves.")
    capacity = Whole()
    price = Amount(allow_null=True)
    goals = Texts()
    active = Flag()
    public = Flag()
    page = Made(
        of=["public", "token"],
        write=_page,
        schema={"type": ["string", "null"], "format": "uri", "description": "Its public booking page."},
    )
    position = Whole()


class ResourceShape(Shape):
    scope = Scope.BOOKINGS_READ
    small = Resource

    id = Identifier()
    name = Text()
    kind = Choice(choices=ResourceKind.choices)
    person = Ref(PersonShape, "user", allow_null=True)
    timezone = Text()
    active = Flag()


class SlotSchema(Plain):
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    local = serializers.CharField(help_text="The start in the zone that was asked for, with its offset.")
    resources = serializers.ListField(child=serializers.UUIDField(), help_text="Who could be booked then.")


class SlotsSchema(Plain):
    timezone = serializers.CharField()
    results = SlotSchema(many=True)


SERVICES = Listing(
    ServiceShape,
    (Filter("active", FLAG), Filter("public", FLAG), Filter("key", TEXT)),
    (Sort("position", "position"), CREATED),
    "position",
)
RESOURCES = Listing(
    ResourceShape,
    (
        Filter("active", FLAG),
        Filter("kind", TEXT, choices=tuple(ResourceKind.values)),
        Filter("service", IDS, "provides__service__public_id"),
    ),
    default="created",
)


class Services(Endpoint):
    tag = TAG

    @operation(Scope.BOOKINGS_READ, "Services", listing=SERVICES)
    def get(self, call: Call) -> Any:
        return call.page(Service.objects.all())


class OneService(Endpoint):
    tag = TAG

    @operation(Scope.BOOKINGS_READ, "A service", out=ServiceShape)
    def get(self, call: Call, public_id: UUID) -> Any:
        return call.one(Service.objects.filter(public_id=public_id))


class Resources(Endpoint):
    tag = TAG

    @operation(Scope.BOOKINGS_READ, "People and rooms that can be booked", listing=RESOURCES)
    def get(self, call: Call) -> Any:
        return call.page(Resource.objects.all())


class Slots(Endpoint):
    tag = TAG

    @operation(
        Scope.BOOKINGS_READ,
        "Free times of a service",
        about="At most 62 days at once; without `from` from now on, without `to` up to a week later.",
        out=SlotsSchema,
        parameters=(
            Parameter("from", TIME, "The first start."),
            Parameter("to", TIME, "Before this time."),
            Parameter("timezone", TEXT, "IANA name in which `local` is told; the company's when left out."),
            Parameter("resource", IDS, "Only times of this person or room."),
        ),
    )
    def get(self, call: Call, public_id: UUID) -> Any:
        service = Service.objects.get(public_id=public_id)
        start, end = _window(call)
        zone = call.asked.get("timezone", company().timezone)
        if zone not in available_timezones():
            call.refuse("?timezone", "bad_value", "Not a time zone. Write an IANA name, like Asia/Yerevan.")
        resource = resource_named(call, call.asked.get("resource"), "?resource")
        found = free_times(service, now=call.now, start=start, end=end, resource=resource)
        ids = dict(Resource.objects.filter(provides__service=service).values_list("pk", "public_id"))
        length = timedelta(minutes=service.duration)
        return {
            "timezone": zone,
            "results": [
                {
                    "starts_at": instant(each.starts_at),
                    "ends_at": instant(each.starts_at + length),
                    "local": each.starts_at.astimezone(ZoneInfo(zone)).isoformat(),
                    "resources": [str(ids[pk]) for pk in each.resource_ids if pk in ids],
                }
                for each in found
            ],
        }


def resource_named(call: Call, public_id: UUID | None, path: str) -> Resource | None:
    """Raises Problem 400 for an id that nobody has."""
    if public_id is None:
        return None
    found = Resource.objects.filter(public_id=public_id, active=True).first()
    return found or call.refuse(path, "unknown", "There is no such person or room.")


def _window(call: Call) -> tuple[datetime, datetime]:
    start = max(call.asked.get("from", call.now), call.now)
    latest = datetime.max.replace(tzinfo=UTC) - LONGEST
    if start > latest:
        call.refuse("?from", "bad_value", "This is too far away.")
    end = call.asked.get("to", start + timedelta(days=7))
    if end > start + LONGEST:
        call.refuse("?to", "bad_value", "Ask for 62 days at most.")
    return start, end
