"""The OpenAPI document, made of what the operations declare."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from django.utils import translation
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import Direction, OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from core.api import drafts, shapes
from core.api.filters import Filter
from core.api.pages import MAX_LIMIT, Listing
from core.api.parameters import Parameter, references_of
from core.api.problems import CONTENT_TYPE

PLAIN_MONEY = {
    "type": "object",
    "properties": {
        "amount": {"type": "string", "pattern": r"^\d{1,16}(\.\d{1,4})?$", "examples": ["123.45"]},
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$", "examples": ["AMD"]},
    },
    "required": ["amount", "currency"],
    "additionalProperties": False,
}
Plain: Any = serializers.Serializer
UUID = {"type": "string", "format": "uuid"}
REFUSALS = {
    400: "A parameter or field is wrong; `errors` says which and what is allowed.",
    401: "No key, or one that does not open anything.",
    403: "The key lacks the scope.",
    404: "Not there, or out of the key's sight.",
    429: "Too many requests; see Retry-After.",
}
WRITING = {
    409: "Somebody was quicker, or the same request is still being worked on.",
    412: "If-Match: it was changed since you read it.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    422: "Refused for a reason that `detail` tells.",
}


class FaultSchema(Plain):
    path = serializers.CharField(help_text='JSON pointer into the body, or "?name" for a parameter.')
    code = serializers.CharField()
    message = serializers.CharField()
    allowed = serializers.ListField(child=serializers.CharField(), required=False)


class ProblemSchema(Plain):
    """RFC 9457."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField(help_text="Stable, for programs.")
    detail = serializers.CharField(help_text="A sentence, for people.")
    errors = FaultSchema(many=True, required=False)


class OperationSchema(AutoSchema):
    """Reads the declaration of the method (core.api.endpoint.Operation)."""

    method: str

    @property
    def operation(self) -> Any:
        return getattr(getattr(self.view, self.method.lower(), None), "operation", None)

    def is_excluded(self) -> bool:
        return self.operation is None

    def get_summary(self) -> str:
        return str(self.operation.summary)

    def get_description(self) -> str:  # type: ignore[override]
        scope = self.operation.scope
        needs = f"Scope: `{scope.value}`." if scope else "Any key."
        return f"{self.operation.about} {needs}".strip()

    def get_tags(self) -> list[str]:
        return [getattr(self.view, "tag", "")]

    def get_extensions(self) -> dict[str, Any]:
        scope = self.operation.scope
        return {"x-scope": scope.value} if scope else {}

    def get_request_serializer(self) -> Any:
        return self.operation.into

    def get_response_serializers(self) -> Any:
        declared = self.operation
        if declared.listing is not None:
            answer: Any = page_schema(declared.listing.shape)
        else:
            answer = declared.out
        found: dict[Any, Any] = {declared.status if answer else 204: OpenApiResponse(answer, description="")}
        refusals = {**REFUSALS, **(WRITING if self.method != "GET" else {}), **declared.refusals}
        for status, words in refusals.items():
            found[(status, CONTENT_TYPE)] = OpenApiResponse(ProblemSchema, description=words)
        if self.method == "GET" and declared.out is not None:
            found[304] = OpenApiResponse(description="If-None-Match: nothing has changed.")
        return found

    def get_override_parameters(self) -> list[Any]:
        declared = self.operation
        found = [_parameter(each) for each in declared.parameters]
        if declared.listing is not None:
            found += _list_parameters(declared.listing)
        if names := list(references_of(declared)):
            found.append(_expand_parameter(names))
        if self.method == "POST":
            words = "Sent again with the same key within a day, the request gets the first answer and does nothing."
            found.append(_header("Idempotency-Key", words))
        if declared.out is not None and (self.method != "POST" or "{" in self.path):
            name = "If-None-Match" if self.method == "GET" else "If-Match"
            found.append(_header(name, "An ETag that was given before."))
        return found

    def get_serializer_name(self, serializer: Any, direction: Direction) -> str:
        return type(serializer).__name__.removesuffix("Shape").removesuffix("Schema")

    def _is_list_view(self, serializer: Any = None) -> bool:
        return self.operation.listing is not None and not hasattr(self, "_in_body")

    def _get_response_for_code(self, serializer: Any, status_code: Any, *args: Any, **kwargs: Any) -> Any:
        self._in_body = True
        try:
            return super()._get_response_for_code(serializer, status_code, *args, **kwargs)  # type: ignore[no-untyped-call]
        finally:
            del self._in_body

    def _postprocess_serializer_schema(self, schema: Any, serializer: Any, direction: Direction) -> Any:
        schema = super()._postprocess_serializer_schema(schema, serializer, direction)  # type: ignore[no-untyped-call]
        if isinstance(serializer, drafts.Draft):
            schema["additionalProperties"] = False
        return schema


@lru_cache(maxsize=256)
def page_schema(shape: type[shapes.Shape]) -> type[serializers.Serializer[Any]]:
    """{"results": [...], "next": ...} of the shape."""
    name = shape.__name__.removesuffix("Shape") + "Page"
    link = serializers.URLField(allow_null=True, help_text="The next page; null on the last one.")
    fields = {"results": shape(many=True), "next": link}
    return type(name, (serializers.Serializer,), fields)


class AmountSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = shapes.Amount

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Direction) -> Any:
        return {**PLAIN_MONEY}


class MoneySchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = drafts.Money

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Direction) -> Any:
        return {**PLAIN_MONEY}


class MadeSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = shapes.Made

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Direction) -> Any:
        return dict(self.target.schema)


class FreeSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = shapes.Free

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Direction) -> Any:
        return {}


class RefSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = shapes.Ref

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Direction) -> Any:
        component: ResolvedComponent = auto_schema.resolve_serializer(self.target.shape(), direction)
        return {"oneOf": [UUID, component.ref]}


@lru_cache(maxsize=1)
def schema_text() -> bytes:
    """The document as JSON; made once in the life of a process."""
    with translation.override("en"):
        document = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return json.dumps(_without_marks(document), ensure_ascii=False, separators=(",", ":")).encode()


def _without_marks(value: Any) -> Any:
    """Without the marks that the generator leaves for itself."""
    if isinstance(value, dict):
        return {key: _without_marks(item) for key, item in value.items() if key != "x-spec-enum-id"}
    return [_without_marks(item) for item in value] if isinstance(value, list) else value


def _parameter(each: Parameter) -> OpenApiParameter:
    schema = dict(each.kind.schema)
    if each.least is not None:
        schema["minimum"] = each.least
    if each.most is not None:
        schema["maximum"] = each.most
    return OpenApiParameter(each.name, schema, required=each.required, description=each.about)


def _list_parameters(listing: Listing) -> list[OpenApiParameter]:
    limit = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": 50}
    orders = {"type": "string", "enum": listing.orders(), "default": listing.default}
    found = [
        OpenApiParameter("cursor", {"type": "string"}, description="Follow `next`."),
        OpenApiParameter("limit", limit, description="Rows of a page."),
        OpenApiParameter("sort", orders, description="The order; a minus puts the largest first."),
    ]
    return found + [
        _filter(each, name, op) for each in listing.filters for name, op in each.parameters().items()
    ]


_OPERATORS: dict[str, str] = {
    "eq": "Equal.",
    "in": "One of these, with commas between.",
    "gt": "Greater, later.",
    "gte": "Greater or equal, not earlier.",
    "lt": "Less, earlier.",
    "lte": "Less or equal, not later.",
    "contains": "Holds this text, in any script and case.",
    "isnull": "Whether there is none.",
}


def _filter(each: Filter, name: str, op: str) -> OpenApiParameter:
    if op == "isnull":
        schema: dict[str, Any] = {"type": "boolean"}
    elif op == "in":
        schema = {"type": "string"}
    else:
        schema = {**each.kind.schema, **({"enum": list(each.choices)} if each.choices else {})}
    words = f"{each.about} {_OPERATORS[op]}".strip()
    if op == "in" and each.choices:
        words = f"{words} Allowed: {', '.join(each.choices)}."
    return OpenApiParameter(name, schema, description=words)


def _expand_parameter(names: list[str]) -> OpenApiParameter:
    return OpenApiParameter(
        "expand",
        {"type": "string"},
        description=f"Shown as a whole, with commas between: {', '.join(names)}.",
    )


def _header(name: str, words: str) -> OpenApiParameter:
    return OpenApiParameter(
        name, {"type": "string", "maxLength": 255}, location=OpenApiParameter.HEADER, description=words
    )
