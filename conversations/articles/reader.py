"""Who reads a public page: the language, and the campaign that they came from, carried on by every link."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation
from django.utils.http import urlencode
from django.utils.translation import get_language_info

from conversations.accounts.models import Channel, ChannelAccount
from conversations.accounts.queries import remembered
from core.company.queries import company
from core.languages import Language

LONGEST_CAMPAIGN = 100


@dataclass(frozen=True, slots=True)
class Reader:
    """`told` is what the address says, for the links of the page."""

    language: str
    told: dict[str, str]

    @property
    def campaign(self) -> str:
        return self.told.get("campaign", "")

    def query(self, **more: str) -> str:
        """The query of a link for the same reader: "?lang=ru", or ""."""
        values = {**self.told, **{name: value for name, value in more.items() if value}}
        return f"?{urlencode(values)}" if values else ""


def reader_of(request: HttpRequest) -> Reader:
    """Language: of the address, else chosen before, else what the browser asks for."""
    told = {}
    if (asked := request.GET.get("lang", "")) in Language.values:
        told["lang"] = asked
    if campaign := request.GET.get("campaign", "").replace("\x00", "").strip()[:LONGEST_CAMPAIGN]:
        told["campaign"] = campaign
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    known = [told.get("lang", ""), chosen, (translation.get_language() or "")[:2]]
    return Reader(next((each for each in known if each in Language.values), Language.ENGLISH.value), told)


def shell(request: HttpRequest, reader: Reader) -> dict[str, Any]:
    """What the page around every view shows."""
    words = {"q": asked} if (asked := _asked(request)) else {}
    languages = [
        (code, get_language_info(code)["name_local"], reader.query(**words, lang=code))
        for code in Language.values
    ]
    return {
        "company": company(),
        "reader": reader,
        "query": reader.query(),
        "languages": languages,
        "chat_url": _chat_url(request, reader),
    }


def _asked(request: HttpRequest) -> str:
    return request.GET.get("q", "").replace("\x00", "").strip()[:200]


def _chat_url(request: HttpRequest, reader: Reader) -> str:
    """The first web chat that is open, with where its visitor comes from; "" where there is none."""
    account: ChannelAccount | None = next(
        (each for each in remembered().values() if each.kind == Channel.WEBCHAT and each.active), None
    )
    if account is None:
        return ""
    came = {
        "lang": reader.language,
        "campaign": reader.campaign,
        "topic": "support",
        "url": f"{settings.BASE_URL}{request.path}",
    }
    query = urlencode({name: value for name, value in came.items() if value})
    return f"{reverse('conversations:chat_page', args=[account.token])}?{query}"
