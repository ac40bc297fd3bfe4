"""Who changed what, from and to (spec 12.2), in the words of the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Model
from rest_framework import serializers

from core.access.models import User
from core.api import ids
from core.api.endpoint import Call, Endpoint, operation
from core.api.filters import IDS, TEXT, TIME, WHOLE
from core.api.pages import DEFAULT_LIMIT, MAX_LIMIT
from core.api.parameters import Parameter
from core.api.problems import Fault, Problem, bad_request
from core.api.shapes import instant
from core.history.enums import Area, ChangeKind, Origin
from core.history.queries import Change, HistoryPage, changes_of, of_areas, of_mark, of_whole, open_to, page
from core.history.registry import Tracked, everything
from core.history.rows import ITSELF, PERSON, PROGRAMS, Place, Source, Wanted
from core.keys.scopes import Scope

Plain: Any = serializers.Serializer
ABOUT = (
    "Newest first. Names and values are in the language of `Accept-Language`, also of what is gone; secrets are in no "
    "history."
)


class ChangedFieldSchema(Plain):
    name = serializers.CharField()
    label = serializers.CharField()
    before = serializers.CharField(allow_blank=True)
    after = serializers.CharField(allow_blank=True)


class ChangeSchema(Plain):
    id = serializers.CharField()
    at = serializers.DateTimeField()
    did = serializers.ChoiceField(choices=ChangeKind.choices)
    kind = serializers.CharField(help_text="What kind of thing it is, as `kind` asks for it.")
    object = serializers.UUIDField(allow_null=True, help_text="null for what has no id of its own.")
    name = serializers.CharField(allow_blank=True)
    part_of = serializers.CharField(allow_blank=True, help_text="The name of the whole that it is a part of.")
    person = serializers.UUIDField(allow_null=True)
    who = serializers.CharField(allow_blank=True, help_text="The person or the program; empty for nobody.")
    origin = serializers.ChoiceField(choices=Origin.choices)
    fields = ChangedFieldSchema(many=True)


class HistorySchema(Plain):
    results = ChangeSchema(many=True)
    next = serializers.URLField(allow_null=True)


PAGING = (
    Parameter("cursor", TEXT, "Follow `next` as it was given."),
    Parameter("limit", WHOLE, "Changes of a page.", least=1, most=MAX_LIMIT),
)
FILTERS = (
    Parameter("kind", TEXT, "Only things of this kind, with their parts, like stage or scoringrule."),
    Parameter("object", IDS, "Only this thing of the kind."),
    Parameter("person", IDS, "Only what this person changed."),
    Parameter("by", TEXT, "programs: with an API key; itself: what nobody did."),
    Parameter("since", TIME, "From this moment on."),
    Parameter("until", TIME, "Before this moment."),
)


class History(Endpoint):
    tag = "History"

    @operation(
        Scope.EVENTS_READ,
        "Who changed the settings or the daily work",
        about=f"{ABOUT} Without `kind` all settings. A key that works as a person reads what that person may: admins all, "
        "managers what they see the settings of.",
        out=HistorySchema,
        parameters=(*FILTERS, *PAGING),
    )
    def get(self, call: Call) -> Any:
        tracked = open_to(call.key.person) if call.key.person else everything()
        if not tracked:
            raise Problem(403, "sight_too_narrow", "The history is for managers and admins.")
        wanted = Wanted(
            sources=_sources(call, tracked),
            since=_moment(call, "since"),
            until=_moment(call, "until"),
            **_who(call),
        )
        return answer(call, page(wanted, limit=_limit(call), after=_place(call)))


def history_of(call: Call, subject: Model) -> dict[str, Any]:
    """The history of one thing that the key sees, for the address of the thing."""
    return answer(call, changes_of(subject, limit=_limit(call), after=_place(call)))


def answer(call: Call, found: HistoryPage) -> dict[str, Any]:
    ids.learn(User, {change.person_id for change in found.changes})
    link = None
    if found.after is not None:
        asked = {name: str(value) for name, value in call.request.GET.items() if name != "cursor"}
        path = call.request.build_absolute_uri(call.request.path)
        link = f"{path}?{urlencode({**asked, 'cursor': found.after.encode()})}"
    return {"results": [_shown(change) for change in found.changes], "next": link}


def _shown(change: Change) -> dict[str, Any]:
    return {
        "id": f"{change.tracked.key}-{change.place.id}",
        "at": instant(change.at),
        "did": change.kind.value,
        "kind": change.tracked.key,
        "object": change.mark or None,
        "name": change.thing,
        "part_of": change.of,
        "person": ids.public_id(User, change.person_id),
        "who": change.who,
        "origin": change.origin.value,
        "fields": [
            {"name": each.name, "label": each.label, "before": each.before, "after": each.after}
            for each in change.fields
        ],
    }


def _sources(call: Call, tracked: Sequence[Tracked]) -> Sequence[Source]:
    kind, mark = call.asked.get("kind"), call.asked.get("object")
    if kind is None:
        if mark is not None:
            raise bad_request([Fault("?kind", "required", "Say what kind of thing `object` is.")])
        return of_areas(tracked, Area.SETTINGS)
    found = next((each for each in tracked if each.key == kind), None)
    if found is None:
        kinds = tuple(sorted(each.key for each in tracked))
        raise bad_request([Fault("?kind", "bad_value", f"Write one of {', '.join(kinds)}.", kinds)])
    if mark is None:
        return of_whole(found)
    if not found.mark:
        raise bad_request([Fault("?object", "bad_value", "Things of this kind have no id of their own.")])
    assert isinstance(mark, UUID)
    return of_mark(found, mark)


def _who(call: Call) -> dict[str, Any]:
    by = call.asked.get("by", "")
    if by not in ("", PROGRAMS, ITSELF):
        raise bad_request([Fault("?by", "bad_value", f"Write {PROGRAMS} or {ITSELF}.", (PROGRAMS, ITSELF))])
    if "person" not in call.asked:
        return {"who": by}
    pk = User.objects.filter(public_id=call.asked["person"]).values_list("pk", flat=True).first()
    if pk is None:
        raise bad_request([Fault("?person", "unknown", "There is no such person.")])
    return {"who": PERSON, "person": pk}


def _moment(call: Call, name: str) -> datetime | None:
    found: datetime | None = call.asked.get(name)
    return found


def _limit(call: Call) -> int:
    return int(call.asked.get("limit", DEFAULT_LIMIT))


def _place(call: Call) -> Place | None:
    asked = call.asked.get("cursor")
    try:
        return Place.decode(asked) if asked else None
    except ValueError as error:
        raise bad_request([Fault("?cursor", "bad_cursor", "Follow `next` as it was given.")]) from error
