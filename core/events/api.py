"""The event feed: everything that happened, in the order of its positions, without gaps (spec 14.1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from rest_framework import serializers

from core.api.endpoint import Call, Endpoint, operation
from core.api.filters import TEXT, WHOLE
from core.api.pages import DEFAULT_LIMIT, MAX_LIMIT
from core.api.parameters import Parameter
from core.api.problems import Fault, Problem, bad_request
from core.api.shapes import instant
from core.events.enums import ActorKind
from core.events.models import Event
from core.events.registry import TYPES
from core.events.things import Thing, public_ids
from core.keys.scopes import Scope

Plain: Any = serializers.Serializer
OWN = ("lead", "contact", "conversation")


class SubjectSchema(Plain):
    type = serializers.CharField()
    id = serializers.UUIDField(allow_null=True, help_text="null for what is gone or has no public id.")


class ActorSchema(Plain):
    kind = serializers.ChoiceField(choices=ActorKind.choices)
    person = serializers.UUIDField(allow_null=True)
    key = serializers.UUIDField(allow_null=True, help_text="The API key that caused it.")


class EventSchema(Plain):
    position = serializers.IntegerField(help_text="Its place in the feed.")
    id = serializers.UUIDField()
    name = serializers.CharField(help_text="docs/events.md lists all names with their payloads.")
    version = serializers.IntegerField()
    subject = SubjectSchema()
    lead = serializers.UUIDField(allow_null=True)
    contact = serializers.UUIDField(allow_null=True)
    conversation = serializers.UUIDField(allow_null=True)
    actor = ActorSchema()
    payload = serializers.DictField(help_text="As docs/events.md tells; rows are named by their public ids.")
    created_at = serializers.DateTimeField()


class FeedSchema(Plain):
    results = EventSchema(many=True)
    last = serializers.IntegerField(help_text="What to send as `after` next time.")
    next = serializers.URLField(allow_null=True, help_text="There is more already.")


class Events(Endpoint):
    tag = "Events"

    @operation(
        Scope.EVENTS_READ,
        "What happened since a position",
        about="Ask again with `after` = `last`: nothing is skipped and nothing comes twice. A position is given within "
        "seconds after it happened.",
        out=FeedSchema,
        parameters=(
            Parameter("after", WHOLE, "The last position that you have; 0 for the beginning.", least=0),
            Parameter("limit", WHOLE, "Events of a page.", least=1, most=MAX_LIMIT),
            Parameter("name", TEXT, "Only events of these names, with commas between."),
        ),
    )
    def get(self, call: Call) -> Any:
        if call.key.person is not None and not call.key.person.sees_everything:
            detail = "The feed tells of everything; this key works as a person who does not see everything."
            raise Problem(403, "sight_too_narrow", detail)
        after, limit = call.asked.get("after", 0), call.asked.get("limit", DEFAULT_LIMIT)
        rows = Event.objects.filter(position__gt=after)
        if "name" in call.asked:
            rows = rows.filter(name__in=_names(call.asked["name"]))
        found = list(rows.order_by("position")[: limit + 1])
        shown = found[:limit]
        last = shown[-1].position if shown else after
        ids = public_ids(thing for event in shown for thing in _things(event))
        return {
            "results": [_shown(event, ids) for event in shown],
            "last": last,
            "next": _next(call, last) if len(found) > limit else None,
        }


def _names(text: str) -> list[str]:
    names = text.split(",")
    if unknown := [name for name in names if name not in TYPES]:
        message = f"There are no such events: {', '.join(unknown)}."
        raise bad_request([Fault("?name", "bad_value", message, tuple(sorted(TYPES)))])
    return names


def _next(call: Call, last: int | None) -> str:
    query = {**{name: str(value) for name, value in call.request.GET.items()}, "after": str(last)}
    return f"{call.request.build_absolute_uri(call.request.path)}?{urlencode(query)}"


def _references(event: Event) -> Mapping[str, str]:
    known = TYPES.get(event.name)
    return known.references if known else {}


def _things(event: Event) -> Iterator[Thing]:
    yield event.subject_type, event.subject_id
    for kind in OWN:
        if (key := getattr(event, f"{kind}_id")) is not None:
            yield kind, key
    if event.actor_id is not None:
        yield "user", event.actor_id
    if event.api_key_id is not None:
        yield "apikey", event.api_key_id
    for name, kind in _references(event).items():
        if isinstance(key := event.payload.get(name), int):
            yield kind, key


def _shown(event: Event, ids: Mapping[Thing, UUID]) -> dict[str, Any]:
    def named(kind: str, key: Any) -> str | None:
        found = ids.get((kind, key)) if isinstance(key, int) else None
        return str(found) if found else None

    references = {
        name: named(kind, event.payload[name])
        for name, kind in _references(event).items()
        if name in event.payload
    }
    return {
        "position": event.position,
        "id": str(event.public_id),
        "name": event.name,
        "version": event.version,
        "subject": {"type": event.subject_type, "id": named(event.subject_type, event.subject_id)},
        **{kind: named(kind, getattr(event, f"{kind}_id")) for kind in OWN},
        "actor": {
            "kind": event.actor_kind,
            "person": named("user", event.actor_id),
            "key": named("apikey", event.api_key_id),
        },
        "payload": {**event.payload, **references},
        "created_at": instant(event.created_at),
    }
