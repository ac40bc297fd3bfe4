"""Custom fields, and their values in what is read and written of leads and contacts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers

from core.api.drafts import ByLanguage, Draft, List, OneOf, Reference, Words, YesNo
from core.api.drafts import Whole as WholeIn
from core.api.endpoint import Call, Endpoint, operation
from core.api.filters import FLAG, TEXT, Filter
from core.api.ids import learn
from core.api.ids import public_id as id_of
from core.api.pages import CREATED, Listing, Sort
from core.api.shapes import Choice, Flag, Free, Identifier, Made, Shape, Text, Whole
from core.keys.scopes import Scope
from crm.api import bad_parts, refusals_told
from crm.fields import operations
from crm.fields.errors import BadField, BadValues
from crm.fields.models import CustomField, FieldKind, FieldSubject
from crm.fields.operations import FieldDraft
from crm.fields.queries import checked
from crm.fields.values import plain
from crm.pipeline.models import Pipeline

TEXTS = {"type": "object", "additionalProperties": {"type": "string"}, "description": "Text by language."}
VALUES = {"type": "object", "additionalProperties": {}, "description": "Value by key of the custom field."}
MOST = 100


def shown_values(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: plain(value) for key, value in values.items()}


def _pipelines(keys: list[int]) -> list[str]:
    learn(Pipeline, keys)
    return [found for key in keys if (found := id_of(Pipeline, key))]


class FieldShape(Shape):
    id = Identifier()
    key = Text(help_text="Its values stand under this key in `custom`; conditions ask for `custom.<key>`.")
    subject = Choice(choices=FieldSubject.choices)
    kind = Choice(choices=FieldKind.choices)
    labels = Made(of=["labels"], write=dict, schema=TEXTS)
    help = Made(of=["help"], write=dict, schema=TEXTS)
    choices = Free(help_text='[{"value", "label": text by language}]')
    required = Flag(help_text="Forms ask for it, and it is not emptied again.")
    pipelines = Made(
        of=["pipelines"],
        write=_pipelines,
        schema={
            "type": "array",
            "items": {"type": "string", "format": "uuid"},
            "description": "Those whose leads have the field; none for all.",
        },
    )
    position = Whole()
    active = Flag()


FIELDS = Listing(
    FieldShape,
    (
        Filter("subject", TEXT, choices=tuple(FieldSubject.values)),
        Filter("kind", TEXT, choices=tuple(FieldKind.values)),
        Filter("key", TEXT),
        Filter("active", FLAG),
    ),
    (Sort("position", "position"), CREATED),
    "position",
)


class ValuesField(serializers.Field[Any, Any, Any, Any]):
    """Value by key of the custom field; null takes one away, what is not named stays. Money as everywhere, dates as
    "2026-03-31", several choices as a list.
    """

    default_error_messages = {"not_values": 'Write {{"<key of a field>": value}}, with 100 of them at most.'}

    def __init__(self, subject: str, **options: Any) -> None:
        self.subject = subject
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict) or len(data) > MOST:
            self.fail("not_values")
        try:
            return checked(self.subject, data)
        except BadValues as error:
            faults = {key: [sentence] for key, sentence in error.faults.items()}
            raise serializers.ValidationError(faults) from error


class ValuesFieldSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = ValuesField

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Any) -> Any:
        return {"type": "object", "additionalProperties": {}, "maxProperties": MOST}


class FieldChoiceDraft(Draft):
    value = Words(max_length=100, help_text="Is stored, and stays.")
    label = ByLanguage()


class FieldChangesDraft(Draft):
    kind = OneOf(choices=FieldKind.choices, required=False)
    labels = ByLanguage(required=False)
    help = ByLanguage(required=False)
    choices = List(child=FieldChoiceDraft(), max_length=MOST, required=False)
    required = YesNo(required=False)
    pipelines = List(child=Reference(), max_length=MOST, required=False)
    active = YesNo(required=False)
    position = WholeIn(required=False, help_text="The place among the fields, from 0.")


class NewFieldDraft(FieldChangesDraft):
    key = Words(max_length=40, help_text="Values stand under it, and it stays.")
    subject = OneOf(choices=FieldSubject.choices)
    kind = OneOf(choices=FieldKind.choices)
    labels = ByLanguage()


IN_USE = {409: "Somebody relies on it: `in_use`, and `uses` names who."}


class Fields(Endpoint):
    tag = "Settings"

    @operation(Scope.SETTINGS_READ, "Custom fields of leads and contacts", listing=FIELDS)
    def get(self, call: Call) -> Any:
        return call.page(CustomField.objects.all())

    @operation(
        Scope.SETTINGS_WRITE,
        "Add a custom field",
        about="It stands last unless `position` says otherwise.",
        into=NewFieldDraft,
        out=FieldShape,
        status=201,
    )
    def post(self, call: Call) -> Any:
        return _saved(call, None, dict(call.data))


class OneField(Endpoint):
    tag = "Settings"

    @operation(Scope.SETTINGS_READ, "A custom field", out=FieldShape)
    def get(self, call: Call, public_id: UUID) -> Any:
        return call.one(CustomField.objects.filter(public_id=public_id))

    @operation(
        Scope.SETTINGS_WRITE,
        "Change a custom field",
        about="While there are values the kind stays, and so does every choice that somebody has.",
        into=FieldChangesDraft,
        out=FieldShape,
        refusals=IN_USE,
    )
    def patch(self, call: Call, public_id: UUID) -> Any:
        pk = call.lock(CustomField.objects.filter(public_id=public_id))
        found = CustomField.objects.get(pk=pk)
        kept = {name: getattr(found, name) for name in FieldDraft.__dataclass_fields__}
        return _saved(call, pk, {**kept, **call.data})

    @operation(Scope.SETTINGS_WRITE, "Delete a custom field that nobody uses", refusals=IN_USE)
    def delete(self, call: Call, public_id: UUID) -> None:
        pk = call.lock(CustomField.objects.filter(public_id=public_id), FieldShape)
        with refusals_told():
            operations.delete_field(field_id=pk, user=call.key.person)


def _saved(call: Call, pk: int | None, values: dict[str, Any]) -> Any:
    values.pop("position", None)
    if "pipelines" in call.data:
        values["pipelines"] = _named(call)
    with refusals_told():
        try:
            saved = operations.save_field(draft=FieldDraft(**values), user=call.key.person, field_id=pk)
        except BadField as error:
            raise bad_parts(error.faults) from error
    if "position" in call.data:
        order = list(CustomField.objects.exclude(pk=saved.pk).values_list("pk", flat=True))
        order.insert(call.data["position"], saved.pk)
        operations.reorder_fields(field_ids=order, user=call.key.person)
    return call.one(CustomField.objects.filter(pk=saved.pk))


def _named(call: Call) -> list[int]:
    wanted = set(call.data["pipelines"])
    found = dict(Pipeline.objects.filter(public_id__in=wanted).values_list("public_id", "pk"))
    if wanted - found.keys():
        call.refuse("/pipelines", "unknown", "There is no such pipeline.")
    return list(found.values())
