"""Files that go with a quote, and the customer's page of a draft as a phone would show it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from conversations.quotes.page import preview_of
from core.errors import Refused
from core.events.actor import Actor
from core.http import Request, signed_in
from crm.quotes.models import QuoteVersion
from crm.quotes.operations import attach, detach
from desk.quotes import queries
from desk.quotes.posted import whole_of

PART = "desk/quotes/files.html"


@require_POST
@signed_in
def add(request: Request, public_id: UUID) -> HttpResponse:
    """Let files go with the draft: those before one that cannot are kept."""
    version = _newest(request, public_id)
    refusal = ""
    for file in request.FILES.getlist("files"):
        try:
            _attach(version, file, request)
        except Refused as refused:
            refusal = str(refused)
            break
    return _part(request, version, refusal)


def _attach(version: QuoteVersion, file: UploadedFile[Any], request: Request) -> None:
    attach(version_id=version.pk, file=file, name=file.name or "", actor=Actor.of(request.user))


@require_POST
@signed_in
def remove(request: Request, public_id: UUID, file: UUID) -> HttpResponse:
    """Take a file away from the draft."""
    version = _newest(request, public_id)
    refusal = ""
    try:
        detach(version_id=version.pk, file_id=file)
    except Refused as refused:
        refusal = str(refused)
    return _part(request, version, refusal)


def _part(request: Request, before: QuoteVersion, refusal: str) -> HttpResponse:
    """The list anew. The sheet goes on with the new revision, unless somebody else had saved before that."""
    version = queries.version_for(before.quote, str(before.version))
    context = {
        "quote": before.quote,
        "version": version,
        "refusal": refusal,
        "is_draft": version.state == "draft",
        "follows": whole_of(request.POST.get("revision", "")) == before.revision,
    }
    return render(request, PART, context, status=422 if refusal else 200)


@require_safe
@never_cache
@signed_in
def file(request: Request, public_id: UUID, file: UUID) -> HttpResponseBase:
    """A file of any version, for colleagues."""
    found = queries.file_for(queries.quote_for(request.user, public_id), file)
    if found is None:
        raise Http404
    return FileResponse(
        found.file.open("rb"), as_attachment=True, filename=found.name, content_type=found.mime
    )


@require_safe
@never_cache
@signed_in
def phone(request: Request, public_id: UUID) -> HttpResponse:
    """The dialog with the customer's page in the frame of a phone."""
    version = _newest(request, public_id)
    return render(request, "desk/quotes/phone.html", {"quote": version.quote, "version": version})


@require_safe
@never_cache
@signed_in
@xframe_options_sameorigin
def preview(request: Request, public_id: UUID) -> HttpResponse:
    """The customer's page of the draft as it was saved. It counts no look, and nothing can be sent from it."""
    version, now = _newest(request, public_id), timezone.now()
    with translation.override(version.language):
        response = _page(request, version, now)
    response._csp_replace = {"frame-ancestors": ["'self'"]}  # type: ignore[attr-defined]
    return response


def _page(request: Request, version: QuoteVersion, now: datetime) -> HttpResponse:
    return render(request, "quotes/page.html", preview_of(version, now=now))


def _newest(request: Request, public_id: UUID) -> QuoteVersion:
    return queries.version_for(queries.quote_for(request.user, public_id), "")
