"""Taxes, and the rates at which prices become those of another currency."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import trigger_client_event

from core.access.models import Role
from core.company.queries import company
from core.events.actor import Actor
from core.http import Request, render_page, render_partial, require, toast
from crm.catalogue import operations
from crm.catalogue.errors import BadEntry, TaxInUse
from crm.catalogue.models import Tax
from crm.catalogue.operations import TaxDraft
from crm.catalogue.queries import today
from desk.settings.catalogue import queries
from desk.settings.catalogue.forms import RateForm, TaxForm

TAXES = "desk/settings/taxes.html"
RATES = "desk/settings/rates.html"


@require_safe
@never_cache
@require(role=Role.MANAGER)
def taxes(request: Request) -> HttpResponse:
    """All taxes, those in use first."""
    return render_page(request, TAXES, {"lines": queries.tax_lines()}, partial="taxes_list")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def new_tax(request: Request) -> HttpResponse:
    form = TaxForm(request.POST if request.method == "POST" else None, initial={"active": True})
    return _tax_dialog(request, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def tax(request: Request, public_id: UUID) -> HttpResponse:
    """Change a tax; the percent of one that stands on quotes only by a new one in its place."""
    found = get_object_or_404(Tax, public_id=public_id)
    initial = {name: getattr(found, name) for name in ("name", "percent", "is_default", "active")}
    form = TaxForm(request.POST if request.method == "POST" else None, initial=initial)
    return _tax_dialog(request, form, found)


def _tax_dialog(request: Request, form: TaxForm, found: Tax | None) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "tax": found, "url": request.path}
    if request.method != "POST":
        return render_partial(request, TAXES, "dialog", context)
    if form.is_valid():
        draft, actor = TaxDraft(**form.cleaned_data), Actor.of(request.user)
        try:
            if found is not None and "replace" in request.POST:
                operations.replace_tax(tax_id=found.pk, draft=draft, actor=actor)
            else:
                operations.save_tax(draft=draft, actor=actor, tax_id=found.pk if found else None)
        except BadEntry as refusal:
            form.refuse(refusal.faults)
        except TaxInUse as refusal:
            context["in_use"] = refusal
        else:
            return _list_shown(request, TAXES, "taxes_list", {"lines": queries.tax_lines()})
    return render_partial(request, TAXES, "dialog", context, status=422)


@require_safe
@never_cache
@require(role=Role.MANAGER)
def rates(request: Request) -> HttpResponse:
    """Every rate with its day and who entered it; which pairs are missing."""
    return render_page(request, RATES, _rates(), partial="rates_list")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def new_rate(request: Request) -> HttpResponse:
    """Enter a rate; `base` and `quote` of the address begin the form."""
    currency = company().currency
    initial = {
        "base": request.GET.get("base", "")[:3] or ("USD" if currency != "USD" else "EUR"),
        "quote": request.GET.get("quote", "")[:3] or currency,
        "since": today(),
    }
    form = RateForm(request.POST if request.method == "POST" else None, initial=initial)
    context = {"form": form, "url": request.path}
    if request.method != "POST":
        return render_partial(request, RATES, "dialog", context)
    if form.is_valid():
        try:
            operations.set_rate(actor=Actor.of(request.user), **form.cleaned_data)
        except BadEntry as refusal:
            form.refuse(refusal.faults)
        else:
            return _list_shown(request, RATES, "rates_list", _rates())
    return render_partial(request, RATES, "dialog", context, status=422)


def _rates() -> dict[str, Any]:
    currency = company().currency
    return {
        "lines": queries.all_rates(),
        "missing": queries.pairs_without_rate(currency),
        "currency": currency,
    }


def _list_shown(request: Request, page: str, partial: str, context: dict[str, Any]) -> HttpResponse:
    """The list anew in its place; the dialog closes."""
    response = render_partial(request, page, partial, context)
    response["HX-Retarget"], response["HX-Reswap"] = f"#{partial.replace('_', '-')}", "outerHTML"
    return toast(trigger_client_event(response, "modal:close", {}), _("Saved."))
