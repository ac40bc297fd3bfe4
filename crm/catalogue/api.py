"""Products, and what one costs for what is known."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterable
from typing import Any, NoReturn
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from rest_framework import serializers

from core.api.drafts import Draft, List, OneOf, Reference, Words, YesNo
from core.api.endpoint import Call, Endpoint, operation
from core.api.filters import FLAG, TEXT, WORDS, Filter
from core.api.pages import CREATED, Listing, Sort
from core.api.problems import Fault, bad_request
from core.api.shapes import (
    Amount,
    Choice,
    Flag,
    Free,
    Identifier,
    Made,
    Shape,
    Text,
    Texts,
    Whole,
    money,
)
from core.keys.scopes import Scope
from crm.catalogue import operations
from crm.catalogue.api_parts import TAG, Day, Figure, refuse, shown_day
from crm.catalogue.errors import BadEntry, BadFacts, BadRules
from crm.catalogue.models import Product, ProductKind, Tax, Unit
from crm.catalogue.operations import ProductDraft, draft_of
from crm.catalogue.prices import Part
from crm.catalogue.queries import Answer, lead_knowing, price_of
from crm.catalogue.reading import plain
from crm.pipeline.api.shapes import leads_of

TEXTS = {"type": "object", "additionalProperties": {"type": "string"}, "description": "Text by language."}
DAY = {"type": ["string", "null"], "format": "date"}
MOST_FACTS = 100
Plain: Any = serializers.Serializer


def _taxes(prefix: str) -> Any:
    rows = Tax.objects.filter(products=OuterRef(f"{prefix}pk")).order_by("id")
    return ArraySubquery(rows.values("public_id"))


def _ids(values: Iterable[UUID]) -> list[str]:
    return [str(each) for each in values]


class ProductShape(Shape):
    scope = Scope.CATALOGUE_READ
    version = "revision"

    id = Identifier()
    code = Text()
    kind = Choice(choices=ProductKind.choices)
    name = Text(help_text="For colleagues.")
    title = Made(of=["title"], write=dict, schema=TEXTS)
    description = Made(of=["description"], write=dict, schema=TEXTS)
    unit = Choice(choices=Unit.choices)
    unit_price = Amount()
    cost = Amount(allow_null=True)
    rules = Free(help_text="How answers become a price; docs/catalogue.md tells.")
    taxes = Made(
        of=[_taxes], write=_ids, schema={"type": "array", "items": {"type": "string", "format": "uuid"}}
    )
    goals = Texts()
    complex = Flag(help_text="Its price is a guess: a specialist makes the quote.")
    has_picture = Made(of=["picture"], write=bool, schema={"type": "boolean"})
    active_from = Made(of=["active_from"], write=shown_day, schema=DAY)
    active_until = Made(of=["active_until"], write=shown_day, schema=DAY)
    active = Flag()
    position = Whole()
    revision = Whole()


PRODUCTS = Listing(
    ProductShape,
    (
        Filter("active", FLAG),
        Filter("code", TEXT),
        Filter("name", WORDS),
        Filter("kind", TEXT, choices=tuple(ProductKind.values)),
        Filter("currency", TEXT),
    ),
    (Sort("position", "position"), CREATED),
    "position",
)


class Object(serializers.DictField):
    """A JSON object; what stands in it is read elsewhere."""

    child = serializers.JSONField(allow_null=True)


class TextsDraft(serializers.DictField):
    child = Words(max_length=4000, allow_blank=True)


class ProductChangesDraft(Draft):
    code = Words(max_length=60, required=False)
    name = Words(max_length=200, required=False)
    kind = OneOf(choices=ProductKind.choices, required=False)
    title = TextsDraft(required=False)
    description = TextsDraft(required=False)
    unit = OneOf(choices=Unit.choices, required=False)
    unit_price = Figure(required=False)
    cost = Figure(required=False, allow_null=True)
    currency = Words(min_length=3, max_length=3, required=False)
    rules = Object(required=False)
    taxes = List(child=Reference(), max_length=10, required=False)
    goals = List(child=Words(max_length=40), max_length=20, required=False)
    complex = YesNo(required=False)
    active_from = Day(required=False, allow_null=True)
    active_until = Day(required=False, allow_null=True)
    active = YesNo(required=False)


class NewProductDraft(ProductChangesDraft):
    code = Words(max_length=60)
    name = Words(max_length=200)
    unit_price = Figure()
    currency = Words(min_length=3, max_length=3)


class PictureDraft(Draft):
    content = Words(max_length=1_000_000, help_text="The file in base64.")


class PriceDraft(Draft):
    facts = Object(required=False, help_text='Value by key: {"answer.length": 3.5, "custom.floor": 2}.')
    lead = Reference(required=False, help_text="Instead of facts: what is known of this lead.")
    quantity = Figure(required=False, help_text="One that was said outright goes before the facts.")


class PricePartSchema(Plain):
    kind = serializers.ChoiceField(choices=["base", "minimum", "surcharge", "option", "offer"])
    key = serializers.CharField(help_text="Of the option or surcharge.")
    title = serializers.CharField()
    explained = serializers.CharField(help_text="How it came about, in words.")
    quantity = serializers.CharField()
    unit_price = serializers.JSONField()
    amount = serializers.JSONField()


class MissingSchema(Plain):
    key = serializers.CharField()
    name = serializers.CharField()


class PriceSchema(Plain):
    exact = serializers.JSONField(help_text="Money, or null while something is missing.")
    low = serializers.JSONField(help_text="Money, or null where there is no range yet.")
    high = serializers.JSONField()
    parts = PricePartSchema(
        many=True, help_text="Of the exact price; an offer is on top, if the customer wants it."
    )
    missing_for_range = MissingSchema(many=True)
    missing_for_exact = MissingSchema(many=True)


class Products(Endpoint):
    tag = TAG

    @operation(Scope.CATALOGUE_READ, "Products", listing=PRODUCTS)
    def get(self, call: Call) -> Any:
        return call.page(Product.objects.all())

    @operation(Scope.CATALOGUE_WRITE, "Add a product", into=NewProductDraft, out=ProductShape, status=201)
    def post(self, call: Call) -> Any:
        values = _values(call)
        values.setdefault(
            "taxes", tuple(Tax.objects.filter(is_default=True, active=True).values_list("pk", flat=True))
        )
        return _saved(call, ProductDraft(**values), None)


class OneProduct(Endpoint):
    tag = TAG

    @operation(Scope.CATALOGUE_READ, "A product", out=ProductShape)
    def get(self, call: Call, public_id: UUID) -> Any:
        return call.one(Product.objects.filter(public_id=public_id))

    @operation(
        Scope.CATALOGUE_WRITE,
        "Change a product",
        about="What is left out stays. Quotes keep the words and numbers that they had.",
        into=ProductChangesDraft,
        out=ProductShape,
    )
    def patch(self, call: Call, public_id: UUID) -> Any:
        pk = call.lock(Product.objects.filter(public_id=public_id))
        return _saved(call, draft_of(Product.objects.get(pk=pk), **_values(call)), pk)

    @operation(Scope.CATALOGUE_WRITE, "Delete a product that no open quote has")
    def delete(self, call: Call, public_id: UUID) -> None:
        pk = call.lock(Product.objects.filter(public_id=public_id), ProductShape)
        operations.delete_product(product_id=pk, actor=call.actor)


class Picture(Endpoint):
    tag = TAG

    @operation(
        Scope.CATALOGUE_WRITE,
        "Give a product a picture",
        about="PNG, JPEG or WebP by its first bytes, in base64. It takes the place of the one before.",
        into=PictureDraft,
        out=ProductShape,
    )
    def put(self, call: Call, public_id: UUID) -> Any:
        pk = call.lock(Product.objects.filter(public_id=public_id))
        try:
            content = b64decode(call.data["content"], validate=True)
            operations.set_picture(product_id=pk, content=content, actor=call.actor)
        except ValueError:
            call.refuse("/content", "invalid", "Write the file in base64.")
        except BadEntry as error:
            call.refuse("/content", "invalid", error.faults["picture"])
        return call.one(Product.objects.filter(pk=pk))

    @operation(Scope.CATALOGUE_WRITE, "Take the picture of a product away")
    def delete(self, call: Call, public_id: UUID) -> None:
        pk = call.lock(Product.objects.filter(public_id=public_id), ProductShape)
        if Product.objects.exclude(picture="").filter(pk=pk).exists():
            operations.set_picture(product_id=pk, content=None, actor=call.actor)


class Price(Endpoint):
    tag = TAG

    @operation(
        Scope.CATALOGUE_READ,
        "What a product costs",
        about="For facts, or for a lead (that needs `leads:read` too): exactly with its parts, or from ... to ..., "
        "and what to ask next. Nothing is stored.",
        into=PriceDraft,
        out=PriceSchema,
    )
    def post(self, call: Call, public_id: UUID) -> Any:
        product = Product.objects.get(public_id=public_id)
        try:
            found = price_of(product, _wish(call), quantity=call.data.get("quantity"), now=call.now)
        except BadRules as error:
            _refuse_rules(error)
        return _shown(found, product.currency)


def _values(call: Call) -> dict[str, Any]:
    values = dict(call.data)
    if "taxes" in values:
        known = dict(Tax.objects.filter(public_id__in=values["taxes"]).values_list("public_id", "pk"))
        for place, each in enumerate(values["taxes"]):
            if each not in known:
                call.refuse(f"/taxes/{place}", "unknown", "There is no such tax.")
        values["taxes"] = tuple(dict.fromkeys(known[each] for each in values["taxes"]))
    if "goals" in values:
        values["goals"] = tuple(values["goals"])
    return values


def _saved(call: Call, draft: ProductDraft, pk: int | None) -> Any:
    try:
        made = operations.save_product(draft=draft, actor=call.actor, product_id=pk)
    except BadRules as error:
        _refuse_rules(error)
    except BadEntry as error:
        refuse(error.faults)
    return call.one(Product.objects.filter(pk=made.pk))


def _refuse_rules(error: BadRules) -> NoReturn:
    """Places as JSON pointers: options[1].price is /rules/options/1/price."""
    places = [re.sub(r"\.|\[|\]", "/", each.path).replace("//", "/").rstrip("/") for each in error.faults]
    raise bad_request(
        Fault(f"/rules/{place}".rstrip("/"), "invalid", each.message)
        for place, each in zip(places, error.faults, strict=True)
    )


def _wish(call: Call) -> Any:
    asked = call.data.get("lead")
    if asked is None:
        facts = call.data.get("facts", {})
        if len(facts) > MOST_FACTS:
            call.refuse("/facts", "too_many", "At most 100 facts.")
        try:
            return lead_knowing(facts)
        except BadFacts as error:
            refuse(error.faults, "/facts")
    if "facts" in call.data:
        call.refuse("/facts", "invalid", "Give a lead or facts, not both.")
    if Scope.LEADS_READ not in call.key.scopes:
        call.refuse("/lead", "scope_missing", "This needs a key with the scope leads:read.")
    found = leads_of(call.key).filter(public_id=asked).select_related("contact").first()
    return found or call.refuse("/lead", "unknown", "There is no such lead.")


def _shown(found: Answer, currency: str) -> dict[str, Any]:
    priced = found.priced

    def part(title: str, explained: str, each: Part) -> dict[str, Any]:
        return {
            "kind": each.kind,
            "key": each.key,
            "title": title,
            "explained": explained,
            "quantity": plain(each.quantity),
            "unit_price": money(each.unit_price, currency),
            "amount": money(each.amount, currency),
        }

    return {
        "exact": money(priced.exact, currency),
        "low": money(priced.low, currency),
        "high": money(priced.high, currency),
        "parts": [part(*each) for each in found.parts],
        "missing_for_range": [{"key": key, "name": name} for key, name in found.missing_for_range],
        "missing_for_exact": [{"key": key, "name": name} for key, name in found.missing],
    }
