"""The pipeline board (spec 7.1): cards that move, live, beside the chat."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.events.queries import last_position
from core.http import Request, render_page, signed_in
from crm.lists.models import Layout
from crm.pipeline.cursors import Cursor
from crm.pipeline.errors import BadCursor
from crm.pipeline.models import Pipeline, Stage
from crm.pipeline.queries import pipelines
from desk.board import queries
from desk.filters import LeadFilter
from desk.filters.bar import address, bar
from desk.lists.queries import list_url

PAGE = "desk/board.html"


@require_safe
@signed_in
def pipeline(request: Request) -> HttpResponse:
    """The first pipeline, with the filter that was asked for; without any, a page that says who can make one."""
    first = Pipeline.objects.order_by("position", "id").first()
    if first is None:
        return render(request, PAGE, {"pipeline": None})
    asked = f"?{request.GET.urlencode()}" if request.GET else ""
    return redirect(f"{reverse('desk:board', args=[first.public_id])}{asked}")


@require_safe
@never_cache
@signed_in
def board(request: Request, public_id: UUID) -> HttpResponse:
    everything = list(pipelines())
    shown = next((each for each in everything if each.public_id == public_id), None)
    if shown is None:
        raise Http404
    chosen = LeadFilter.from_request(request, shown)
    context = {
        "pipeline": shown,
        "lists": _lists(everything, shown, chosen) if len(everything) > 1 else [],
        "bar": bar(chosen, request.path, counted=True),
        "on": list_url(shown, Layout.BOARD, chosen),
        "table": list_url(shown, Layout.TABLE, chosen),
        # Read before the cards: a change in between is then fetched once too often, never missed.
        "position": last_position(),
        "columns": queries.columns(shown, request.user, chosen),
        "query": chosen.query_string(),
    }
    return render_page(request, PAGE, context, partial="columns")


@require_safe
@never_cache
@signed_in
def more(request: Request, public_id: UUID, stage: UUID) -> HttpResponse:
    """The next cards of one column."""
    found = get_object_or_404(
        Stage.objects.select_related("pipeline"), public_id=stage, pipeline__public_id=public_id
    )
    try:
        after = Cursor.decode(request.GET["after"]) if "after" in request.GET else None
    except BadCursor as error:
        raise BadRequest("after must be the cursor of a page") from error
    chosen = LeadFilter.from_request(request, found.pipeline)
    column = queries.more_cards(found, request.user, chosen, after)
    context = {"column": column, "pipeline": found.pipeline, "query": chosen.query_string()}
    return render(request, "desk/board/cards.html", context)


@require_safe
@never_cache
@signed_in
def totals(request: Request, public_id: UUID) -> HttpResponse:
    """The heads of the columns, fetched after the cards."""
    shown = get_object_or_404(Pipeline, public_id=public_id)
    found = queries.totals(shown, request.user, LeadFilter.from_request(request, shown))
    return render(request, "desk/board/totals.html", {"pipeline": shown, "found": found})


@require_safe
@never_cache
@signed_in
def changes(request: Request, public_id: UUID) -> HttpResponse:
    """Cards that changed since the board was fetched; after too many of them the browser asks for the columns."""
    shown = get_object_or_404(Pipeline, public_id=public_id)
    since = request.GET.get("since", "")
    position = int(since) if since.isdecimal() and len(since) < 19 else 0
    found = queries.changes(shown, request.user, LeadFilter.from_request(request, shown), position)
    response = render(request, "desk/board/changes.html", {"changes": found})
    if found.too_many:
        response["HX-Trigger"] = "board:reload"
    return response


def _lists(everything: list[Pipeline], shown: Pipeline, chosen: LeadFilter) -> list[dict[str, object]]:
    """The boards to choose from, each with what of the filter makes sense there."""
    elsewhere = chosen.in_another_pipeline()
    return [
        {
            "name": each.name,
            "shown": each == shown,
            "url": address(
                chosen if each == shown else elsewhere, reverse("desk:board", args=[each.public_id])
            ),
        }
        for each in everything
    ]
