"""What a company keeps of its leads and contacts beside what every company does (spec 1.1, 7.7)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access.models import Role
from core.http import Request, render_page, render_partial, require, toast
from crm.fields import operations
from crm.fields.errors import BadField, FieldInUse, StaleField
from crm.fields.models import CustomField, FieldSubject
from crm.pipeline.models import Pipeline
from desk.settings.fields.forms import CustomFieldForm, OptionRow
from desk.settings.order import asked_order
from desk.settings.telling import say_next

LIST = "desk/settings/fields.html"
PAGE = "desk/settings/field.html"


@dataclass(frozen=True)
class Section:
    """The fields of one subject; `empty` teaches what such a field is good for."""

    subject: str
    title: str | Promise
    icon: str
    empty: str | Promise
    rows: list[tuple[CustomField, list[str]]]


SECTIONS = (
    (
        FieldSubject.LEAD,
        gettext_lazy("Leads"),
        "target",
        gettext_lazy("What you keep of a deal: the floor, the model of the car, the number of the contract."),
    ),
    (
        FieldSubject.CONTACT,
        gettext_lazy("Contacts"),
        "address-book",
        gettext_lazy("What you keep of a person over all deals: the birthday, the size, the tax number."),
    ),
)


@require_safe
@never_cache
@require(role=Role.MANAGER)
def fields(request: Request) -> HttpResponse:
    """All fields, by what they belong to."""
    return render_page(request, LIST, {"sections": _sections()}, partial="field_lists")


@require_POST
@require(role=Role.ADMIN)
def order(request: Request) -> HttpResponse:
    """Put the fields of one subject into the order of the posted ids."""
    ids = asked_order(request, CustomField.objects.only("pk", "public_id"))
    operations.reorder_fields(field_ids=ids, user=request.user)
    response = render_partial(request, LIST, "field_lists", {"sections": _sections()})
    return toast(response, _("The order is saved."))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def new(request: Request) -> HttpResponse:
    """Add a field to leads, or to contacts."""
    asked = request.GET.get("subject", "")
    subject = asked if asked in FieldSubject.values else FieldSubject.LEAD
    form = CustomFieldForm(request.POST if request.method == "POST" else None, subject=subject)
    if request.method == "POST" and form.is_valid() and (saved := _save(request, form)):
        say_next(
            request, _("“%(name)s” is added. It stands on the page of each from now on.") % {"name": saved}
        )
        return HttpResponse(status=204, headers={"HX-Redirect": reverse("desk:settings_fields")})
    return _shown(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def edit(request: Request, public_id: UUID) -> HttpResponse:
    """Change a field; what others rely on is refused with the list of them."""
    found = get_object_or_404(CustomField, public_id=public_id)
    if request.method != "POST":
        return _shown(request, CustomFieldForm(subject=found.subject, known=found))
    form = CustomFieldForm(request.POST, subject=found.subject, known=found)
    if form.is_valid():
        try:
            saved = _save(request, form)
        except StaleField as stale:
            form.build_on(found.revision)
            return _shown(request, form, {"stale": stale}, status=409)
        if saved is not None:
            fresh = CustomFieldForm(subject=saved.subject, known=saved)
            return toast(_shown(request, fresh, status=200), _("Saved."))
    return _shown(request, form)


@require_POST
@require(role=Role.ADMIN)
def delete(request: Request, public_id: UUID) -> HttpResponse:
    """Delete, or say in plain words who still relies on it."""
    found = get_object_or_404(CustomField, public_id=public_id)
    try:
        operations.delete_field(field_id=found.pk, user=request.user)
    except FieldInUse as refusal:
        return render_partial(request, PAGE, "in_use", {"refusal": refusal}, status=409)
    say_next(request, _("“%(name)s” is deleted.") % {"name": found.label})
    return HttpResponse(status=204, headers={"HX-Redirect": reverse("desk:settings_fields")})


def _sections() -> list[Section]:
    """Two statements."""
    rows = list(CustomField.objects.order_by("position", "id"))
    names = dict(Pipeline.objects.values_list("pk", "name"))
    return [
        Section(subject, title, icon, empty, _of(rows, subject, names))
        for subject, title, icon, empty in SECTIONS
    ]


def _of(
    rows: Iterable[CustomField], subject: str, names: dict[int, str]
) -> list[tuple[CustomField, list[str]]]:
    return [
        (row, [names[key] for key in row.pipelines if key in names]) for row in rows if row.subject == subject
    ]


def _save(request: Request, form: CustomFieldForm) -> CustomField | None:
    """None where the form now says what is wrong. Raises StaleField."""
    try:
        return operations.save_field(
            draft=form.draft(),
            user=request.user,
            field_id=form.known.pk if form.known else None,
            expected=form.cleaned_data["expected"] if form.known else None,
        )
    except BadField as refusal:
        form.refuse(refusal.faults)
    except FieldInUse as refusal:
        form.add_error(None, " ".join([str(refusal), *map(str, refusal.uses)]))
    return None


def _shown(
    request: Request, form: CustomFieldForm, more: dict[str, Any] | None = None, *, status: int | None = None
) -> HttpResponse:
    context = {"form": form, "known": form.known, "blank": OptionRow(), **(more or {})}
    code = status or (422 if request.method == "POST" else 200)
    return render_page(request, PAGE, context, partial="field_page", status=code)
