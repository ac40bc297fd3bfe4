"""The files of a lead: of its conversations, and those that colleagues put to it."""

from __future__ import annotations

from uuid import UUID

from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core.errors import Refused
from core.events.actor import Actor
from core.http import Request, signed_in
from crm.files.operations import add_file, remove_file
from crm.pipeline.models import Lead
from desk.leads import queries


@never_cache
@signed_in
def files(request: Request, public_id: UUID) -> HttpResponse:
    """The list, fetched after the page. POST puts files to the lead: those before one that cannot stay are kept."""
    lead, refusal = queries.lead_for(request.user, public_id), ""
    for file in request.FILES.getlist("files"):
        try:
            add_file(lead_id=lead.pk, file=file, name=file.name or "", actor=Actor.of(request.user))
        except Refused as refused:
            refusal = str(refused)
            break
    return _list(request, lead, refusal)


@require_safe
@never_cache
@signed_in
def file(request: Request, public_id: UUID, file: UUID) -> FileResponse:
    """One that was put to the lead, always as a download."""
    found = queries.file_of(queries.lead_for(request.user, public_id), file)
    return FileResponse(
        found.file.open("rb"), as_attachment=True, filename=found.name, content_type=found.mime
    )


@require_POST
@signed_in
def remove(request: Request, public_id: UUID, file: UUID) -> HttpResponse:
    lead = queries.lead_for(request.user, public_id)
    remove_file(lead_id=lead.pk, file_id=file, actor=Actor.of(request.user))
    return _list(request, lead)


def _list(request: Request, lead: Lead, refusal: str = "") -> HttpResponse:
    context = {
        "lead": lead,
        "files": queries.files_of(lead, request.user),
        "most": queries.FILES,
        "refusal": refusal,
    }
    return render(request, "desk/lead/files.html", context, status=422 if refusal else 200)
