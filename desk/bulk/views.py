"""Something done to many leads at once: the bar over a list, its dialogs, the progress, what became of each."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from core.errors import Refused
from core.http import Request, render_page, signed_in, toast
from crm.bulk.actions import ACTIONS
from crm.bulk.enums import Outcome
from crm.bulk.links import bulk_url
from crm.bulk.models import LeadBulk
from crm.bulk.operations import go_on, retry_refused, start_bulk, start_undo
from crm.bulk.queries import AT_ONCE, CEILING, UNDO_HOURS
from desk.bulk import queries
from desk.bulk.chosen import Chosen
from desk.bulk.forms import FORMS, BulkForm
from desk.bulk.words import what

LISTED = 50
STATE = "desk/bulk/state.html"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def bulks(request: Request) -> HttpResponse:
    """GET lists what was changed in the last weeks. POST does what the dialog of `kind` says to the chosen leads; many are
    confirmed first.
    """
    if request.method != "POST":
        found = queries.seen(request.user).order_by("-pk")[:LISTED]
        states = [queries.state_of(each) for each in found]
        return render(request, "desk/bulk/list.html", {"states": states})
    try:
        chosen = Chosen.of(request)
        form = _form(request, chosen, request.POST)
        if not form.is_valid():
            return _dialog(request, chosen, form, status=422)
        kind, options = form.action
        ACTIONS[kind](options).check()
        if chosen.count > AT_ONCE and not request.POST.get("confirmed"):
            return _confirm(request, chosen, form)
        bulk = start_bulk(rows=chosen.rows, action=form.action, user=request.user)
    except Refused as refusal:
        return toast(HttpResponse(status=422, headers={"HX-Reswap": "none"}), str(refusal))
    return _started(request, bulk)


@require_POST
@signed_in
def ask(request: Request) -> HttpResponse:
    """The dialog of a button of the bar."""
    try:
        chosen = Chosen.of(request)
        return _dialog(request, chosen, _form(request, chosen, None))
    except Refused as refusal:
        return toast(HttpResponse(status=422, headers={"HX-Reswap": "none"}), str(refusal))


@require_POST
@signed_in
def count(request: Request) -> HttpResponse:
    """How many leads the filter of the list shows, as the words of a button."""
    try:
        chosen = Chosen.of(request)
    except Refused:
        return HttpResponse(status=204)
    response = render(request, "desk/bulk/count.html", {"count": chosen.count, "ceiling": CEILING})
    response["X-Count"], response["X-Too-Many"] = str(chosen.count), str(int(chosen.is_too_many))
    return response


@require_safe
@never_cache
@signed_in
def bulk(request: Request, public_id: UUID) -> HttpResponse:
    """What became of each lead; with `after` the next of them alone."""
    found = queries.bulk_for(request.user, public_id)
    asked, after = request.GET.get("outcome"), request.GET.get("after", "0")
    if not after.isdecimal() or len(after) > 18:
        raise BadRequest("after must be the place of a page")
    chosen = next((each for each in queries.TABS if (each or "waiting") == asked), queries.first_tab(found))
    counts = queries.counts_of(found)
    context = {
        "state": queries.state_of(found),
        "whole": True,
        "tabs": [(each or "waiting", each.label, counts[each], each == chosen) for each in queries.TABS],
        "outcome": chosen or "waiting",
        "page": queries.rows_of(found, request.user, chosen, int(after)),
        "retriable": bool(found.refused and found.finished_at and not found.undo_started_at),
    }
    return render_page(request, "desk/bulk/page.html", context, partial=("bulk_rows", "bulk_more"))


@require_safe
@never_cache
@signed_in
def state(request: Request, public_id: UUID) -> HttpResponse:
    """How far it is; the fragment asks again until its end."""
    found = queries.state_of(queries.bulk_for(request.user, public_id))
    response = render(request, STATE, {"state": found, "whole": "whole" in request.GET})
    return response if found.runs else trigger_client_event(response, "bulk:ended", {})


@require_POST
@signed_in
def undo(request: Request, public_id: UUID) -> HttpResponse:
    """Put back what nobody has changed since."""
    found = queries.bulk_for(request.user, public_id)
    try:
        found = start_undo(bulk_id=found.pk, user=request.user)
    except Refused as refusal:
        return toast(HttpResponse(status=422, headers={"HX-Reswap": "none"}), str(refusal))
    if found.undo_finished_at is None:
        return _told(_progress(request, found))
    words = ngettext("%(count)d lead put back", "%(count)d leads put back", found.undone)
    said = words % {"count": found.undone}
    if found.kept:
        kept = ngettext("%(count)d changed since and kept", "%(count)d changed since and kept", found.kept)
        said = f"{said}, {kept % {'count': found.kept}}"
    return toast(_told(HttpResponse(status=204)), said)


@require_POST
@signed_in
def retry(request: Request, public_id: UUID) -> HttpResponse:
    """The same again with those that were left as they were."""
    found = queries.bulk_for(request.user, public_id)
    try:
        again = retry_refused(bulk=found, user=request.user)
    except Refused as refusal:
        return toast(HttpResponse(status=422, headers={"HX-Reswap": "none"}), str(refusal))
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": bulk_url(again)})
    return redirect(bulk_url(again))


@require_POST
@signed_in
def resume(request: Request, public_id: UUID) -> HttpResponse:
    """Let what has stopped go on."""
    found = queries.bulk_for(request.user, public_id)
    go_on(bulk=found)
    return _progress(request, queries.bulk_for(request.user, public_id))


def _form(request: Request, chosen: Chosen, data: Any) -> BulkForm:
    kind = FORMS.get(request.POST.get("kind", ""))
    if kind is None:
        raise Http404
    return kind(data, pipeline=chosen.pipeline)


def _dialog(request: Request, chosen: Chosen, form: BulkForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "kind": request.POST.get("kind"), "chosen": chosen, "ceiling": CEILING}
    return render(request, "desk/bulk/dialog.html", context, status=status)


def _confirm(request: Request, chosen: Chosen, form: BulkForm) -> HttpResponse:
    kind, options = form.action
    given = {name: request.POST[name] for name in form.fields if request.POST.get(name)}
    context = {
        "kind": request.POST["kind"],
        "given": given,
        "what": what(kind, options),
        "chosen": chosen,
        "filter": chosen.filter.words() if chosen.filter else "",
        "spares_closed": kind in ("move", "close", "next_step") and not options.get("reopen"),
        "ceiling": CEILING,
        "hours": UNDO_HOURS,
    }
    return render(request, "desk/bulk/confirm.html", context)


def _started(request: Request, bulk: LeadBulk) -> HttpResponse:
    """A few were changed at once: a line with an undo button, and why some were left. Many: their progress."""
    if bulk.finished_at is None:
        return trigger_client_event(_told(_progress(request, bulk)), "bulk:clear", {})
    undo_url = reverse("desk:lead_bulk_undo", args=[bulk.public_id]) if bulk.changed else None
    words = ngettext("%(count)d lead changed", "%(count)d leads changed", bulk.changed)
    said = words % {"count": bulk.changed}
    if bulk.already:
        said = f"{said}, {_('%(count)d were so already') % {'count': bulk.already}}"
    if not bulk.refused:
        response = HttpResponse(status=204)
    else:
        left = {"bulk": bulk, "rows": queries.rows_of(bulk, request.user, Outcome.REFUSED, 0).rows}
        response = render(request, "desk/bulk/left.html", left)
    response = toast(_told(response, closes=not bulk.refused), said, undo_url)
    return trigger_client_event(response, "bulk:clear", {})


def _progress(request: Request, bulk: LeadBulk) -> HttpResponse:
    found = queries.state_of(queries.bulk_for(request.user, bulk.public_id))
    whole = bulk_url(bulk) in (request.htmx.current_url or "")
    response = render(request, STATE, {"state": found, "whole": whole})
    response["HX-Retarget"] = "#bulk-state" if whole else "#bulk-progress"
    response["HX-Reswap"] = "outerHTML" if whole else "innerHTML"
    return response


def _told(response: HttpResponse, *, closes: bool = True) -> HttpResponse:
    """Let what shows these leads fetch itself anew."""
    for event in ("board:moved", "board:catch-up", "lead:refresh", "bulk:changed"):
        trigger_client_event(response, event, {})
    return trigger_client_event(response, "modal:close", {}) if closes else response
