"""Parts of the condition builder, fetched while somebody writes a condition; the same for every screen."""

from __future__ import annotations

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.company.queries import company
from core.http import Request, reaches, signed_in
from desk.conditions.builder import ROOT, Group, blank_row, field_groups, is_token, new_token, posted_row
from desk.conditions.purposes import purpose


@require_safe
@never_cache
@signed_in
def part(request: Request) -> HttpResponse:
    """A new comparison or, with `group`, a new group under `parent`; or the comparison named by `row` for the
    field and operator chosen in it.
    """
    asked = purpose(request.GET.get("purpose", ""))
    parent = request.GET.get("parent", ROOT)
    if asked is None or not is_token(parent):
        raise BadRequest("purpose must be known, parent a token")
    if not reaches(request.user, asked.role):
        raise PermissionDenied
    known, currency = asked.fields(), company().currency
    context = {"purpose": asked.key, "groups": field_groups(known)}
    if request.GET.get("group"):
        depth = request.GET.get("depth", "1")
        group = Group(new_token(), parent, "any", min(int(depth), 9) + 1 if depth.isdecimal() else 2)
        group.parts.append(blank_row(known, currency, group.token))
        return render(request, "desk/conditions/group.html", {**context, "group": group})
    token = request.GET.get("row", "")
    row = (
        posted_row(known, request.GET, token, currency, parent)
        if is_token(token)
        else blank_row(known, currency, parent)
    )
    return render(request, "desk/conditions/row.html", {**context, "row": row})
