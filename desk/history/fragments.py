"""The history of one thing at the side of its page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.db.models import Model

from core.history.queries import changes_of
from core.history.rows import Place
from core.http import Request
from desk.history.entries import entries

TEMPLATE = "desk/parts/history.html"
PAGE = 25


def place_asked(request: Request) -> Place | None:
    """Raises BadRequest for a place that no page gave."""
    asked = request.GET.get("after", "")
    try:
        return Place.decode(asked) if asked else None
    except ValueError as error:
        raise BadRequest("after must be the place of a page") from error


def context_of(request: Request, subject: Model) -> dict[str, Any]:
    """The newest changes of a thing that the person may see, or those behind `after`."""
    after = place_asked(request)
    found = changes_of(subject, limit=PAGE, after=after)
    more = f"{request.path}?{urlencode({'after': found.after.encode()})}" if found.after else ""
    return {"entries": entries(found.changes), "more": more, "first": after is None}
