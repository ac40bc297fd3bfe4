"""Products, taxes and exchange rates, and what a product costs for what is known."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
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
from crm.catalogue.errors import BadEntry, BadFacts, BadRules
from crm.catalogue.models import ExchangeRate, Product, ProductKind, Tax, Unit
from crm.catalogue.operations import ProductDraft, TaxDraft
from crm.catalogue.operations.products import COLUMNS
from crm.catalogue.prices import Part
from crm.catalogue.queries import Answer, lead_knowing, price_of
from crm.catalogue.reading import plain
from crm.pipeline.api.shapes import leads_of

TAG = "Catalogue"
TEXTS = {"type": "object", "additionalProperties": {"type": "string"}, "description": "Text by language."}
FIGURE = {"type": "string", "description": "A decimal number as a text."}
DAY = {"type": ["string", "null"], "format": "date"}
MOST_FACTS = 100
Plain: Any = serializers.Serializer
_FIGURE = re.compile(r"-?\d{1,15}(\.\d{1,8})?", re.ASCII)


def _day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def _taxes(prefix: str) -> Any:
    rows = Tax.objects.filter(products=OuterRef(f"{prefix}pk")).order_by("id")
    return ArraySubquery(rows.values("public_id"))


def _ids(values: Iterable[UUID]) -> list[str]:
    return [str(each) for each in values]


class TaxShape(Shape):
    id = Identifier()
    name = Text()
    percent = Made(of=["percent"], write=plain, schema=FIGURE)
    is_default = Flag(help_text="It stands on new products.")
    active = Flag()


class RateShape(Shape):
    base = Text()
    quote = Text()
    rate = Made(of=["rate"], write=plain, schema=FIGURE, help_text="Units of `quote` for one `base`.")
    since = Made(of=["since"], write=_day, schema={"type": "string", "format": "date"})


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
    active_from = Made(of=["active_from"], write=_day, schema=DAY)
    active_until = Made(of=["active_until"], write=_day, schema=DAY)
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
TAXES = Listing(TaxShape, (Filter("active", FLAG),), (CREATED,), "created")
RATES = Listing(RateShape, (Filter("base", TEXT), Filter("quote", TEXT)), (CREATED,), "-created")


class Figure(Words):
    """A decimal number as a text."""

    default_error_messages = {"not_a_figure": 'Write a number as a text, like "2.5".'}

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": 25, **options})

    def run_validation(self, data: Any = serializers.empty) -> Any:
        text = super().run_validation(data)
        if isinstance(text, str):
            if not _FIGURE.fullmatch(text):
                self.fail("not_a_figure")
            return Decimal(text)
        return text


class Day(Words):
    """A day as 2026-03-31."""

    default_error_messages = {"not_a_day": "Write a day, like 2026-03-31."}

    def run_validation(self, data: Any = serializers.empty) -> Any:
        text = super().run_validation(data)
        if isinstance(text, str):
            try:
                return date.fromisoformat(text)
            except ValueError:
                self.fail("not_a_day")
        return text


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
    active_from = Day(required=False, allow_null=True)
    active_until = Day(required=False, allow_null=True)
    active = YesNo(required=False)


class NewProductDraft(ProductChangesDraft):
    code = Words(max_length=60)
    name = Words(max_length=200)
    unit_price = Figure()
    currency = Words(min_length=3, max_length=3)


class TaxChangesDraft(Draft):
    name = Words(max_length=60, required=False)
    percent = Figure(required=False)
    is_default = YesNo(required=False)
    active = YesNo(required=False)


class NewTaxDraft(TaxChangesDraft):
    name = Words(max_length=60)
    percent = Figure()


class RateDraft(Draft):
    base = Words(min_length=3, max_length=3)
    quote = Words(min_length=3, max_length=3)
    rate = Figure(help_text="Units of `quote` for one `base`.")
    since = Day(help_text="The first day on which it counts.")


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
        found = Product.objects.get(pk=pk)
        kept = {name: getattr(found, name) for name in COLUMNS}
        kept["taxes"] = tuple(found.taxes.values_list("pk", flat=True))
        return _saved(call, ProductDraft(**{**kept, **_values(call)}), pk)

    @operation(Scope.CATALOGUE_WRITE, "Delete a product that no open quote has")
    def delete(self, call: Call, public_id: UUID) -> None:
        pk = call.lock(Product.objects.filter(public_id=public_id), ProductShape)
        operations.delete_product(product_id=pk, actor=call.actor)


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


class Taxes(Endpoint):
    tag = TAG

    @operation(Scope.CATALOGUE_READ, "Taxes", listing=TAXES)
    def get(self, call: Call) -> Any:
        return call.page(Tax.objects.all())

    @operation(Scope.CATALOGUE_WRITE, "Add a tax", into=NewTaxDraft, out=TaxShape, status=201)
    def post(self, call: Call) -> Any:
        return _saved_tax(call, TaxDraft(**call.data), None)


class OneTax(Endpoint):
    tag = TAG

    @operation(Scope.CATALOGUE_READ, "A tax", out=TaxShape)
    def get(self, call: Call, public_id: UUID) -> Any:
        return call.one(Tax.objects.filter(public_id=public_id))

    @operation(Scope.CATALOGUE_WRITE, "Change a tax", into=TaxChangesDraft, out=TaxShape)
    def patch(self, call: Call, public_id: UUID) -> Any:
        pk = call.lock(Tax.objects.filter(public_id=public_id))
        found = Tax.objects.get(pk=pk)
        kept = {name: getattr(found, name) for name in TaxDraft.__dataclass_fields__}
        return _saved_tax(call, TaxDraft(**{**kept, **call.data}), pk)


class Rates(Endpoint):
    tag = TAG

    @operation(Scope.CATALOGUE_READ, "Exchange rates", listing=RATES)
    def get(self, call: Call) -> Any:
        return call.page(ExchangeRate.objects.all())

    @operation(
        Scope.CATALOGUE_WRITE,
        "Enter an exchange rate",
        about="The same day again puts the new rate in place of the old one. Each direction is a rate of its own.",
        into=RateDraft,
        out=RateShape,
        status=201,
    )
    def post(self, call: Call) -> Any:
        try:
            made = operations.set_rate(actor=call.actor, **call.data)
        except BadEntry as error:
            _refuse(error.faults)
        return call.one(ExchangeRate.objects.filter(pk=made.pk))


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
        _refuse(error.faults)
    return call.one(Product.objects.filter(pk=made.pk))


def _saved_tax(call: Call, draft: TaxDraft, pk: int | None) -> Any:
    try:
        made = operations.save_tax(draft=draft, actor=call.actor, tax_id=pk)
    except BadEntry as error:
        _refuse(error.faults)
    return call.one(Tax.objects.filter(pk=made.pk))


def _refuse(faults: dict[str, str], under: str = "") -> NoReturn:
    raise bad_request([Fault(f"{under}/{name}", "invalid", said) for name, said in faults.items()])


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
            _refuse(error.faults, "/facts")
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
