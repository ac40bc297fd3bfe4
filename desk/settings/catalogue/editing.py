"""Products added, changed, taken out of the catalogue and deleted; their pictures."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from core.access.models import Role
from core.company.queries import company
from core.events.actor import Actor
from core.http import Request, render_page, render_partial, require, toast
from crm.catalogue import operations
from crm.catalogue.errors import BadEntry, BadRules, ProductInUse, StaleProduct
from crm.catalogue.models import Product, Tax
from crm.catalogue.operations import ProductDraft
from crm.catalogue.pictures import LARGEST
from desk.settings.catalogue import queries
from desk.settings.catalogue.forms import ProductForm
from desk.settings.catalogue.views import PAGE, product_of
from desk.settings.telling import say_next

EDITOR = "desk/settings/product_edit.html"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def new(request: Request) -> HttpResponse:
    """Add a product; its page then takes the rules of its price."""
    blank = Product(currency=company().currency, name="", code="")
    form = _form(request, blank)
    if request.method == "POST" and form.is_valid():
        try:
            made = operations.save_product(draft=ProductDraft(**form.changes()), actor=Actor.of(request.user))
        except BadEntry as refusal:
            form.refuse(refusal.faults)
        else:
            say_next(request, _("Saved. Now say how its price follows from the answers, and try it."))
            return _go_to(made)
    return _shown(request, blank, form)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def edit(request: Request, public_id: UUID) -> HttpResponse:
    """Change what a product is; a save that meets somebody else's is answered with what stands now."""
    found = product_of(public_id)
    form = _form(request, found)
    if request.method != "POST" or not form.is_valid():
        return _shown(request, found, form)
    try:
        operations.change_product(
            product_id=found.pk, actor=Actor.of(request.user), expected=form.revision, **form.changes()
        )
    except StaleProduct as stale:
        now = product_of(public_id)
        form.build_on(now.revision)
        more = {"stale": stale, "changes": queries.changed_parts(now, stale.changes)}
        return _shown(request, found, form, more, status=409)
    except (BadEntry, BadRules) as refusal:
        form.refuse(refusal.faults if isinstance(refusal, BadEntry) else {"": str(refusal)})
        return _shown(request, found, form)
    say_next(request, _("Saved."))
    return _go_to(found)


@require_POST
@require(role=Role.ADMIN)
def use(request: Request, public_id: UUID) -> HttpResponse:
    """Sell it no more, or again."""
    found = get_object_or_404(Product, public_id=public_id)
    active = request.POST.get("active") == "yes"
    operations.use_product(product_id=found.pk, active=active, actor=Actor.of(request.user))
    say_next(request, _("It is sold again.") if active else _("It is not sold any more; quotes keep it."))
    return _go_to(found)


@require_POST
@require(role=Role.ADMIN)
def delete(request: Request, public_id: UUID) -> HttpResponse:
    """Delete, or say in plain words who still relies on it."""
    found = get_object_or_404(Product, public_id=public_id)
    try:
        operations.delete_product(product_id=found.pk, actor=Actor.of(request.user))
    except ProductInUse as refusal:
        return render_partial(request, PAGE, "in_use", {"refusal": refusal, "product": found}, status=409)
    say_next(request, _("“%(name)s” is deleted.") % {"name": found.name})
    return HttpResponse(status=204, headers={"HX-Redirect": reverse("desk:settings_catalogue")})


@require_POST
@require(role=Role.ADMIN)
def picture(request: Request, public_id: UUID) -> HttpResponse:
    """Store the posted picture, or with `remove` take it away."""
    found = product_of(public_id)
    sent = request.FILES.get("picture")
    if sent is None and "remove" not in request.POST:
        return _picture_shown(request, found, _("Choose a PNG, JPEG or WebP picture."))
    # One byte more than may be: the operation says that it is too large, whatever its whole size.
    content = sent.read(LARGEST + 1) if sent is not None else None
    try:
        operations.set_picture(product_id=found.pk, content=content, actor=Actor.of(request.user))
    except BadEntry as refusal:
        return _picture_shown(request, found, refusal.faults["picture"])
    return toast(_picture_shown(request, product_of(public_id)), _("Saved."))


def _picture_shown(request: Request, found: Product, fault: str = "") -> HttpResponse:
    context = {"product": found, "picture_fault": fault}
    return render_partial(request, PAGE, "picture", context, status=422 if fault else 200)


def _form(request: Request, product: Product) -> ProductForm:
    data = request.POST if request.method == "POST" else None
    return ProductForm(data, product=product, taxes=Tax.objects.all(), goals=queries.goal_choices())


def _shown(
    request: Request,
    product: Product,
    form: ProductForm,
    more: dict[str, Any] | None = None,
    *,
    status: int | None = None,
) -> HttpResponse:
    context = {"form": form, "product": product if product.pk else None, **(more or {})}
    code = status or (422 if request.method == "POST" else 200)
    return render_page(request, EDITOR, context, partial="product_form", status=code)


def _go_to(product: Product) -> HttpResponse:
    address = reverse("desk:settings_product", args=[product.public_id])
    return HttpResponse(status=204, headers={"HX-Redirect": address})
