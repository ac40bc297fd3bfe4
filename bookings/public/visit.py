"""What all pages for customers share: language and zone of the visitor, and what keeps a link with its owner."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import add_never_cache_headers
from django.utils.http import urlencode
from django.utils.translation import get_language_info
from django.views.decorators.csrf import csrf_exempt

from conversations.channels.limits import allow, client_address
from core.calendars import zones
from core.company.queries import company
from core.ids import public_token
from core.languages import Language

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

ZONE_COOKIE = "zone"
SEEN_PER_MINUTE = 120
SENT_IN_TEN_MINUTES = 30
"""Of one address: a family, an office or a mobile network may stand behind it."""
KEY_SALT = "bookings.form"
KEY_SECONDS = 24 * 60 * 60


def public_page(view: View[P]) -> View[P]:
    """A page that anybody may open: no sign-in and no cookie needed, out of caches, search engines and referrers.

    A form is bound to its page by a signed key in place of a cookie (`form_key`): under `no-referrer` browsers send no
    origin that Django's own check could compare.
    """

    @functools.wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not allow(f"booking-page:{client_address(request)}", limit=SEEN_PER_MINUTE, seconds=60):
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
    return allow(f"booking-form:{client_address(request)}", limit=SENT_IN_TEN_MINUTES, seconds=600)


@dataclass(frozen=True, slots=True)
class Visit:
    """`zone_known`: the visitor or the browser named the zone; else the page assumes one and a script may correct it.

    `told` is what the address says of language and zone, to be carried on by every link.
    """

    language: str
    zone: str
    zone_known: bool
    told: dict[str, str]

    def query(self, **more: str) -> str:
        """The query of a link to the same visitor: "?lang=ru&day=2026-05-05", or ""."""
        values = {**self.told, **{name: value for name, value in more.items() if value}}
        return f"?{urlencode(values)}" if values else ""


def visit_of(request: HttpRequest, *, language: str = "", zone: str = "") -> Visit:
    """Language: of the address, else chosen before, else `language`, else what the browser asks for.

    Zone: of the address, else remembered by the browser, else `zone`, else the company's.
    """
    told = {}
    asked = request.GET.get("lang", "")
    if asked in Language.values:
        told["lang"] = asked
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    known = [told.get("lang", ""), chosen, language, (translation.get_language() or "")[:2]]
    speaks = next((each for each in known if each in Language.values), Language.ENGLISH.value)
    named = request.GET.get("zone", "")
    if zones.is_zone(named):
        told["zone"] = named
    remembered = request.COOKIES.get(ZONE_COOKIE, "")
    found = told.get("zone") or (remembered if zones.is_zone(remembered) else "")
    return Visit(speaks, found or zone or company().timezone, bool(found or zone), told)


def shell(request: HttpRequest, visit: Visit, now: datetime) -> dict[str, Any]:
    """What the page around every such view shows."""
    others = {name: str(value) for name, value in request.GET.items() if name not in ("lang", "zone")}
    languages = [
        (code, get_language_info(code)["name_local"], visit.query(**others, lang=code))
        for code in Language.values
    ]
    return {
        "company": company(),
        "visit": visit,
        "languages": languages,
        "kept": others.items(),
        "zone_city": zones.city(visit.zone, visit.language),
        "zone_offset": zones.offset(visit.zone, now),
        "zone_groups": zones.zone_groups(),
        "may_guess": request.method == "GET" and not visit.zone_known,
    }


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
