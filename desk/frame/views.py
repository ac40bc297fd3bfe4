"""What every screen has around it: the way in, the badge of the rail, presence and language."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from conversations.threads.queries import waiting_count
from core.access import operations
from core.http import Request, signed_in


@require_safe
@signed_in
def home(request: Request) -> HttpResponse:
    return redirect("desk:inbox")


@require_safe
@never_cache
@signed_in
def waiting(request: Request) -> HttpResponse:
    """How many customers wait for this person, for the badge."""
    return render(request, "desk/parts/waiting.html", {"waiting": waiting_count(request.user)})


@require_POST
@signed_in
def presence(request: Request) -> HttpResponse:
    try:
        operations.set_presence(user=request.user, presence=request.POST.get("presence", ""))
    except ValueError as error:
        raise BadRequest("presence must be online, away or offline") from error
    return render(request, "desk/parts/presence.html")


@require_POST
@signed_in
def language(request: Request) -> HttpResponse:
    """Change the language of the person, and of this browser for the pages before signing in."""
    chosen = request.POST.get("language", "")
    try:
        operations.set_language(user=request.user, language=chosen)
    except ValueError as error:
        raise BadRequest("language must be one of the product's languages") from error
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = "/"
    response = redirect(target)
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, chosen, max_age=60 * 60 * 24 * 365, samesite="Lax")
    return response
