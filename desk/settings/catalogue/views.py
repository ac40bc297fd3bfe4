"""What is sold (spec 8.1): the products in their order, and the page of each with its price and a try-out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core.access.models import Role
from core.events.actor import Actor
from core.http import Request, render_page, render_partial, require, toast
from core.languages import Language
from crm.catalogue import operations
from crm.catalogue.models import Product, Tax
from crm.catalogue.queries import sold_on, today
from crm.catalogue.reading import Fields, price_fields
from crm.pipeline.models import Lead
from crm.pipeline.queries import leads
from desk.settings.catalogue import queries
from desk.settings.catalogue.lines import price_lines
from desk.settings.catalogue.trying import TryOut, try_out
from desk.settings.order import asked_order

LIST = "desk/settings/catalogue.html"
PAGE = "desk/settings/product.html"


@require_safe
@never_cache
@require(role=Role.MANAGER)
def catalogue(request: Request) -> HttpResponse:
    """Products that the words asked for are in, taxes, and the rates that count today."""
    asked = request.GET.get("q", "").strip()[:100]
    context = {**_list(asked), "taxes": Tax.objects.filter(active=True), "rates": queries.newest_rates()}
    return render_page(request, LIST, context, partial="products_list")


@require_POST
@require(role=Role.ADMIN)
def order(request: Request) -> HttpResponse:
    """Put the products into the order of the posted ids; they are suggested in it."""
    ids = asked_order(request, Product.objects.only("pk", "public_id"))
    operations.reorder_products(product_ids=ids, actor=Actor.of(request.user))
    return toast(render_partial(request, LIST, "products_list", _list("")), _("The order is saved."))


@require_safe
@never_cache
@require(role=Role.MANAGER)
def product(request: Request, public_id: UUID) -> HttpResponse:
    """A product; with facts or a lead in the address, what they come to."""
    found = product_of(public_id)
    fields = price_fields()
    tried = tried_out(request, found, fields)
    if request.htmx and not request.htmx.boosted:
        part = "try_card" if request.htmx.target == "try-card" else "try_out"
        return render_partial(request, PAGE, part, {"product": found, "tried": tried})
    return render_page(request, PAGE, {**page_context(found, fields), "tried": tried})


@require_safe
@never_cache
@require(role=Role.MANAGER)
def leads_found(request: Request) -> HttpResponse:
    """Leads with whose answers the price of a product can be tried."""
    public_id = request.GET.get("product", "")
    asked = request.GET.get("q", "").strip()[:100]
    known = Product.objects.filter(public_id=public_id).first() if _is_id(public_id) else None
    found = queries.leads_to_try(request.user, asked) if known else []
    return render_partial(request, PAGE, "leads_found", {"product": known, "leads": found})


def product_of(public_id: UUID) -> Product:
    """Http404 for none."""
    return get_object_or_404(Product.objects.prefetch_related("taxes"), public_id=public_id)


def page_context(found: Product, fields: Fields) -> dict[str, Any]:
    is_sold = sold_on(today()).filter(pk=found.pk).exists()
    return {
        "product": found,
        "line": queries.line_of_product(found, is_sold=is_sold),
        "prices": price_lines(found, fields),
        "texts": [
            (name, found.title.get(code, ""), found.description.get(code, ""))
            for code, name in Language.choices
            if found.title.get(code) or found.description.get(code)
        ],
    }


def tried_out(request: Request, found: Product, fields: Fields) -> TryOut:
    """With the facts and the lead of the request, whether they were sent by GET or by POST."""
    data = request.POST if request.method == "POST" else request.GET
    return try_out(found, data, fields, _lead(request, data.get("lead", "")))


def _lead(request: Request, asked: str) -> Lead | None:
    if not _is_id(asked):
        return None
    return leads().visible_to(request.user).filter(public_id=asked).select_related("contact").first()


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _list(asked: str) -> dict[str, Any]:
    return {"asked": asked, "lines": queries.product_lines(asked)}
