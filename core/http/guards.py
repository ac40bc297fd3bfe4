"""Who may open a page. Every view of a signed-in person stands behind one of these."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponse, HttpResponseBase
from django.shortcuts import resolve_url
from django.utils import timezone, translation
from django.utils.http import urlencode

from core.access.models import Role, User
from core.http.request import Request

P = ParamSpec("P")
View = Callable[Concatenate[Request, P], HttpResponseBase]
GuardedView = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

_RANK = {Role.AGENT: 0, Role.MANAGER: 1, Role.ADMIN: 2}


def reaches(user: User, role: Role) -> bool:
    """Whether the person is of at least that role."""
    return _RANK[Role(user.role)] >= _RANK[role]


def signed_in(view: View[P]) -> GuardedView[P]:
    """Any person of the company; others are sent to the sign-in page and come back afterwards.

    The view runs in the person's language and time zone.
    """
    return require(role=Role.AGENT)(view)


def require(*, role: Role) -> Callable[[View[P]], GuardedView[P]]:
    """A person of at least that role (agent, manager, admin); a lower one gets the 403 page."""

    def decorate(view: View[P]) -> GuardedView[P]:
        @functools.wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _to_sign_in(request)
            user = request.user
            if not reaches(user, role):
                raise PermissionDenied
            with translation.override(user.language), timezone.override(user.timezone):
                response = view(cast(Request, request), *args, **kwargs)
            response.headers.setdefault("Content-Language", user.language)
            return response

        guarded.required_role = role  # type: ignore[attr-defined]  # the URL x role matrix reads it
        return guarded

    return decorate


def _to_sign_in(request: HttpRequest) -> HttpResponseBase:
    if not request.headers.get("HX-Request"):
        return redirect_to_login(request.get_full_path())
    page = urlsplit(request.headers.get("HX-Current-URL", ""))
    came_from = page._replace(scheme="", netloc="").geturl() or "/"
    target = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': came_from})}"
    return HttpResponse(status=204, headers={"HX-Redirect": target})


def required_role(view: Callable[..., Any]) -> Role | None:
    """The role that the view asks for, None for one that anybody may open."""
    return getattr(view, "required_role", None)
