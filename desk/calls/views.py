"""Calls logged in two clicks: the button, then the outcome; what comes next is asked in the same dialog (spec 7.7)."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import Refused
from core.events.actor import Actor
from core.http import Request, signed_in, toast
from crm.calls.models import Call
from crm.calls.operations import lead_from_call, log_call, take_back_call
from crm.calls.queries import calls, of_contact
from crm.pipeline.models import Lead
from crm.pipeline.steps import Step
from desk.calls.forms import CallForm
from desk.calls.queries import contact_to_call, leads_to_choose, step_after
from desk.leads.queries import lead_for
from desk.leads.responses import changed, told
from desk.steps.dialogs import dialog
from desk.steps.forms import StepForm
from desk.steps.undoing import restored_step, undo_of
from desk.steps.views import DIALOG as STEP_DIALOG
from desk.steps.views import asking


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def log(request: Request, public_id: UUID) -> HttpResponse:
    """GET gives the dialog, with `lead` and `phone` as they are known. POST keeps the call and asks what is next."""
    contact = contact_to_call(request.user, public_id)
    choices = leads_to_choose(contact, request.user)
    if request.method != "POST":
        form = CallForm(leads=choices, initial=request.GET.dict())
        return render(request, "desk/calls/dialog.html", {"contact": contact, "form": form, "leads": choices})
    form = CallForm(request.POST, leads=choices)
    if not form.is_valid():
        context = {"contact": contact, "form": form, "leads": choices}
        return render(request, "desk/calls/dialog.html", context, status=422)
    values, lead = form.cleaned_data, form.chosen_lead
    call = log_call(
        contact=contact,
        lead=lead,
        outcome=values["outcome"],
        direction=values["direction"] or "out",
        phone=values["phone"],
        seconds=form.seconds,
        note=values["note"],
        now=timezone.now(),
        actor=Actor.of(request.user),
    )
    return _what_is_next(request, call, lead)


@require_POST
@signed_in
def undo(request: Request, public_id: UUID) -> HttpResponse:
    """Take back a call that was logged by mistake, and the step that was set after it."""
    call = get_object_or_404(calls().visible_to(request.user), public_id=public_id)
    restored = restored_step({**request.GET.dict(), **request.POST.dict()})
    try:
        lead = take_back_call(call_id=call.pk, user=request.user, restored=restored)
    except Refused as refusal:
        return toast(HttpResponse(status=422, headers={"HX-Reswap": "none"}), str(refusal))
    response = HttpResponse(headers={"HX-Reswap": "none"}) if lead is None else changed(request, lead)
    return told(response)


@require_POST
@signed_in
def make_lead(request: Request, public_id: UUID) -> HttpResponse:
    """A lead for a call that was about none; the answer asks for its next step."""
    call = get_object_or_404(calls().visible_to(request.user), public_id=public_id)
    try:
        made = lead_from_call(call_id=call.pk, user=request.user)
    except Refused as refusal:
        return toast(HttpResponse(status=422, headers={"HX-Reswap": "none"}), str(refusal))
    now, lead = timezone.now(), lead_for(request.user, made.public_id)
    form = StepForm(lead=lead, now=now, suggestion=step_after(call.outcome))
    context = dialog(lead, form, now, headline=_("What is next?"), told=_("The lead was made"))
    return asking(render(request, STEP_DIALOG, context))


@require_safe
@never_cache
@signed_in
def of_person(request: Request, public_id: UUID) -> HttpResponse:
    """The calls with a contact, for the contact's page."""
    contact = contact_to_call(request.user, public_id)
    rows = of_contact(contact.pk, request.user)
    return render(request, "desk/calls/list.html", {"contact": contact, "calls": rows})


def _what_is_next(request: Request, call: Call, lead: Lead | None) -> HttpResponse:
    done = {"told": _logged(call), "undo": _undo_url(call, lead)}
    if lead is None:
        return asking(render(request, "desk/calls/no_lead.html", {"call": call, **done}))
    now, fresh = timezone.now(), lead_for(request.user, lead.public_id)
    form = StepForm(lead=fresh, now=now, suggestion=step_after(call.outcome))
    context = dialog(fresh, form, now, headline=_("What is next?"), **done)
    return asking(render(request, STEP_DIALOG, context))


def _logged(call: Call) -> str:
    return _("Call logged: %(outcome)s") % {"outcome": call.get_outcome_display()}


def _undo_url(call: Call, lead: Lead | None) -> str:
    address = reverse("desk:call_undo", args=[call.public_id])
    if lead is None:
        return address
    return f"{address}?{urlencode(undo_of(Step(lead.next_step, lead.next_step_at)))}"
