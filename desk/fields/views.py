"""Custom fields of a lead or a contact, each corrected where it is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.events.actor import Actor
from core.http import Request, signed_in
from crm.contacts.models import Contact
from crm.fields.errors import BadValues, StaleValue, UnknownField
from crm.fields.models import CustomField, FieldKind
from crm.fields.operations import set_contact_values, set_lead_values
from crm.fields.queries import FieldLine, field_named
from crm.pipeline.models import Lead
from desk.contacts.queries import contact_for
from desk.fields.forms import ValueForm
from desk.leads.queries import lead_for
from desk.leads.responses import told

Write = Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]]
"""Writes values by key where those that were seen still stand; returns the column as it is then."""


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def lead(request: Request, public_id: UUID, key: str) -> HttpResponse:
    """GET gives the form, or with `show` the value; POST corrects it and gives the value."""
    found = lead_for(request.user, public_id)

    def write(values: dict[str, Any], seen: dict[str, Any]) -> dict[str, Any]:
        actor = Actor.of(request.user)
        return dict(set_lead_values(lead_id=found.pk, values=values, seen=seen, actor=actor).custom)

    return _value(request, found, _field(key, "lead"), write)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def contact(request: Request, public_id: UUID, key: str) -> HttpResponse:
    """The same of a contact."""
    found = contact_for(request.user, public_id)

    def write(values: dict[str, Any], seen: dict[str, Any]) -> dict[str, Any]:
        set_contact_values(contact=found, values=values, seen=seen, actor=Actor.of(request.user))
        return dict(found.custom)

    return _value(request, found, _field(key, "contact"), write)


def _field(key: str, subject: str) -> CustomField:
    try:
        return field_named(key, subject)
    except UnknownField as error:
        raise Http404 from error


def _value(request: Request, holder: Lead | Contact, field: CustomField, write: Write) -> HttpResponse:
    stored = holder.custom.get(field.key)
    if request.method != "POST":
        if request.GET.get("show"):
            return _shown(request, holder, field, stored)
        return _form(request, holder, field, ValueForm(field=field, value=stored))
    form = ValueForm(request.POST, field=field)
    if not form.is_valid():
        return _form(request, holder, field, form, status=422)
    try:
        values = {field.key: form.cleaned_data["value"]}
        custom = write(values, {field.key: form.cleaned_data["seen"]})
    except BadValues as refusal:
        form.add_error("value", str(refusal))
        return _form(request, holder, field, form, status=422)
    except StaleValue as stale:
        form = ValueForm(field=field, value=stored)
        several = field.kind == FieldKind.CHOICES
        form.initial["value"] = request.POST.getlist("value") if several else request.POST.get("value", "")
        return _form(request, holder, field, form, status=409, stale=stale)
    return told(_shown(request, holder, field, custom.get(field.key)))


def _context(holder: Lead | Contact, field: CustomField) -> dict[str, Any]:
    holds = "lead" if isinstance(holder, Lead) else "contact"
    return {"holder": holder, "field": field, "address": f"desk:{holds}_field"}


def _shown(request: Request, holder: Lead | Contact, field: CustomField, value: Any) -> HttpResponse:
    context = {**_context(holder, field), "line": FieldLine(field, value)}
    return render(request, "desk/fields/value.html", context)


def _form(
    request: Request,
    holder: Lead | Contact,
    field: CustomField,
    form: ValueForm,
    *,
    status: int = 200,
    stale: StaleValue | None = None,
) -> HttpResponse:
    context = {**_context(holder, field), "form": form, "stale": stale}
    return render(request, "desk/fields/form.html", context, status=status)
