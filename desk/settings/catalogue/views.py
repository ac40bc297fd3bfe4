"""What is sold (spec 8.1): the products with their prices in plain words, and beside each what it comes to."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.access.models import Role
from core.http import Request, render_page, render_partial, require
from core.languages import Language, in_active_language
from core.text.amounts import money
from crm.catalogue.explaining import figure, money_exact
from crm.catalogue.models import ExchangeRate, Product, Tax
from crm.catalogue.queries import sold_on, today
from crm.catalogue.reading import price_fields
from desk.settings.catalogue.trying import sentences, try_out

LIST = "desk/settings/catalogue.html"
PAGE = "desk/settings/product.html"
MOST = 200


@require_safe
@never_cache
@require(role=Role.MANAGER)
def catalogue(request: Request) -> HttpResponse:
    """Products that the words asked for are in, taxes, and the rates that count today."""
    asked = request.GET.get("q", "").strip()[:100]
    rows = Product.objects.prefetch_related("taxes").order_by("position", "id")
    if asked:
        rows = rows.filter(Q(name__icontains=asked) | Q(code__icontains=asked))
    sold = set(sold_on(today()).values_list("pk", flat=True))
    context = {
        "asked": asked,
        "lines": [_line(each, each.pk in sold) for each in rows[:MOST]],
        "taxes": Tax.objects.all(),
        "rates": _rates(),
    }
    return render_page(request, LIST, context, partial="products_list")


@require_safe
@never_cache
@require(role=Role.MANAGER)
def product(request: Request, public_id: UUID) -> HttpResponse:
    """A product; with facts in the address, what they come to."""
    found = get_object_or_404(Product.objects.prefetch_related("taxes"), public_id=public_id)
    fields = price_fields()
    tried = try_out(found, request.GET, fields)
    context = {"product": found, "tried": tried}
    if request.htmx:
        return render_partial(request, PAGE, "try_out", context)
    context |= {
        "line": _line(found, is_sold=sold_on(today()).filter(pk=found.pk).exists()),
        "sentences": sentences(found, tried.answer, fields),
        "included": [in_active_language(each) for each in tried.answer.rules.includes]
        if tried.answer
        else [],
        "texts": [
            (name, found.title.get(code, ""), found.description.get(code, ""))
            for code, name in Language.choices
            if found.title.get(code) or found.description.get(code)
        ],
    }
    return render_page(request, PAGE, context, partial="try_out")


def _line(product: Product, is_sold: bool) -> dict[str, Any]:
    return {
        "product": product,
        "price": money_exact(product.unit_price, product.currency),
        "cost": None if product.cost is None else money(product.cost, product.currency),
        "is_sold": is_sold,
    }


def _rates() -> list[dict[str, Any]]:
    """The newest of each pair."""
    rows = ExchangeRate.objects.filter(since__lte=today()).order_by("base", "quote", "-since")
    return [
        {"pair": f"1 {each.base}", "rate": f"{figure(each.rate)} {each.quote}", "since": each.since}
        for each in rows.distinct("base", "quote")
    ]
