"""The parts of a product's price, changed one by one beside what they come to."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from core.access.models import Role
from core.events.actor import Actor
from core.http import Request, render_partial, require, toast
from crm.catalogue.editing import LISTS, entry_of, in_order, without_entry
from crm.catalogue.errors import BadEntry, BadRules, StaleProduct
from crm.catalogue.models import Product
from crm.catalogue.operations import Edit, change_product
from crm.catalogue.reading import ASKED, Fields, price_fields, read_rules
from desk.settings.catalogue import queries
from desk.settings.catalogue.lines import line_of, part_sentences
from desk.settings.catalogue.parts import FORMS, PartForm
from desk.settings.catalogue.views import PAGE, page_context, product_of, tried_out

FORM = "desk/settings/prices/form.html"
SAID = "desk/settings/prices/said.html"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def part(request: Request, public_id: UUID) -> HttpResponse:
    """GET gives the form of a part in the place of its words, with `show` the words again; POST saves it."""
    found, fields = product_of(public_id), price_fields()
    form = _form(request, found, fields)
    if request.GET.get("show"):
        context = {"product": found, "line": line_of(found, fields, form.part, form.key)}
        return render_partial(request, PAGE, "part_line", context)
    if request.method != "POST" or not form.is_valid():
        return _form_shown(request, form)
    try:
        _change(request, found, form.edit, **form.changes())
    except StaleProduct as stale:
        return _form_shown(request, form, stale=stale, status=409)
    except (BadEntry, BadRules) as refusal:
        form.refuse(refusal)
        return _form_shown(request, form)
    return _rules_shown(request, product_of(public_id), fields, _("Saved."))


@require_POST
@require(role=Role.ADMIN)
def delete_part(request: Request, public_id: UUID) -> HttpResponse:
    """Take an option or a surcharge out of the price."""
    found, fields = product_of(public_id), price_fields()
    name, key = _list_of(request), request.POST.get("key", "")
    said = _("Taken out of the price.")
    try:
        _change(request, found, lambda document: without_entry(document, name, key))
    except (StaleProduct, BadEntry, BadRules) as refusal:
        return _rules_shown(request, product_of(public_id), fields, str(refusal), status=409)
    return _rules_shown(request, product_of(public_id), fields, said)


@require_POST
@require(role=Role.ADMIN)
def order_parts(request: Request, public_id: UUID) -> HttpResponse:
    """Put the options or surcharges into the posted order."""
    found, fields = product_of(public_id), price_fields()
    name, keys = _list_of(request), request.POST.getlist("order")[:100]
    try:
        _change(request, found, lambda document: in_order(document, name, keys))
    except (StaleProduct, BadEntry, BadRules) as refusal:
        return _rules_shown(request, product_of(public_id), fields, str(refusal), status=409)
    fresh = render_partial(request, PAGE, "price_mark", {"product": product_of(public_id), "fresh": True})
    return toast(_edited(fresh), _("The order is saved."))


@require_POST
@require(role=Role.ADMIN)
def preview(request: Request, public_id: UUID) -> HttpResponse:
    """What stands in a form in words, and what the facts come to with it; nothing is stored."""
    found, fields = product_of(public_id), price_fields()
    form = _form(request, found, fields)
    context: dict[str, Any] = {"form": form, "product": found}
    known = {fact.key for fact in tried_out(request, found, fields).facts}
    if not form.is_valid():
        return render(request, SAID, {**context, "fault": _first_fault(form)})
    for name, value in form.changes().items():
        setattr(found, name, value)
    found.rules = form.edit(found.rules)
    try:
        rules = read_rules(found.rules, unit_price=found.unit_price, fields=fields)
    except BadRules as refusal:
        form.refuse(refusal)
        return render(request, SAID, {**context, "fault": _first_fault(form)})
    sentences = part_sentences(rules, found, fields, form.part, form.key)
    tried = tried_out(request, found, fields)
    more = [fact for fact in tried.facts if fact.key not in known]
    there = {key for key in request.POST if key.startswith(ASKED)} - known
    # Inputs that are there already are left alone: somebody may be writing in one of them.
    inputs = None if there == {fact.key for fact in more} else more
    return render(request, SAID, {**context, "sentences": sentences, "tried": tried, "more": inputs})


def _form(request: Request, found: Product, fields: Fields) -> PartForm:
    data = request.POST if request.method == "POST" else None
    asked = request.POST if request.method == "POST" else request.GET
    made = FORMS.get(asked.get("part", "base"))
    if made is None:
        raise BadRequest("part must be a part of the price")
    key = asked.get("key", "")
    known = key if made.part in LISTS and entry_of(found.rules, made.part, key) else ""
    return made(found, fields, key=known, data=data)


def _list_of(request: Request) -> str:
    name = request.POST.get("part", "")
    if name not in LISTS:
        raise BadRequest("part must be options or surcharges")
    return name


def _change(request: Request, found: Product, edit: Edit, **changes: Any) -> None:
    typed = request.POST.get("expected", "")
    expected = int(typed) if typed.isdecimal() and len(typed) < 9 else -1
    change_product(product_id=found.pk, actor=Actor.of(request.user), expected=expected, edit=edit, **changes)


def _first_fault(form: PartForm) -> str:
    texts = [str(each) for faults in form.errors.values() for each in faults]
    return next(iter([*texts, *form.other]), "")


def _form_shown(
    request: Request, form: PartForm, *, stale: StaleProduct | None = None, status: int | None = None
) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "product": form.product, "stale": stale}
    if stale:
        now = product_of(form.product.public_id)
        context["fresh_revision"] = now.revision
        context["changes"] = queries.changed_parts(now, stale.changes)
        line = line_of(now, form.known, form.part, form.key)
        context["now"] = line if "rules" in stale.changes or form.part == "base" else None
    code = status or (422 if request.method == "POST" else 200)
    return render(request, FORM, context, status=code)


def _rules_shown(
    request: Request, found: Product, fields: Fields, said: str, *, status: int = 200
) -> HttpResponse:
    """All parts anew with a word about it, in the place of whatever was sent."""
    response = render_partial(request, PAGE, "price_rules", page_context(found, fields), status=status)
    response["HX-Retarget"], response["HX-Reswap"] = "#price-rules", "outerHTML"
    return toast(_edited(response), said)


def _edited(response: HttpResponse) -> HttpResponse:
    """Tell the try-out that the price is another one."""
    return trigger_client_event(response, "price:edited", {})
