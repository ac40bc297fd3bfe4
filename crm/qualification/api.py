"""Criteria, and what is known of a lead for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import Q
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers

from core.access.api import PersonShape
from core.api.drafts import ByLanguage, Draft, List, OneOf, Words, YesNo
from core.api.drafts import Whole as WholeIn
from core.api.endpoint import Call, Endpoint, operation
from core.api.filters import FLAG, TEXT, Filter
from core.api.pages import CREATED, Listing, Sort
from core.api.shapes import Choice, Flag, Free, Identifier, Instant, Made, Ref, Shape, Text, Whole
from core.conditions import FieldType, Money, dump
from core.keys.scopes import Scope
from crm.api import bad_parts, refusals_told
from crm.qualification import operations
from crm.qualification.answers import canonical, plain, told
from crm.qualification.errors import BadAnswer, BadCriterion, UnknownCriterion
from crm.qualification.models import AnswerSource, Criterion, CriterionKind
from crm.qualification.operations import CriterionDraft
from crm.qualification.queries import EDITABLE, criterion

TEXTS = {"type": "object", "additionalProperties": {"type": "string"}, "description": "Text by language."}
MOST = 100


class CriterionShape(Shape):
    id = Identifier()
    key = Text()
    kind = Choice(choices=CriterionKind.choices)
    name = Text()
    question = Made(of=["question"], write=dict, schema=TEXTS)
    hint = Made(of=["hint"], write=dict, schema=TEXTS)
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


class CriterionChoiceDraft(Draft):
    value = serializers.JSONField(help_text="Stays as it is; for the kind choice a text.")
    label = ByLanguage(required=False)
    synonyms = List(child=Words(max_length=100), max_length=100, required=False)


class CriterionChangesDraft(Draft):
    kind = OneOf(choices=CriterionKind.choices, required=False)
    name = Words(max_length=100, required=False)
    question = ByLanguage(required=False)
    hint = ByLanguage(required=False)
    choices = List(child=CriterionChoiceDraft(), max_length=MOST, required=False)
    disqualifying = List(child=serializers.JSONField(), max_length=MOST, required=False)
    must_have = YesNo(required=False)
    active = YesNo(required=False)
    position = WholeIn(required=False, help_text="The place among the criteria, from 0.")


class NewCriterionDraft(CriterionChangesDraft):
    key = Words(max_length=40, help_text="Answers stand under it, and it stays.")
    kind = OneOf(choices=CriterionKind.choices)
    name = Words(max_length=100)
    question = ByLanguage()


IN_USE = {409: "Somebody relies on it: `in_use`, and `uses` names who."}


class Criteria(Endpoint):
    tag = "Settings"

    @operation(Scope.SETTINGS_READ, "Qualification criteria", listing=CRITERIA)
    def get(self, call: Call) -> Any:
        return call.page(Criterion.objects.all())

    @operation(
        Scope.SETTINGS_WRITE,
        "Add a criterion",
        about="It stands last unless `position` says otherwise.",
        into=NewCriterionDraft,
        out=CriterionShape,
        status=201,
    )
    def post(self, call: Call) -> Any:
        return _saved(call, None, _read_all(call.data))


class OneCriterion(Endpoint):
    tag = "Settings"

    @operation(Scope.SETTINGS_READ, "A criterion", out=CriterionShape)
    def get(self, call: Call, public_id: UUID) -> Any:
        return call.one(Criterion.objects.filter(public_id=public_id))

    @operation(
        Scope.SETTINGS_WRITE,
        "Change a criterion",
        about="One in use keeps its kind and the choices that others name. Leads are judged again where it matters.",
        into=CriterionChangesDraft,
        out=CriterionShape,
        refusals=IN_USE,
    )
    def patch(self, call: Call, public_id: UUID) -> Any:
        pk = call.lock(Criterion.objects.filter(public_id=public_id))
        found = Criterion.objects.get(pk=pk)
        kept = {name: getattr(found, name) for name in EDITABLE}
        return _saved(call, pk, {**kept, **_read_all(call.data)})

    @operation(Scope.SETTINGS_WRITE, "Delete a criterion that nobody uses", refusals=IN_USE)
    def delete(self, call: Call, public_id: UUID) -> None:
        pk = call.lock(Criterion.objects.filter(public_id=public_id), CriterionShape)
        with refusals_told():
            operations.delete_criterion(criterion_id=pk, user=call.key.person)


def _saved(call: Call, pk: int | None, values: dict[str, Any]) -> Any:
    values.pop("position", None)
    with refusals_told():
        try:
            saved = operations.save_criterion(
                draft=CriterionDraft(**values), user=call.key.person, criterion_id=pk
            )
        except BadCriterion as error:
            raise bad_parts(error.faults) from error
    if "position" in call.data:
        order = list(Criterion.objects.exclude(pk=saved.pk).values_list("pk", flat=True))
        order.insert(call.data["position"], saved.pk)
        operations.reorder_criteria(criterion_ids=order, user=call.key.person)
    return call.one(Criterion.objects.filter(pk=saved.pk))


def _read_all(data: Mapping[str, Any]) -> dict[str, Any]:
    """What was sent, with the values of choices in a form that the operation takes. Raises BadAnswer."""
    values = dict(data)
    if "choices" in values:
        values["choices"] = [{**each, "value": _stored(each["value"])} for each in values["choices"]]
    if "disqualifying" in values:
        values["disqualifying"] = [_stored(each) for each in values["disqualifying"]]
    return values


def _stored(value: Any) -> Any:
    """Money in its canonical form, for which there are many to write; anything else as it is."""
    found = told(value)
    return dump(FieldType.MONEY, found) if isinstance(found, Money) else found


def _read(key: str, value: Any) -> Any:
    """Canonical, so that what is stored has been checked here. Raises UnknownCriterion, BadAnswer."""
    asked = criterion(key)
    if value is None:
        return None
    if isinstance(value, str) and len(value) > 2000:
        raise BadAnswer("This text is too long.")
    return canonical(asked.kind, told(value), asked.choices)
