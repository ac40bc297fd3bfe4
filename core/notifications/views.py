from __future__ import annotations

from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core.http import Request, render_partial, signed_in
from core.notifications import operations, queries

TEMPLATE = "core/notifications.html"


@require_safe
@never_cache
@signed_in
def notifications(request: Request) -> HttpResponse:
    """The newest lines, for the dropdown."""
    return _list(request)


@require_safe
@never_cache
@signed_in
def count(request: Request) -> HttpResponse:
    """The number of unread lines on the bell; nothing when there are none."""
    return render_partial(request, TEMPLATE, "count", {"unread": queries.unread_count(request.user)})


@require_POST
@signed_in
def read(request: Request) -> HttpResponse:
    """Mark the lines given as `id`, or all, as read."""
    try:
        ids = [UUID(text) for text in request.POST.getlist("id")]
    except ValueError as error:
        raise BadRequest("id must be the id of a notification") from error
    operations.mark_read(user=request.user, public_ids=ids or None)
    return _list(request)


def _list(request: Request) -> HttpResponse:
    lines = queries.newest(request.user)
    return render_partial(
        request, TEMPLATE, "list", {"lines": lines, "unread": queries.unread_count(request.user)}
    )
