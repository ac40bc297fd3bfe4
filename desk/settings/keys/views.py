"""API keys (spec 14.1): for admins, since a key may see the whole company."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import trigger_client_event

from core.access.models import Role
from core.http import Request, render_page, render_partial, require
from core.keys.errors import BadKey
from core.keys.models import ApiKey
from core.keys.operations import create_key, revoke_key
from desk.settings.keys.forms import KeyForm
from desk.settings.keys.queries import key_lines

PAGE = "desk/settings/keys.html"


@require_safe
@never_cache
@require(role=Role.ADMIN)
def keys(request: Request) -> HttpResponse:
    """Which programs may come in, and when each was last here."""
    return render_page(request, PAGE, _lines(), partial="key_list")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def new(request: Request) -> HttpResponse:
    """Make a key; the answer shows it, this one time."""
    form = KeyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        now, values = timezone.now(), form.cleaned_data
        try:
            made = create_key(
                name=values["name"],
                scopes=values["scopes"],
                expires_at=now + form.lasts,
                person=values["person"],
                created_by=request.user,
                now=now,
            )
        except BadKey as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            response = render_partial(request, PAGE, "made", {"made": made})
            return trigger_client_event(response, "settings:refresh", {})
    return render_partial(
        request, PAGE, "key_form", {"form": form}, status=422 if request.method == "POST" else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def revoke(request: Request, public_id: UUID) -> HttpResponse:
    """GET asks; what uses the key stops working."""
    key = get_object_or_404(ApiKey, public_id=public_id)
    if request.method != "POST":
        return render_partial(request, PAGE, "revoke_form", {"key": key})
    revoke_key(key_id=key.pk, by=request.user, now=timezone.now())
    response = render_partial(request, PAGE, "key_list", _lines())
    response["HX-Retarget"], response["HX-Reswap"] = "#key-list", "outerHTML"
    return trigger_client_event(response, "modal:close", {})


def _lines() -> dict[str, Any]:
    return {"lines": key_lines(now=timezone.now())}
