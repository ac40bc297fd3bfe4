"""The schema and its page, open to anybody: they are the same in every deployment and show nothing of the company."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import condition, require_safe

from core.api.endpoint import Endpoint
from core.api.problems import Problem
from core.api.schema import schema_text


def _etag(request: HttpRequest, **kwargs: Any) -> str:
    return f'"{blake2b(schema_text(), digest_size=9).hexdigest()}"'


@require_safe
@condition(etag_func=_etag)
def schema(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document."""
    return HttpResponse(schema_text(), content_type="application/vnd.oai.openapi+json; version=3.1")


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """The document to read and to try out."""
    return render(request, "core/api_docs.html")


class Unknown(Endpoint):
    """Every other address below the API: told as a problem, not as a page."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        hint = "" if request.path.endswith("/") else " Addresses end with a slash."
        return Problem(404, "not_found", f"There is nothing at this address.{hint}").response()


def broken(request: HttpRequest) -> HttpResponse:
    """handler500 below /api/."""
    return Problem(500, "broken", "Something went wrong on our side. It has been written down.").response()
