"""Pipelines, their stages, and why leads are lost (spec 7.1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from core.access.models import Role
from core.company.queries import company
from core.errors import Refused
from core.events.actor import Actor
from core.http import Request, render_page, render_partial, require, toast
from crm.pipeline import operations
from crm.pipeline.errors import LostReasonNeeded
from crm.pipeline.models import Lead, LostReason, Pipeline, Stage, StageKind
from desk.settings.order import asked_order
from desk.settings.pipelines import queries
from desk.settings.pipelines.forms import DeleteStageForm, PipelineForm, ReasonForm, StageForm

PAGE = "desk/settings/pipelines.html"


@require_safe
@never_cache
@require(role=Role.MANAGER)
def pipelines(request: Request) -> HttpResponse:
    """Every pipeline with its stages, and the reasons."""
    return render_page(request, PAGE, _lists(), partial="pipelines")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def new_pipeline(request: Request) -> HttpResponse:
    form = PipelineForm(
        request.POST if request.method == "POST" else None, initial={"currency": company().currency}
    )
    return _dialog(
        request,
        form,
        title=_("Add a pipeline"),
        note=_("It begins with New, Talking, Offer, Won and Lost; change them afterwards."),
        act=lambda values: operations.create_pipeline(
            stages=form.first_stages(), actor=Actor.of(request.user), **values
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def edit_pipeline(request: Request, public_id: UUID) -> HttpResponse:
    """Another name or currency for a pipeline."""
    found = get_object_or_404(Pipeline, public_id=public_id)
    return _dialog(
        request,
        PipelineForm(
            request.POST if request.method == "POST" else None,
            initial={"name": found.name, "currency": found.currency},
        ),
        title=found.name,
        act=lambda values: operations.update_pipeline(
            pipeline_id=found.pk, actor=Actor.of(request.user), **values
        ),
    )


@require_POST
@require(role=Role.ADMIN)
def delete_pipeline(request: Request, public_id: UUID) -> HttpResponse:
    """Delete a pipeline without leads; otherwise say why not."""
    found = get_object_or_404(Pipeline, public_id=public_id)
    return _act(
        request, lambda: operations.delete_pipeline(pipeline_id=found.pk, actor=Actor.of(request.user))
    )


@require_POST
@require(role=Role.ADMIN)
def order_pipelines(request: Request) -> HttpResponse:
    """Put the pipelines into the order of the posted ids; new leads begin in the first."""
    ids = asked_order(request, Pipeline.objects.only("pk", "public_id"))
    return _act(request, lambda: operations.reorder_pipelines(pipeline_ids=ids, actor=Actor.of(request.user)))


@require_POST
@require(role=Role.ADMIN)
def order_stages(request: Request, public_id: UUID) -> HttpResponse:
    """Put the stages of a pipeline into the order of the posted ids."""
    found = get_object_or_404(Pipeline, public_id=public_id)
    ids = asked_order(request, found.stages.only("pk", "public_id"))
    actor = Actor.of(request.user)
    return _act(request, lambda: operations.reorder_stages(pipeline_id=found.pk, stage_ids=ids, actor=actor))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def new_stage(request: Request, public_id: UUID) -> HttpResponse:
    found = get_object_or_404(Pipeline, public_id=public_id)
    initial = {"kind": StageKind.OPEN, "probability": 50}
    form = StageForm(request.POST if request.method == "POST" else None, initial=initial)
    return _dialog(
        request,
        form,
        title=_("Add a stage to %(pipeline)s") % {"pipeline": found.name},
        act=lambda _values: operations.create_stage(
            pipeline_id=found.pk, draft=form.draft(), actor=Actor.of(request.user)
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def edit_stage(request: Request, public_id: UUID) -> HttpResponse:
    found = get_object_or_404(Stage, public_id=public_id)
    form = StageForm(request.POST if request.method == "POST" else None, stage=found)
    return _dialog(
        request,
        form,
        title=found.name,
        act=lambda _values: operations.update_stage(
            stage_id=found.pk, draft=form.draft(), actor=Actor.of(request.user)
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def delete_stage(request: Request, public_id: UUID) -> HttpResponse:
    """Delete a stage; with leads in it the dialog asks where they go."""
    found = get_object_or_404(Stage, public_id=public_id)
    count = Lead.objects.filter(stage=found).count()
    form = DeleteStageForm(found, request.POST if request.method == "POST" else None) if count else None

    def act(values: dict[str, Any]) -> None:
        operations.delete_stage(
            stage_id=found.pk,
            actor=Actor.of(request.user),
            move_leads_to=values["to"].pk if values else None,
            lost_reason=values["reason"] if values else None,
            user=request.user,
        )

    return _dialog(
        request,
        form,
        title=_("Delete the stage “%(stage)s”?") % {"stage": found.name},
        note=_("Leads in it: %(count)s.") % {"count": count} if count else _("No lead stands in it."),
        button=_("Delete"),
        act=act,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def new_reason(request: Request) -> HttpResponse:
    return _reason(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def edit_reason(request: Request, pk: int) -> HttpResponse:
    return _reason(request, get_object_or_404(LostReason, pk=pk))


def _reason(request: Request, found: LostReason | None) -> HttpResponse:
    initial = {"name": found.name, "active": found.active} if found else {"active": True}
    return _dialog(
        request,
        ReasonForm(request.POST if request.method == "POST" else None, initial=initial),
        title=found.name if found else _("Add a reason"),
        act=lambda values: operations.save_lost_reason(
            reason_id=found.pk if found else None, actor=Actor.of(request.user), **values
        ),
    )


def _dialog(
    request: Request,
    form: forms.Form | None,
    *,
    title: str,
    act: Callable[[dict[str, Any]], Any],
    note: str = "",
    button: str = "",
) -> HttpResponse:
    """GET shows the form; POST acts and shows the lists as they are now, or the form with what is wrong."""
    part = "stage_dialog" if isinstance(form, StageForm) else "dialog"
    context = {"form": form, "title": title, "note": note, "button": button, "url": request.path}
    if request.method != "POST":
        return render_partial(request, PAGE, part, context)
    if form is None or form.is_valid():
        try:
            act(form.cleaned_data if form else {})
        except Refused as refusal:
            _refuse(form, refusal, context)
        else:
            return _lists_shown(request)
    return render_partial(request, PAGE, part, context, status=422)


def _refuse(form: forms.Form | None, refusal: Refused, context: dict[str, Any]) -> None:
    if form is None:
        context["refusal"] = str(refusal)
        return
    place = "reason" if isinstance(refusal, LostReasonNeeded) else getattr(refusal, "place", "name")
    form.add_error(place if place in form.fields else None, str(refusal))


def _act(request: Request, act: Callable[[], Any]) -> HttpResponse:
    try:
        act()
    except Refused as refusal:
        return toast(render_partial(request, PAGE, "pipelines", _lists(), status=409), str(refusal))
    return toast(render_partial(request, PAGE, "pipelines", _lists()), _("Saved."))


def _lists() -> dict[str, Any]:
    cards = queries.pipeline_cards()
    return {
        "cards": cards,
        "reasons": queries.reasons(),
        "moving": any(card.is_moving for card in cards),
    }


def _lists_shown(request: Request) -> HttpResponse:
    response = render_partial(request, PAGE, "pipelines", _lists())
    response["HX-Retarget"], response["HX-Reswap"] = "#pipelines", "outerHTML"
    return trigger_client_event(response, "modal:close", {})
