"""What is worth knowing about every lead, and how the chat asks for it (spec 7.2)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access.models import Role
from core.company.queries import company
from core.http import Request, render_page, render_partial, require, toast
from crm.qualification import operations
from crm.qualification.errors import BadCriterion, CriterionInUse, StaleCriterion
from crm.qualification.models import Criterion
from crm.qualification.queries import fingerprint
from desk.settings.criteria import queries
from desk.settings.criteria.forms import ChoiceRow, CriterionForm
from desk.settings.order import asked_order
from desk.settings.telling import say_next

LIST = "desk/settings/criteria.html"
PAGE = "desk/settings/criterion.html"


@require_safe
@never_cache
@require(role=Role.MANAGER)
def criteria(request: Request) -> HttpResponse:
    """All criteria in order."""
    return render_page(request, LIST, {"lines": queries.criterion_lines()}, partial="criteria_list")


@require_POST
@require(role=Role.ADMIN)
def order(request: Request) -> HttpResponse:
    """Put the criteria into the order of the posted ids."""
    ids = asked_order(request, Criterion.objects.only("pk", "public_id"))
    operations.reorder_criteria(criterion_ids=ids, user=request.user)
    response = render_partial(request, LIST, "criteria_list", {"lines": queries.criterion_lines()})
    return toast(response, _("The order is saved."))


@require_POST
@require(role=Role.ADMIN)
def preview(request: Request) -> HttpResponse:
    """How the widget would ask with what stands in the form, saved or not."""
    form = CriterionForm(request.POST)
    form.is_valid()
    return render_partial(request, PAGE, "preview", {"shown": _shown(form)})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def new(request: Request) -> HttpResponse:
    """Add a criterion."""
    form = CriterionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        saved = _save(request, form)
        if saved is not None:
            say_next(request, _("Saved. Add it to a flow, or let people fill it in."))
            return HttpResponse(
                status=204,
                headers={"HX-Redirect": reverse("desk:settings_criterion", args=[saved.public_id])},
            )
    return _form_shown(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def edit(request: Request, public_id: UUID) -> HttpResponse:
    """Change a criterion; a save that meets somebody else's is answered with what has changed."""
    found = get_object_or_404(Criterion, public_id=public_id)
    if request.method != "POST":
        return _form_shown(request, CriterionForm(criterion=found, mark=fingerprint(found)))
    form = CriterionForm(request.POST, criterion=found)
    if form.is_valid():
        try:
            saved = _save(request, form)
        except StaleCriterion as stale:
            form.build_on(fingerprint(found))
            context = {"stale": stale, "changes": queries.changed_fields(stale, found)}
            return _form_shown(request, form, context, status=409)
        if saved is not None:
            fresh = CriterionForm(criterion=saved, mark=fingerprint(saved))
            return toast(_form_shown(request, fresh, status=200), _("Saved."))
    return _form_shown(request, form)


@require_POST
@require(role=Role.ADMIN)
def delete(request: Request, public_id: UUID) -> HttpResponse:
    """Delete, or say in plain words who still relies on it."""
    found = get_object_or_404(Criterion, public_id=public_id)
    try:
        operations.delete_criterion(criterion_id=found.pk, user=request.user)
    except CriterionInUse as refusal:
        return render_partial(request, PAGE, "in_use", {"refusal": refusal}, status=409)
    say_next(request, _("“%(name)s” is deleted.") % {"name": found.name})
    return HttpResponse(status=204, headers={"HX-Redirect": reverse("desk:settings_criteria")})


def _save(request: Request, form: CriterionForm) -> Criterion | None:
    """None where the form now says what is wrong. Raises StaleCriterion."""
    draft = form.draft(currency=company().currency)
    if draft is None:
        return None
    try:
        return operations.save_criterion(
            draft=draft,
            user=request.user,
            criterion_id=form.criterion.pk if form.criterion else None,
            expected=form.cleaned_data["expected"] or None,
        )
    except BadCriterion as refusal:
        form.refuse(refusal.faults)
    except CriterionInUse as refusal:
        form.add_error(None, " ".join([str(refusal), *map(str, refusal.uses)]))
    return None


def _form_shown(
    request: Request, form: CriterionForm, more: dict[str, Any] | None = None, *, status: int | None = None
) -> HttpResponse:
    context = {
        "form": form,
        "criterion": form.criterion,
        "blank": ChoiceRow(),
        "shown": _shown(form),
        "currency": company().currency,
        **(more or {}),
    }
    code = status or (422 if request.method == "POST" else 200)
    return render_page(request, PAGE, context, partial="criterion_page", status=code)


def _shown(form: CriterionForm) -> list[queries.Shown]:
    def texts(fields: Any) -> dict[str, str]:
        found = {field.name[-2:]: str(field.value() or "").strip() for field in fields}
        return {code: text for code, text in found.items() if text}

    return queries.as_asked(
        kind=str(form["kind"].value()),
        question=texts(form.questions),
        hint=texts(form.hints),
        labels=[row.labels for row in form.rows],
    )
