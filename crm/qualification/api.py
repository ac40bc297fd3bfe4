"""Criteria, and what is known of a lead for them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers

from core.access.api import PersonShape
from core.api.drafts import Draft
from core.api.endpoint import Call, Endpoint, operation
from core.api.filters import FLAG, TEXT, Filter
from core.api.pages import CREATED, Listing, Sort
from core.api.shapes import Choice, Flag, Free, Identifier, Instant, Made, Ref, Shape, Text, Whole
from core.keys.scopes import Scope
from crm.qualification.answers import canonical, plain, told
from crm.qualification.errors import BadAnswer, UnknownCriterion
from crm.qualification.models import AnswerSource, Criterion, CriterionKind
from crm.qualification.queries import criterion

TEXTS = {"type": "object", "additionalProperties": {"type": "string"}, "description": "Text by language."}
MOST = 100


class CriterionShape(Shape):
    id = Identifier()
    key = Text()
    kind = Choice(choices=CriterionKind.choices)
    name = Text()
    question = Made(of=["question"], write=dict, schema=TEXTS)
    choices = Free(help_text='[{"value", "label": text by language, "synonyms"}]')
    disqualifying = Free(help_text="Values that make a lead not a fit.")
    must_have = Flag()
    position = Whole()
    active = Flag()


class AnswerShape(Shape):
    key = Text("criterion__key")
    value = Made(of=["value"], write=plain, schema={})
    said = Text(allow_blank=True, help_text="In the customer's words.")
    source = Choice(choices=AnswerSource.choices)
    confidence = Made(of=["confidence"], write=float, schema={"type": "number", "minimum": 0, "maximum": 1})
    person = Ref(PersonShape, "user", allow_null=True, help_text="Who entered it.")
    created_at = Instant()
    superseded_at = Instant(allow_null=True, help_text="null: it holds.")


CRITERIA = Listing(
    CriterionShape,
    (Filter("active", FLAG), Filter("key", TEXT), Filter("must_have", FLAG)),
    (Sort("position", "position"), CREATED),
    "position",
)
ANSWERS = Listing(
    AnswerShape,
    (
        Filter("key", TEXT, "criterion__key"),
        Filter("current", FLAG, where=lambda holds: Q(superseded_at__isnull=holds)),
    ),
    (CREATED,),
)


class AnswersField(serializers.Field[Any, Any, Any, Any]):
    """Value by key of the criterion; null takes an answer away. Money as everywhere, dates as "2026-03-31"."""

    default_error_messages = {
        "not_answers": 'Write {{"<key of a criterion>": value}}, with 100 of them at most.'
    }

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict) or len(data) > MOST:
            self.fail("not_answers")
        faults: dict[str, list[str]] = {}
        read = {}
        for key, value in data.items():
            try:
                read[key] = _read(key, value)
            except (UnknownCriterion, BadAnswer) as error:
                faults[key] = [str(error)]
        if faults:
            raise serializers.ValidationError(faults)
        return read


class AnswersFieldSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = AnswersField

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Any) -> Any:
        return {"type": "object", "additionalProperties": {}, "maxProperties": MOST}


class AnswersDraft(Draft):
    answers = AnswersField()


class Criteria(Endpoint):
    tag = "Settings"

    @operation(Scope.SETTINGS_READ, "Qualification criteria", listing=CRITERIA)
    def get(self, call: Call) -> Any:
        return call.page(Criterion.objects.all())


class OneCriterion(Endpoint):
    tag = "Settings"

    @operation(Scope.SETTINGS_READ, "A criterion", out=CriterionShape)
    def get(self, call: Call, public_id: UUID) -> Any:
        return call.one(Criterion.objects.filter(public_id=public_id))


def _read(key: str, value: Any) -> Any:
    """Canonical, so that what is stored has been checked here. Raises UnknownCriterion, BadAnswer."""
    asked = criterion(key)
    if value is None:
        return None
    if isinstance(value, str) and len(value) > 2000:
        raise BadAnswer("This text is too long.")
    return canonical(asked.kind, told(value), asked.choices)
