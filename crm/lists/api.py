"""Saved views by the API, and what they and `?filter=` ask of a list of leads."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Q
from rest_framework import serializers

from core.access.api import PersonShape
from core.api.conditions import condition_parameter
from core.api.drafts import Draft, List, OneOf, Reference, Words, YesNo
from core.api.endpoint import Call, Endpoint, operation
from core.api.filters import FLAG, IDS, TEXT, Filter
from core.api.pages import CREATED, Listing
from core.api.parameters import Parameter
from core.api.shapes import Choice, Flag, Free, Identifier, Instant, Made, Optional, Ref, Shape, Text, Whole
from core.conditions import Condition
from core.keys.scopes import Scope
from crm.lists.errors import BadView
from crm.lists.models import Layout
from crm.lists.operations import change_view, delete_view, save_view
from crm.lists.queries import ViewQuerySet, condition_of, views
from crm.pipeline.api.shapes import PipelineShape
from crm.pipeline.models import Pipeline
from crm.scoring.queries import SUBJECT, moment

TAG = "Leads"
CONDITION = 'A condition over leads: {"all": [{"field": "lead.grade", "op": "in", "value": ["A", "B"]}]}.'
T = TypeVar("T")


class ViewShape(Shape):
    scope = Scope.LEADS_READ
    version = "revision"

    id = Identifier()
    name = Text()
    owner = Ref(PersonShape, allow_null=True, help_text="null: a program made it.")
    shared = Flag()
    pipeline = Ref(PipelineShape, allow_null=True, help_text="null: leads of every pipeline.")
    layout = Choice(choices=Layout.choices)
    filter = Free(help_text=f"{CONDITION} {{}} means all leads.")
    columns = Made(
        of=["columns"],
        write=list,
        schema={"type": "array", "items": {"type": "string"}},
        help_text="In order.",
    )
    sort = Optional(help_text='"value" or "-value"; null: the newest first.')
    revision = Whole(help_text="Rises with every change.")
    created_at = Instant()


VIEWS = Listing(
    ViewShape,
    (
        Filter("shared", FLAG),
        Filter("pipeline", IDS, "pipeline__public_id", nullable=True),
        Filter("layout", TEXT, choices=tuple(Layout.values)),
    ),
    (CREATED,),
)


class JsonObject(serializers.JSONField):
    default_error_messages = {"not_an_object": "Not a JSON object."}

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, dict):
            self.fail("not_an_object")
        return data


class ViewChangesDraft(Draft):
    name = Words(max_length=100, required=False)
    shared = YesNo(required=False)
    pipeline = Reference(required=False, allow_null=True)
    layout = OneOf(choices=Layout.choices, required=False)
    filter = JsonObject(required=False, help_text=CONDITION)
    columns = List(child=Words(max_length=80), max_length=60, required=False)
    sort = Words(max_length=40, required=False, allow_blank=True)


class ViewDraft(ViewChangesDraft):
    name = Words(max_length=100)


class Views(Endpoint):
    tag = TAG

    @operation(
        Scope.LEADS_READ,
        "Saved views",
        about="A key of a person sees that person's and the shared ones, another key the shared ones.",
        listing=VIEWS,
    )
    def get(self, call: Call) -> Any:
        return call.page(views_of(call))

    @operation(
        Scope.LEADS_WRITE,
        "Save a view",
        about="A key that works as no person saves shared views only.",
        into=ViewDraft,
        out=ViewShape,
        status=201,
    )
    def post(self, call: Call) -> Any:
        values = _values(call)
        view = _told(call, lambda: save_view(user=call.key.person, **values))
        return call.one(views().filter(pk=view.pk))


class OneView(Endpoint):
    tag = TAG

    @operation(Scope.LEADS_READ, "A saved view", out=ViewShape)
    def get(self, call: Call, public_id: UUID) -> Any:
        return call.one(views_of(call).filter(public_id=public_id))

    @operation(
        Scope.LEADS_WRITE,
        "Change a saved view",
        about="If-Match compares the revision. A shared view of somebody else is changed by managers and admins only.",
        into=ViewChangesDraft,
        out=ViewShape,
    )
    def patch(self, call: Call, public_id: UUID) -> Any:
        pk, values = call.lock(views_of(call).filter(public_id=public_id)), _values(call)
        _told(call, lambda: change_view(view_id=pk, user=call.key.person, **values))
        return call.one(views().filter(pk=pk))

    @operation(Scope.LEADS_WRITE, "Delete a saved view")
    def delete(self, call: Call, public_id: UUID) -> None:
        pk = call.lock(views_of(call).filter(public_id=public_id), ViewShape)
        delete_view(view_id=pk, user=call.key.person)


def views_of(call: Call) -> ViewQuerySet:
    """The views in sight of the key."""
    return views().visible_to(call.key.person) if call.key.person else views().shared()


FILTERING = (
    condition_parameter(SUBJECT, example=CONDITION),
    Parameter("view", IDS, "Id of a saved view: its filter and its pipeline narrow the list."),
)
"""Parameters of a list of leads; `wanted` is what they ask for."""


def wanted(call: Call) -> Q:
    """The leads that `?filter=` and `?view=` ask for. Raises Problem 400, BrokenView."""
    found, at = Q(), moment(call.now)
    asked: Condition | None = call.asked.get("filter")
    if asked is not None:
        found &= asked.to_q(at)
    if "view" in call.asked:
        view = views_of(call).filter(public_id=call.asked["view"]).first()
        if view is None:
            call.refuse("?view", "unknown", "There is no such view.")
        found &= condition_of(view).to_q(at)
        if view.pipeline_id:
            found &= Q(pipeline=view.pipeline_id)
    return found


def _values(call: Call) -> Any:
    values = dict(call.data)
    if values.get("pipeline"):
        pipeline = Pipeline.objects.filter(public_id=values["pipeline"]).first()
        values["pipeline"] = pipeline or call.refuse("/pipeline", "unknown", "There is no such pipeline.")
    return values


def _told(call: Call, act: Callable[[], T]) -> T:
    """What the operation finds wrong, at its place in the body."""
    try:
        return act()
    except BadView as error:
        inside = "".join(f"/{part}" for part in re.findall(r"[^.\[\]]+", error.path))
        call.refuse(f"/{error.field}{inside}", error.code, str(error))
