"""Taxes and exchange rates."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from core.api.drafts import Draft, Words, YesNo
from core.api.endpoint import Call, Endpoint, operation
from core.api.filters import FLAG, TEXT, Filter
from core.api.pages import CREATED, Listing
from core.api.shapes import Flag, Identifier, Made, Shape, Text
from core.keys.scopes import Scope
from crm.catalogue import operations
from crm.catalogue.api_parts import FIGURE, TAG, Day, Figure, refuse, shown_day
from crm.catalogue.errors import BadEntry
from crm.catalogue.models import ExchangeRate, Tax
from crm.catalogue.operations import TaxDraft
from crm.catalogue.reading import plain


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
    since = Made(of=["since"], write=shown_day, schema={"type": "string", "format": "date"})


TAXES = Listing(TaxShape, (Filter("active", FLAG),), (CREATED,), "created")
RATES = Listing(RateShape, (Filter("base", TEXT), Filter("quote", TEXT)), (CREATED,), "-created")


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

    @operation(
        Scope.CATALOGUE_WRITE,
        "Change a tax",
        about="The percent of one that stands on quotes stays: replace it.",
        into=TaxChangesDraft,
        out=TaxShape,
    )
    def patch(self, call: Call, public_id: UUID) -> Any:
        pk = call.lock(Tax.objects.filter(public_id=public_id))
        found = Tax.objects.get(pk=pk)
        kept = {name: getattr(found, name) for name in TaxDraft.__dataclass_fields__}
        return _saved_tax(call, TaxDraft(**{**kept, **call.data}), pk)


class ReplaceTax(Endpoint):
    tag = TAG

    @operation(
        Scope.CATALOGUE_WRITE,
        "Put a new tax in place of one",
        about="Products that had it have the new one, quotes keep the old percent, and the old one is in use no more.",
        into=NewTaxDraft,
        out=TaxShape,
        status=201,
    )
    def post(self, call: Call, public_id: UUID) -> Any:
        pk = call.lock(Tax.objects.filter(public_id=public_id))
        try:
            made = operations.replace_tax(tax_id=pk, draft=TaxDraft(**call.data), actor=call.actor)
        except BadEntry as error:
            refuse(error.faults)
        return call.one(Tax.objects.filter(pk=made.pk))


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
            refuse(error.faults)
        return call.one(ExchangeRate.objects.filter(pk=made.pk))


def _saved_tax(call: Call, draft: TaxDraft, pk: int | None) -> Any:
    try:
        made = operations.save_tax(draft=draft, actor=call.actor, tax_id=pk)
    except BadEntry as error:
        refuse(error.faults)
    return call.one(Tax.objects.filter(pk=made.pk))
