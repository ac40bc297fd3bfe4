"""Saved views over board and table: named, shared, pinned as tabs; the columns of the table."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from core.errors import Refused
from core.http import Request, signed_in, toast
from crm.lists import operations
from crm.lists.columns import order_of
from crm.lists.errors import BadView, StaleView
from crm.lists.models import Layout, SavedView
from crm.lists.queries import columns_of, may_change, preference_of, views_for
from crm.pipeline.models import Pipeline
from desk.filters import LeadFilter
from desk.leads.responses import revision_of
from desk.lists.forms import ViewForm
from desk.lists.queries import list_url, view_url, views_beside
from desk.table.cells import all_columns, columns_named

DIALOG = "desk/lists/dialog.html"
COLUMNS = "desk/lists/columns.html"


@dataclass(frozen=True)
class Place:
    """The list that a request comes from, by its own address."""

    path: str
    asked: dict[str, str]
    request: Request

    @cached_property
    def chosen(self) -> LeadFilter:
        return LeadFilter.of(self.asked, self.request.user)

    @property
    def layout(self) -> str:
        return Layout.TABLE if self.path == reverse("desk:leads") else Layout.BOARD

    @cached_property
    def pipeline(self) -> Pipeline:
        """Raises Http404."""
        board = re.fullmatch(r"/pipeline/([0-9a-f-]{36})/", self.path)
        asked = board[1] if board else self.asked.get("pipeline", "")
        everything = Pipeline.objects.order_by("position", "id")
        found = next((each for each in everything if str(each.public_id) == asked or not asked), None)
        if found is None:
            raise Http404
        return found

    def content(self) -> Any:
        """What a saved view takes over from it. The reader's own leads become those of this very person."""
        parts = list(self.chosen.parts)
        if self.chosen.mine:
            parts.append({"field": "lead.owner", "op": "is", "value": str(self.request.user.pk)})
        sort = self.asked.get("sort", "")
        return {
            "filter": {"all": parts} if parts else {},
            "layout": self.layout,
            "pipeline": self.pipeline,
            **({"sort": sort} if order_of(sort) else {}),
        }


@require_safe
@never_cache
@signed_in
def bar(request: Request) -> HttpResponse:
    """The bar over a list, for a page that was shown without it."""
    place = _place(request)
    sort = place.asked.get("sort", "")
    views = views_beside(request.user, place.pipeline, place.chosen, layout=place.layout, sort=sort)
    return render(request, "desk/lists/bar.html", {"views": views})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def view_new(request: Request) -> HttpResponse:
    """Save the list as it is now under a name."""
    place = _place(request)
    form = ViewForm(request.POST or None)
    context = {"form": form, "place": place, "url": request.get_full_path()}
    if request.method != "POST" or not form.is_valid():
        return render(request, DIALOG, context, status=422 if request.method == "POST" else 200)
    if place.chosen.error:
        form.add_error(None, place.chosen.error)
        return render(request, DIALOG, context, status=422)
    before = place.chosen.view
    columns = before.columns if before else []
    try:
        view = operations.save_view(
            user=request.user, columns=columns, **form.cleaned_data, **place.content()
        )
    except BadView as error:
        form.add_error(None, str(error))
        return render(request, DIALOG, context, status=422)
    return toast(_go(view_url(view, place.pipeline), place), _("Saved as “%(name)s”") % {"name": view.name})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def view(request: Request, public_id: UUID) -> HttpResponse:
    """Name and readers of a view. With `take` the list as it is now goes into it as well, with `delete` it goes."""
    found, place = _view_for(request, public_id), _place(request)
    form = ViewForm(request.POST or None, view=found)
    context = {"form": form, "place": place, "view": found, "url": request.get_full_path()}
    if request.method != "POST":
        return render(request, DIALOG, context)
    seen = revision_of(request.POST.dict())
    if "delete" in request.POST:
        return _done(
            request,
            context,
            lambda: operations.delete_view(view_id=found.pk, user=request.user, expected_revision=seen),
            list_url(place.pipeline, place.layout, LeadFilter(request.user)),
        )
    if not form.is_valid():
        return render(request, DIALOG, context, status=422)
    changes = {**form.cleaned_data, **(place.content() if "take" in request.POST else {})}
    return _done(
        request, context, lambda: _change(request, found, seen, changes), view_url(found, place.pipeline)
    )


@require_POST
@signed_in
def view_save(request: Request, public_id: UUID) -> HttpResponse:
    """The list as it is now goes into the view, in one click."""
    found, place = _view_for(request, public_id), _place(request)
    try:
        _change(request, found, revision_of(request.POST.dict()), place.content())
    except Refused as refusal:
        return toast(_quiet(422), str(refusal))
    return toast(_go(view_url(found, place.pipeline), place), _("Saved"))


@require_POST
@signed_in
def view_pin(request: Request, public_id: UUID) -> HttpResponse:
    """Among the person's tabs, or no longer."""
    found, place = _view_for(request, public_id), _place(request)
    try:
        operations.pin_view(user=request.user, view=found, pinned="pinned" in request.POST)
    except BadView as error:
        return toast(_quiet(422), str(error))
    return _go(_here(request), place)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def columns(request: Request) -> HttpResponse:
    """Which columns the table shows, and in which order. `up` and `down` move one and give the dialog again."""
    place = _place(request)
    current = place.chosen.view
    own = current is not None and may_change(current, request.user)
    names = request.POST.getlist("column")
    ticked = request.POST.getlist("shown")
    moved = request.POST.get("up") or request.POST.get("down")
    context = {"place": place, "view": current, "own": own, "url": request.get_full_path()}
    if request.method != "POST":
        shown = [each.name for each in columns_named(columns_of(current, preference_of(request.user)))]
        rest = [each.name for each in all_columns() if each.name not in shown]
        return render(request, COLUMNS, {**context, "lines": _lines([*shown, *rest], shown)})
    if moved:
        by = "up" if request.POST.get("up") else "down"
        ordered = _moved(names, moved, -1 if by == "up" else 1)
        return render(
            request, COLUMNS, {**context, "lines": _lines(ordered, ticked), "moved": moved, "by": by}
        )
    chosen = [name for name in names if name in ticked]
    try:
        if current is not None and own:
            seen = revision_of(request.POST.dict())
            _change(request, current, seen, {"columns": chosen})
        else:
            operations.prefer_columns(user=request.user, columns=chosen)
    except Refused as refusal:
        return render(
            request, COLUMNS, {**context, "lines": _lines(names, ticked), "error": str(refusal)}, status=422
        )
    return _go(_here(request), place)


def _lines(names: list[str], ticked: list[str]) -> list[dict[str, Any]]:
    return [{"column": each, "shown": each.name in ticked} for each in columns_named(names)]


def _moved(names: list[str], name: str, by: int) -> list[str]:
    if name not in names:
        return names
    at = names.index(name)
    to = min(max(at + by, 0), len(names) - 1)
    ordered = [each for each in names if each != name]
    return [*ordered[:to], name, *ordered[to:]]


def _change(request: Request, view: SavedView, seen: int | None, changes: Any) -> None:
    operations.change_view(view_id=view.pk, user=request.user, expected_revision=seen, **changes)


def _done(request: Request, context: dict[str, Any], act: Callable[[], None], address: str) -> HttpResponse:
    """What somebody else has saved meanwhile is said in the dialog; what was typed stays in it."""
    try:
        act()
    except StaleView as stale:
        fresh = _view_for(request, context["view"].public_id)
        return render(request, DIALOG, {**context, "view": fresh, "stale": str(stale)}, status=409)
    except Refused as refusal:
        context["form"].add_error(None, str(refusal))
        return render(request, DIALOG, context, status=422)
    return _go(address, context["place"])


def _place(request: Request) -> Place:
    place = urlsplit(request.GET.get("on", ""))
    if place.scheme or place.netloc or not re.fullmatch(r"/(leads|pipeline/[0-9a-f-]{36})/", place.path):
        raise BadRequest("on must be the address of a list")
    return Place(place.path, dict(parse_qsl(place.query)), request)


def _here(request: Request) -> str:
    return request.GET["on"]


def _view_for(request: Request, public_id: UUID) -> SavedView:
    return get_object_or_404(views_for(request.user), public_id=public_id)


def _go(address: str, place: Place) -> HttpResponse:
    """The list is fetched anew under that address; another form of it is another page."""
    if urlsplit(address).path != place.path:
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    where = {"path": address, "target": "#filtered", "select": "#filtered", "swap": "outerHTML show:none"}
    response = HttpResponse(status=204, headers={"HX-Location": json.dumps(where)})
    return trigger_client_event(response, "modal:close", {})


def _quiet(status: int) -> HttpResponse:
    return HttpResponse(status=status, headers={"HX-Reswap": "none"})
