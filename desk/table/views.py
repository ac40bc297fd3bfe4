"""The table of leads (spec 7.1): sorted, filtered, with the columns that the reader chose, edited in place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core.errors import Refused
from core.http import Request, render_partial, signed_in, toast
from crm.lists.columns import Order
from crm.lists.places import Place
from crm.lists.queries import columns_of
from crm.pipeline.errors import BadCursor, StaleLead
from crm.pipeline.models import Lead, Pipeline
from crm.pipeline.queries import pipelines
from crm.qualification.errors import StaleAnswer
from desk.filters import LeadFilter, moment_of
from desk.filters.bar import address, bar
from desk.leads.queries import lead_for
from desk.leads.responses import told
from desk.lists.queries import Views, views_beside
from desk.table import queries
from desk.table.cells import Column, columns_named
from desk.table.forms import CellForm, cell_form

PAGE = "desk/table.html"
ATTEMPTS = 3


@require_safe
@never_cache
@signed_in
def leads(request: Request) -> HttpResponse:
    """The table of one pipeline, the first unless one is named; with `after` its next lines alone."""
    everything = list(pipelines())
    shown = pipeline_of(request, everything)
    if shown is None:
        return render(request, PAGE, {"pipeline": None})
    chosen = LeadFilter.from_request(request, shown)
    views = views_beside(request.user, shown, chosen, layout="table", sort=request.GET.get("sort", ""))
    order = queries.chosen_order(request.GET.get("sort", ""), views.current)
    columns = columns_named(columns_of(views.current, views.preference))
    rows = queries.listed(shown, request.user, chosen, moment_of(request.user))
    context = {
        "columns": columns,
        "page": queries.page(rows, columns, order, request.user, _after(request)),
        "heads": _heads(columns, order, request),
        "more": _address(request, after=None, pipeline=str(shown.public_id)),
    }
    if "after" in request.GET and request.htmx:
        return render_partial(request, PAGE, "lines", context)
    return render(request, PAGE, {**context, **_around(request, shown, everything, chosen, views)})


@require_safe
@never_cache
@signed_in
def row(request: Request, public_id: UUID) -> HttpResponse:
    """One line as it is now."""
    return _row(request, lead_for(request.user, public_id))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def cell(request: Request, public_id: UUID, column: str) -> HttpResponse:
    """GET gives the inputs of a cell. POST saves and gives the line.

    `seen` is what the person began with: where that is no longer so, the answer says what it is now, and nothing is
    written until it is sent again.
    """
    for _attempt in range(ATTEMPTS):
        lead = lead_for(request.user, public_id)
        found = next((each for each in columns_named([column]) if each.name == column), None)
        form = cell_form(column, lead, found.label, request.POST or None) if found else None
        if found is None or form is None:
            raise Http404
        if request.method != "POST":
            return _editor(request, lead, found, form)
        answer = _saved(request, lead, found, form)
        if answer is not None:
            return answer
    return toast(
        HttpResponse(status=409, headers={"HX-Reswap": "none"}), _("Too many people write here. Try again.")
    )


def _saved(request: Request, lead: Lead, column: Column, form: CellForm) -> HttpResponse | None:
    """The answer to a change of a cell; None where somebody was quicker since the lead was read."""
    if not form.acts:
        raise Http404
    if request.POST.get("seen", "") != form.seen:
        return _overtaken(request, lead, column, form)
    if not form.is_valid():
        return _editor(request, lead, column, form, status=422)
    try:
        form.save(user=request.user, expected=lead.revision)
    except (StaleLead, StaleAnswer):
        return None
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _editor(request, lead, column, form, status=422)
    return told(_row(request, lead_for(request.user, lead.public_id)))


def pipeline_of(request: Request, everything: Sequence[Pipeline]) -> Pipeline | None:
    """The one that is asked for, else the first; None where there is none. Raises Http404 for one that is unknown."""
    asked = request.GET.get("pipeline", "")
    if not asked:
        return next(iter(everything), None)
    found = next((each for each in everything if str(each.public_id) == asked), None)
    if found is None:
        raise Http404
    return found


def _around(
    request: Request, pipeline: Pipeline, everything: Sequence[Pipeline], chosen: LeadFilter, views: Views
) -> dict[str, Any]:
    kept = {name: request.GET[name] for name in ("pipeline", "sort") if request.GET.get(name)}
    elsewhere, path = chosen.in_another_pipeline(), reverse("desk:leads")
    lists = [
        {
            "name": each.name,
            "shown": each == pipeline,
            "url": address(
                chosen if each == pipeline else elsewhere, path, {"pipeline": str(each.public_id)}
            ),
        }
        for each in everything
    ]
    return {
        "pipeline": pipeline,
        "lists": lists if len(lists) > 1 else [],
        "chosen": chosen,
        "views": views,
        "bar": bar(chosen, path, kept),
    }


def _heads(columns: Sequence[Column], order: Order, request: Request) -> list[dict[str, Any]]:
    """The head of each column with where a click leads: the other direction for the one that counts now."""
    heads = []
    for column in columns:
        current = column.order == order.name
        turned = Order(order.name, order.column, not order.falling).text
        wanted = turned if current else column.first
        heads.append(
            {
                "column": column,
                "url": _address(request, sort=wanted, after=None) if column.order else "",
                "direction": ("descending" if order.falling else "ascending") if current else "",
            }
        )
    return heads


def _address(request: Request, **changed: str | None) -> str:
    asked = {**request.GET.dict(), **changed}
    return f"{reverse('desk:leads')}?{urlencode({name: value for name, value in asked.items() if value})}"


def _after(request: Request) -> Place | None:
    try:
        return Place.decode(request.GET["after"]) if request.GET.get("after") else None
    except BadCursor as error:
        raise BadRequest("after must be the place of a page") from error


def _row(request: Request, lead: Lead) -> HttpResponse:
    asked = {**request.GET.dict(), **request.POST.dict()}.get("columns", "")
    columns = columns_named(asked.split(",")[:100])
    shown = queries.row(lead, columns, request.user)
    return render_partial(request, PAGE, "line", {"row": shown})


def _editor(
    request: Request, lead: Lead, column: Column, form: CellForm, *, status: int = 200, now: str = ""
) -> HttpResponse:
    context = {"lead": lead, "column": column, "form": form, "now": now}
    response = render(request, "desk/table/editor.html", context, status=status)
    if status != 200:
        response["HX-Retarget"], response["HX-Reswap"] = "closest td", "innerHTML"
    return response


def _overtaken(request: Request, lead: Lead, column: Column, form: CellForm) -> HttpResponse:
    """What was typed stays in the inputs; beside them stands what somebody else has written meanwhile."""
    who, at = queries.last_change(lead, column.name)
    words = {
        "who": who or _("Somebody else"),
        "time": formats.date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT") if at else "",
        "now": queries.row(lead, [column], request.user).cells[0].words or _("nothing"),
    }
    now = _("%(who)s changed this (%(time)s). Now: %(now)s. Save again to put yours in its place.") % words
    return _editor(request, lead, column, form, status=409, now=now)
