"""Templates of quotes by the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from core.api.endpoint import Call, Endpoint, operation
from core.api.filters import FLAG, TEXT, Filter
from core.api.pages import CREATED, Listing, Sort
from core.api.problems import Problem
from core.api.shapes import Flag, Identifier, Made, Shape, Text
from core.api.shapes import Whole as WholeOut
from core.keys.scopes import Scope
from crm.quotes import operations
from crm.quotes.api import TAG, lines_given, problem_of_quote, quotes_of
from crm.quotes.api_drafts import NewTemplateDraft, TemplateChangesDraft, TemplateNameDraft
from crm.quotes.errors import BadLine, BadQuote, StaleTemplate
from crm.quotes.models import QuoteTemplate
from crm.quotes.operations import TemplateDraft

TEXTS = {"type": "object", "additionalProperties": {"type": "string"}, "description": "Text by language."}
LINES = {
    "type": "array",
    "description": "As they were written; numbers are texts. Parts of a product's line that are not in `own` follow it.",
    "items": {"type": "object", "additionalProperties": {}},
}


def _lines(found: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Costs are taken and never told."""
    return [{name: value for name, value in line.items() if name != "cost"} for line in found]


class TemplateShape(Shape):
    scope = Scope.CATALOGUE_READ
    version = "revision"

    id = Identifier()
    name = Text()
    currency = Text()
    lines = Made(of=["lines"], write=_lines, schema=LINES)
    intro = Made(of=["intro"], write=dict, schema=TEXTS)
    terms = Made(of=["terms"], write=dict, schema=TEXTS, help_text="Left out: those of the settings.")
    valid_days = WholeOut(allow_null=True, help_text="Null: as the settings say.")
    active = Flag()
    revision = WholeOut()


TEMPLATES = Listing(
    TemplateShape,
    (Filter("active", FLAG), Filter("name", TEXT), Filter("currency", TEXT)),
    (Sort("name", "name"), CREATED),
    "name",
)


class Templates(Endpoint):
    tag = TAG

    @operation(Scope.CATALOGUE_READ, "Templates of quotes", listing=TEMPLATES)
    def get(self, call: Call) -> Any:
        return call.page(QuoteTemplate.objects.all())

    @operation(
        Scope.CATALOGUE_WRITE,
        "Add a template of quotes",
        into=NewTemplateDraft,
        out=TemplateShape,
        status=201,
    )
    def post(self, call: Call) -> Any:
        return _saved(call, None)


class OneTemplate(Endpoint):
    tag = TAG

    @operation(Scope.CATALOGUE_READ, "A template of quotes", out=TemplateShape)
    def get(self, call: Call, public_id: UUID) -> Any:
        return call.one(QuoteTemplate.objects.filter(public_id=public_id))

    @operation(
        Scope.CATALOGUE_WRITE,
        "Change a template of quotes",
        about="What is left out stays; `lines` are all lines. Quotes that were begun with it stay as they are.",
        into=TemplateChangesDraft,
        out=TemplateShape,
    )
    def patch(self, call: Call, public_id: UUID) -> Any:
        pk = call.lock(QuoteTemplate.objects.filter(public_id=public_id))
        return _saved(call, QuoteTemplate.objects.get(pk=pk))

    @operation(Scope.CATALOGUE_WRITE, "Delete a template of quotes")
    def delete(self, call: Call, public_id: UUID) -> None:
        pk = call.lock(QuoteTemplate.objects.filter(public_id=public_id), TemplateShape)
        operations.delete_template(template_id=pk, actor=call.actor)


class KeepAsTemplate(Endpoint):
    tag = TAG

    @operation(
        Scope.CATALOGUE_WRITE,
        "Keep a quote as a template",
        about="With the lines and words of its newest version.",
        into=TemplateNameDraft,
        out=TemplateShape,
        status=201,
    )
    def post(self, call: Call, public_id: UUID) -> Any:
        quote = quotes_of(call.key).get(public_id=public_id)
        version = quote.versions.order_by("-version")[0]
        try:
            made = operations.template_of(version_id=version.pk, name=call.data["name"], actor=call.actor)
        except BadQuote as refusal:
            raise problem_of_quote(refusal) from refusal
        return call.one(QuoteTemplate.objects.filter(pk=made.pk))


def _saved(call: Call, found: QuoteTemplate | None) -> Any:
    data = dict(call.data)
    revision = data.pop("revision", None)
    if "lines" in data:
        data["lines"] = lines_given(call, data["lines"])
    try:
        made = operations.save_template(
            draft=_draft(data, found),
            actor=call.actor,
            template_id=found.pk if found else None,
            revision=revision,
        )
    except StaleTemplate as stale:
        raise Problem(409, "stale", str(stale), more={"revision": stale.revision}) from stale
    except (BadLine, BadQuote) as refusal:
        raise problem_of_quote(refusal) from refusal
    return call.one(QuoteTemplate.objects.filter(pk=made.pk))


def _draft(data: Mapping[str, Any], found: QuoteTemplate | None) -> TemplateDraft:
    if found is None:
        return TemplateDraft(**data)
    kept: dict[str, Any] = {
        name: getattr(found, name) for name in ("name", "currency", "intro", "terms", "valid_days", "active")
    }
    return TemplateDraft(**{"lines": None, **kept, **data})
