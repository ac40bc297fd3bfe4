"""What all pages about meetings share: language and zone of the visitor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from django.utils.http import urlencode
from django.utils.translation import get_language_info

from core.calendars import zones
from core.company.queries import company
from core.languages import Language

ZONE_COOKIE = "zone"


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
