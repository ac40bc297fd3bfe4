"""What all pages for customers share: a link stays with its owner, and a form comes from its own page."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.views.decorators.csrf import csrf_exempt

from conversations.channels.limits import allow, client_address
from core.ids import public_token

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

SEEN_PER_MINUTE = 120
SENT_IN_TEN_MINUTES = 30
"""Of one address: a family, an office or a mobile network may stand behind it."""
KEY_SALT = "public.form"
KEY_SECONDS = 24 * 60 * 60


def public_page(view: View[P]) -> View[P]:
    """A page that anybody may open: no sign-in and no cookie needed, out of caches, search engines and referrers.

    A form is bound to its page by a signed key in place of a cookie (`form_key`): under `no-referrer` browsers send no
    origin that Django's own check could compare.
    """

    @functools.wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not allow(f"public-page:{client_address(request)}", limit=SEEN_PER_MINUTE, seconds=60):
            response = render(request, "429.html", status=429)
            response.headers["Retry-After"] = "60"
        else:
            response = view(request, *args, **kwargs)
        add_never_cache_headers(response)
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    return csrf_exempt(guarded)


def may_send(request: HttpRequest) -> bool:
    """Whether this address may send one more form."""
    return allow(f"public-form:{client_address(request)}", limit=SENT_IN_TEN_MINUTES, seconds=600)


def form_key(purpose: str) -> str:
    """A fresh key for the form of one page; `purpose` names the page."""
    return signing.dumps([purpose, public_token()], salt=KEY_SALT)


def key_of(given: str, purpose: str) -> str | None:
    """What makes a request of the form recognisable when it comes twice; None for a forged, foreign or old key."""
    try:
        owner, key = signing.loads(given, salt=KEY_SALT, max_age=KEY_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return f"page:{key}" if owner == purpose else None
