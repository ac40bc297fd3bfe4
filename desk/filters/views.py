"""The builder of a filter: a dialog over the list that it narrows."""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.core.exceptions import BadRequest
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.company.queries import company
from core.http import Request, signed_in
from crm.lists.queries import ALL
from desk.conditions.builder import ConditionForm
from desk.filters.leads import LEADS, LeadFilter, dumped

OWN_PATH = re.compile(r"/[A-Za-z0-9][A-Za-z0-9/-]*")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def edit(request: Request) -> HttpResponse:
    """GET asks for a condition over the list at the address `on`, beginning with the one that it has. POST leads to that
    list with the condition that was written; without any part to all of it.
    """
    place = urlsplit(request.GET.get("on", ""))
    if place.netloc or not OWN_PATH.fullmatch(place.path):
        raise BadRequest("on must be the address of a list")
    asked = dict(parse_qsl(place.query))
    chosen = LeadFilter.of(asked, request.user)
    if request.method != "POST":
        return _dialog(request, _form(chosen), chosen.error)
    if not any(node.startswith(("row:", "group:")) for node in request.POST.getlist("node")):
        asked.pop("filter", None)
        # Without any condition, also where the view has one.
        return _shown(place.path, {**asked, "filter": dumped(ALL)} if chosen.view else asked)
    written = _form(chosen, request.POST)
    condition = written.condition()
    if condition is None:
        return _dialog(request, written, "", status=422)
    narrowed = LeadFilter.of({"filter": dumped(condition)}, request.user)
    if narrowed.error:
        return _dialog(request, written, narrowed.error, status=422)
    return _shown(place.path, {**asked, "filter": dumped(narrowed.json)})


def _form(chosen: LeadFilter, data: QueryDict | None = None) -> ConditionForm:
    return ConditionForm(LEADS, currency=company().currency, data=data, stored=chosen.json or None)


def _dialog(request: Request, form: ConditionForm, error: str, status: int = 200) -> HttpResponse:
    context = {"condition": form, "address": request.get_full_path(), "error": error}
    return render(request, "desk/filters/dialog.html", context, status=status)


def _shown(path: str, asked: dict[str, str]) -> HttpResponse:
    """The list is fetched anew under its new address."""
    address = f"{path}?{urlencode(asked)}" if asked else path
    where = {"path": address, "target": "#filtered", "select": "#filtered", "swap": "outerHTML show:none"}
    return HttpResponse(status=204, headers={"HX-Location": json.dumps(where), "HX-Trigger": "modal:close"})
