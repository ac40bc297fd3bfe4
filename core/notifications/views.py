from __future__ import annotations

from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core.http import Request, render_partial, signed_in
from core.notifications import operations, queries
from core.notifications.models import Notification

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
def open_line(request: Request, public_id: UUID) -> HttpResponse:
    """Mark one line as read and go where it points, or home where that is nowhere on this site."""
    notification = get_object_or_404(Notification, user=request.user, public_id=public_id)
    operations.mark_read(user=request.user, public_ids=[public_id])
    is_ours = url_has_allowed_host_and_scheme(notification.url, allowed_hosts=None)
    return redirect(notification.url if is_ours else "/")


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
