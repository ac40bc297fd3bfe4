"""A lead: its page, its panel beside the board, and what is done to it from every screen (spec 7.1 to 7.3)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.events.actor import Actor
from core.http import Request, signed_in
from crm.pipeline import operations
from crm.pipeline.cursors import Cursor
from crm.pipeline.errors import BadCursor
from crm.pipeline.models import Lead
from crm.qualification.errors import UnknownCriterion
from crm.qualification.forms import AnswerForm
from crm.qualification.queries import answer_lines, criterion
from crm.scoring.queries import explain_score
from desk.colleagues.queries import active_colleagues
from desk.history import fragments
from desk.inbox import queries as inbox
from desk.inbox.views import head_context
from desk.leads import queries, timeline
from desk.leads.forms import DetailsForm
from desk.leads.responses import done, revision_of, told

TABS = ("lead", "chat", "timeline")


@require_safe
@never_cache
@signed_in
def lead(request: Request, public_id: UUID) -> HttpResponse:
    """The page of a lead."""
    found = queries.lead_for(request.user, public_id)
    chat = queries.newest_conversation(found, request.user)
    context = {**_head(found), **_timeline(request, found), "conversation": chat, "contact": found.contact}
    return render(request, "desk/lead.html", {**context, "facts": answer_lines(found)})


@require_safe
@never_cache
@signed_in
def head(request: Request, public_id: UUID) -> HttpResponse:
    """The head of the page, as it is now."""
    context = {**_head(queries.lead_for(request.user, public_id)), "compact": "compact" in request.GET}
    return render(request, "desk/lead/head.html", context)


@require_safe
@never_cache
@signed_in
def side(request: Request, public_id: UUID) -> HttpResponse:
    """Facts, contact and history: the right column of the page."""
    found = queries.lead_for(request.user, public_id)
    return render(request, "desk/lead/side.html", {"lead": found, "facts": answer_lines(found)})


@require_safe
@never_cache
@signed_in
def about(request: Request, public_id: UUID) -> HttpResponse:
    """Contact and conversations, fetched after the page."""
    found = queries.lead_for(request.user, public_id)
    context = {
        "lead": found,
        "contact": found.contact,
        "quoted": found,
        "about": inbox.about_contact(found.contact, request.user),
    }
    return render(request, "desk/inbox/about.html", context)


@require_safe
@never_cache
@signed_in
def history(request: Request, public_id: UUID) -> HttpResponse:
    """Who changed what, from and to (spec 12.2)."""
    found = queries.lead_for(request.user, public_id)
    return render(request, fragments.TEMPLATE, fragments.context_of(request, found))


@require_safe
@never_cache
@signed_in
def panel(request: Request, public_id: UUID) -> HttpResponse:
    """The lead over the board: tabs Lead, Chat and Timeline."""
    found = queries.lead_for(request.user, public_id)
    asked = request.GET.get("tab", "")
    tab = asked if asked in TABS else TABS[0]
    context: dict[str, Any] = {"tab": tab, "contact": found.contact, **_head(found)}
    if tab == "lead":
        context["facts"] = answer_lines(found)
    elif tab == "timeline":
        context |= _timeline(request, found)
    elif chat := queries.newest_conversation(found, request.user):
        thread = inbox.opening_thread(chat)
        context |= {"conversation": chat, "thread": thread, "embedded": True, **head_context(chat)}
    return render(request, "desk/lead/panel.html", context)


@require_safe
@never_cache
@signed_in
def lines(request: Request, public_id: UUID) -> HttpResponse:
    """Lines of the timeline: more of them behind a cursor, or the first ones anew."""
    found = queries.lead_for(request.user, public_id)
    return render(request, "desk/lead/timeline.html", _timeline(request, found))


@require_safe
@never_cache
@signed_in
def why(request: Request, public_id: UUID) -> HttpResponse:
    """The score line by line (spec 7.3)."""
    found = queries.lead_for(request.user, public_id)
    return render(request, "desk/lead/why.html", {"lead": found, "lines": explain_score(found)})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def details(request: Request, public_id: UUID) -> HttpResponse:
    """Title and value."""
    found = queries.lead_for(request.user, public_id)
    form = DetailsForm(request.POST or None, instance=queries.lead_for(request.user, public_id))
    context = {"lead": found, "form": form, "url": reverse("desk:lead_details", args=[public_id])}
    if request.method != "POST":
        return render(request, "desk/lead/form.html", {**context, "headline": _("Title and value")})
    if not form.is_valid():
        return render(
            request, "desk/lead/form.html", {**context, "headline": _("Title and value")}, status=422
        )
    return done(
        request,
        found,
        lambda: operations.update_lead(
            lead_id=found.pk,
            actor=Actor.of(request.user),
            expected_revision=revision_of(request.POST.dict()),
            **form.cleaned_data,
        ),
    )


@require_POST
@signed_in
def owner(request: Request, public_id: UUID) -> HttpResponse:
    found = queries.lead_for(request.user, public_id)
    asked = request.POST.get("owner", "")
    person = next((each for each in active_colleagues() if str(each.public_id) == asked), None)
    if asked and person is None:
        raise Http404
    actor = Actor.of(request.user)
    return done(request, found, lambda: operations.assign_lead(lead_id=found.pk, owner=person, actor=actor))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def answer(request: Request, public_id: UUID, key: str) -> HttpResponse:
    """One fact of the lead: GET gives the form, or with `show` the fact; POST corrects it and gives the fact."""
    found = queries.lead_for(request.user, public_id)
    try:
        asked = criterion(key)
    except UnknownCriterion as error:
        raise Http404 from error
    context = {"lead": found, "criterion": asked}
    if request.method != "POST" and request.GET.get("show"):
        return _fact(request, found, key)
    data = request.POST if request.method == "POST" else None
    form = AnswerForm(data, criterion=asked, value=found.answers.get(key))
    if data is not None and form.is_valid():
        form.save(lead_id=found.pk, user=request.user)
        found.refresh_from_db(fields=["answers"])
        return told(_fact(request, found, key))
    return render(
        request,
        "desk/lead/fact_form.html",
        {**context, "form": form},
        status=422 if data is not None else 200,
    )


def _head(lead: Lead) -> dict[str, Any]:
    return {"lead": lead, "stages": queries.stages_beside(lead), "people": active_colleagues()}


def _timeline(request: Request, lead: Lead) -> dict[str, Any]:
    kind = request.GET.get("kind", "")
    kind = kind if kind in timeline.FILTERS else ""
    try:
        after = Cursor.decode(request.GET["after"]) if "after" in request.GET else None
    except BadCursor as error:
        raise BadRequest("after must be the cursor of a page") from error
    asked = request.GET.get("count", "")
    count = int(asked) if asked.isdecimal() and len(asked) < 6 else 0
    page = timeline.page(lead, request.user, kind=kind, after=after, count=count)
    return {"lead": lead, "timeline": page, "kind": kind, "filters": timeline.FILTERS.items()}


def _fact(request: Request, lead: Lead, key: str) -> HttpResponse:
    line = next((each for each in answer_lines(lead) if each.criterion.key == key), None)
    if line is None:
        return HttpResponse("")
    return render(request, "desk/lead/fact.html", {"lead": lead, "line": line})
