"""A lead or a contact that a colleague adds by hand, from every screen (spec 7.1)."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import trigger_client_event

from core.errors import Refused
from core.http import Request, signed_in, toast
from crm.contacts.models import Contact
from crm.pipeline.enums import LeadSource
from crm.pipeline.errors import NoPipeline
from crm.pipeline.models import Lead, Stage, StageKind
from desk.adding.forms import NewContactForm, NewLeadForm
from desk.adding.operations import OutOfSight, Person, add_contact, add_lead
from desk.calendar.queries import contact_in_sight, found_contacts

AT_ONCE = "/"
"""Mark of a message that the next page says at once (desk/contact.html, desk/lead.html)."""


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def lead(request: Request) -> HttpResponse:
    """GET asks, beginning in the first open stage of `pipeline` and with `contact`. POST adds; a list of leads stays
    and shows it, other screens give way to its page.
    """
    asked = request.POST if request.method == "POST" else request.GET
    stages = _stages()
    if not stages:
        refusal = NoPipeline(_("There is no pipeline yet. Create one with an open stage first."))
        return toast(HttpResponse(status=422, headers={"HX-Reswap": "none"}), str(refusal))
    stage = _stage(stages, asked)
    chosen = contact_in_sight(request.user, asked.get("contact", ""))
    if request.method != "POST":
        initial = {
            "stage": str(stage.public_id),
            "owner": str(request.user.public_id),
            "source": LeadSource.MANUAL,
        }
        return _lead_form(request, NewLeadForm(stages=stages, stage=stage, chosen=chosen, initial=initial))
    form = NewLeadForm(request.POST, stages=stages, stage=stage, chosen=chosen)
    if not form.is_valid():
        return _lead_form(request, form, status=422)
    try:
        made, person = add_lead(person=form.person(), draft=form.draft(), user=request.user)
    except Refused as refusal:
        form.add_error(_place(form, refusal), str(refusal))
        return _lead_form(request, form, status=422)
    return _lead_added(request, made, person)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def contact(request: Request) -> HttpResponse:
    """GET asks. POST adds, or finds who has this phone or email already, and opens the page of the contact."""
    form = NewContactForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _contact_form(request, form, status=422 if request.method == "POST" else 200)
    try:
        person = add_contact(draft=form.person(), user=request.user)
    except Refused as refusal:
        form.add_error(_place(form, refusal), str(refusal))
        return _contact_form(request, form, status=422)
    if person.was_known:
        words = _("%(who)s was here already; nobody was added.")
        messages.success(request, words % {"who": person.contact}, extra_tags=AT_ONCE)
    return HttpResponse(
        status=204, headers={"HX-Redirect": reverse("desk:contact", args=[person.contact.public_id])}
    )


@require_safe
@never_cache
@signed_in
def known(request: Request) -> HttpResponse:
    """Who may be meant by what is typed so far."""
    typed = [request.GET.get(name, "").strip() for name in ("phone", "email", "name")]
    found: dict[int, Contact] = {}
    for text in typed:
        found.update((each.pk, each) for each in found_contacts(request.user, text))
    context = {"found": list(found.values())[:5], "link": "link" in request.GET}
    return render(request, "desk/adding/known.html", context)


def _lead_form(request: Request, form: NewLeadForm, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "several": len({each.pipeline_id for each in form.stages}) > 1}
    return render(request, "desk/adding/lead.html", context, status=status)


def _contact_form(request: Request, form: NewContactForm, *, status: int) -> HttpResponse:
    return render(request, "desk/adding/contact.html", {"form": form}, status=status)


def _place(form: NewContactForm | NewLeadForm, refusal: Refused) -> str | None:
    """The input beside which a refusal stands."""
    if isinstance(refusal, OutOfSight):
        return "phone" if form.cleaned_data.get("phone") else "email"
    return "stage" if "stage" in form.fields else None


def _lead_added(request: Request, made: Lead, person: Person) -> HttpResponse:
    words = {"lead": made.title, "who": person.contact, "stage": made.stage.name}
    if person.was_known:
        told = _("%(who)s was here already: “%(lead)s” is one more lead of theirs, in %(stage)s.") % words
    else:
        told = _("“%(lead)s” is added, in %(stage)s.") % words
    if not _on_a_list(request):
        messages.success(request, told, extra_tags=AT_ONCE)
        return HttpResponse(status=204, headers={"HX-Redirect": reverse("desk:lead", args=[made.public_id])})
    response = toast(HttpResponse(status=204), told)
    for event in ("modal:close", "board:catch-up", "board:moved", "lead:added"):
        trigger_client_event(response, event, {})
    return response


def _on_a_list(request: Request) -> bool:
    path = urlsplit(request.htmx.current_url or "").path
    return path == reverse("desk:leads") or path.startswith(reverse("desk:pipeline"))


def _stages() -> list[Stage]:
    """Where a lead may begin."""
    rows = Stage.objects.filter(kind=StageKind.OPEN, leaving_for__isnull=True).select_related("pipeline")
    return list(rows.order_by("pipeline__position", "pipeline", "position", "id"))


def _stage(stages: list[Stage], asked: Mapping[str, str]) -> Stage:
    """The chosen stage, else the first of the pipeline that is asked for, else the first."""
    chosen = (each for each in stages if str(each.public_id) == asked.get("stage"))
    beside = (each for each in stages if str(each.pipeline.public_id) == asked.get("pipeline"))
    return next(chosen, None) or next(beside, stages[0])
