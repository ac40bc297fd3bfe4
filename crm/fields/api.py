"""Custom fields, and their values in what is read and written of leads and contacts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers

from core.api.endpoint import Call, Endpoint, operation
from core.api.filters import FLAG, TEXT, Filter
from core.api.pages import CREATED, Listing, Sort
from core.api.shapes import Choice, Flag, Free, Identifier, Made, Shape, Text, Whole
from core.keys.scopes import Scope
from crm.fields.errors import BadValues
from crm.fields.models import CustomField, FieldKind, FieldSubject
from crm.fields.queries import checked
from crm.fields.values import plain

TEXTS = {"type": "object", "additionalProperties": {"type": "string"}, "description": "Text by language."}
VALUES = {"type": "object", "additionalProperties": {}, "description": "Value by key of the custom field."}
MOST = 100


def shown_values(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: plain(value) for key, value in values.items()}


class FieldShape(Shape):
    id = Identifier()
    key = Text(help_text="Its values stand under this key in `custom`; conditions ask for `custom.<key>`.")
    subject = Choice(choices=FieldSubject.choices)
    kind = Choice(choices=FieldKind.choices)
    labels = Made(of=["labels"], write=dict, schema=TEXTS)
    help = Made(of=["help"], write=dict, schema=TEXTS)
    choices = Free(help_text='[{"value", "label": text by language}]')
    required = Flag(help_text="Forms ask for it, and it is not emptied again.")
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


class Fields(Endpoint):
    tag = "Settings"

    @operation(Scope.SETTINGS_READ, "Custom fields of leads and contacts", listing=FIELDS)
    def get(self, call: Call) -> Any:
        return call.page(CustomField.objects.all())


class OneField(Endpoint):
    tag = "Settings"

    @operation(Scope.SETTINGS_READ, "A custom field", out=FieldShape)
    def get(self, call: Call, public_id: UUID) -> Any:
        return call.one(CustomField.objects.filter(public_id=public_id))
