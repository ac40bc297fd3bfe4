"""The schema of the language, open to anybody: it is the same in every deployment and shows nothing of the company."""

from __future__ import annotations

from hashlib import blake2b

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import condition, require_safe

from automation.flows.schema import schema_text


def _etag(request: HttpRequest) -> str:
    return f'"{blake2b(schema_text().encode(), digest_size=9).hexdigest()}"'


@require_safe
@condition(etag_func=_etag)
def flow_schema(request: HttpRequest) -> HttpResponse:
    return HttpResponse(schema_text(), content_type="application/schema+json")
