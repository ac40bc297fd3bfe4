"""The next step of a lead from every screen: set, put off, done (spec 7.1, 7.7)."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from core.events.actor import Actor
from core.http import Request, signed_in, toast
from crm.pipeline import operations
from crm.pipeline.errors import StaleLead
from crm.pipeline.models import Lead
from crm.pipeline.steps import Step
from desk import formats
from desk.leads.queries import lead_for
from desk.leads.responses import changed, done, revision_of, told
from desk.steps.dialogs import dialog
from desk.steps.forms import StepForm
from desk.steps.undoing import undo_of

DIALOG = "desk/steps/dialog.html"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def next_step(request: Request, public_id: UUID) -> HttpResponse:
    """GET asks what happens next and when. POST sets it, also from an undo button, whose address carries it."""
    found, now = lead_for(request.user, public_id), timezone.now()
    asked = {**request.GET.dict(), **request.POST.dict()}
    form = StepForm(asked if request.method == "POST" else None, lead=found, now=now)
    if request.method != "POST" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return render(request, DIALOG, dialog(found, form, now), status=status)
    step, before = form.step, Step(found.next_step, found.next_step_at)
    response = done(
        request,
        found,
        lambda: operations.set_next_step(
            lead_id=found.pk,
            text=step.text,
            due_at=step.due_at,
            actor=Actor.of(request.user),
            expected_revision=revision_of(asked),
        ),
    )
    if response.status_code != 200 or step == before:
        return response
    return toast(response, _sentence(step), undo_url(found, before))


@require_POST
@signed_in
def step_done(request: Request, public_id: UUID) -> HttpResponse:
    """The step was taken; the answer asks what comes next."""
    found, now = lead_for(request.user, public_id), timezone.now()
    try:
        lead, step = operations.complete_next_step(
            lead_id=found.pk, actor=Actor.of(request.user), expected_revision=revision_of(request.POST.dict())
        )
    except StaleLead as stale:
        return toast(told(changed(request, found, status=409)), str(stale))
    fresh = lead_for(request.user, public_id)
    context = dialog(
        fresh,
        StepForm(lead=fresh, now=now),
        now,
        headline=_("What is next?"),
        told=_("Done: %(step)s") % {"step": step.text} if step.text else "",
        undo=undo_url(lead, step),
    )
    return asking(render(request, DIALOG, context))


def asking(response: HttpResponse) -> HttpResponse:
    """Show the answer as a dialog; what shows the lead fetches itself anew."""
    response["HX-Retarget"], response["HX-Reswap"] = "#modal-body", "innerHTML"
    for event in ("board:moved", "lead:refresh"):
        trigger_client_event(response, event, {})
    return response


def undo_url(lead: Lead, before: Step) -> str:
    return f"{reverse('desk:lead_next_step', args=[lead.public_id])}?{urlencode(undo_of(before))}"


def _sentence(step: Step) -> str:
    if not step.text:
        return _("No next step any more")
    words = {"step": step.text, "when": formats.when(step.due_at, timezone.now()) if step.due_at else ""}
    return _("Next: %(step)s, %(when)s") % words
