from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers

from core.api.drafts import (
    Draft,
    List,
    Money,
    OneOf,
    Reference,
    Tags,
    When,
    Words,
    YesNo,
    Zone,
    language,
    prototype,
)
from crm.fields.api import ValuesField
from crm.fields.models import FieldSubject
from crm.pipeline.api.given import MOST as MOST_GIVEN
from crm.pipeline.api.given import GivenField
from crm.pipeline.enums import LeadSource
from crm.qualification.api import AnswersField


class InlineContact(Draft):
    """Who it is: found by phone or email, or added."""

    name = Words(max_length=200, required=False, allow_blank=True)
    phones = List(child=Words(max_length=100), max_length=20, required=False)
    emails = List(child=Words(max_length=254), max_length=20, required=False)
    language = language(required=False, allow_blank=True)
    timezone = Zone(required=False)
    company = Words(max_length=200, required=False, allow_blank=True)
    tags = Tags(required=False)


class ContactField(serializers.Field[Any, Any, Any, Any]):
    """The id of a contact, or the contact itself."""

    def to_internal_value(self, data: Any) -> UUID | dict[str, Any]:
        if isinstance(data, str):
            found: UUID = Reference().run_validation(data)
            return found
        return dict(prototype(InlineContact).run_validation(data))


class ContactFieldSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = ContactField

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Any) -> Any:
        component = auto_schema.resolve_serializer(InlineContact(), direction)
        return {"oneOf": [{"type": "string", "format": "uuid"}, component.ref]}


class GivenFieldSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = GivenField

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Any) -> Any:
        return {"type": "object", "additionalProperties": {}, "maxProperties": MOST_GIVEN}


class LeadChangesDraft(Draft):
    title = Words(max_length=200, required=False)
    value = Money(required=False, allow_null=True)
    goal = Words(max_length=40, required=False, allow_blank=True)
    source = OneOf(choices=LeadSource.choices, required=False)
    campaign = Words(max_length=120, required=False, allow_blank=True)
    tags = Tags(required=False)
    next_step = Words(
        max_length=200, required=False, allow_blank=True, help_text="Empty clears it and its date."
    )
    next_step_at = When(required=False, allow_null=True)
    custom = ValuesField(FieldSubject.LEAD, required=False)


class LeadDraft(LeadChangesDraft):
    contact = ContactField()
    stage = Reference(required=False, help_text="The first open stage of the first pipeline when left out.")
    owner = Reference(required=False, allow_null=True)
    team = Reference(required=False, allow_null=True)
    answers = AnswersField(required=False)


class MoveDraft(Draft):
    stage = Reference()
    lost_reason = Words(max_length=100, required=False, help_text="By name; needed for a lost stage.")
    given = GivenField(required=False, help_text="What the stage asks for (`required` of the stage), by key.")
    beyond_limit = YesNo(
        required=False, help_text="Go over the limit of the stage: managers and keys of no person may."
    )


class AssignDraft(Draft):
    owner = Reference(allow_null=True, help_text="null gives it to nobody.")
    team = Reference(required=False, allow_null=True, help_text="Left out or null: the team stays.")
