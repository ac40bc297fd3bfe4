"""What the screens are told after something was done to a lead."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl, urlsplit

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django_htmx.http import trigger_client_event

from core.errors import Refused
from core.http import Request, toast
from crm.pipeline.errors import StaleLead
from crm.pipeline.models import Lead
from desk.board import queries as board
from desk.filters import LeadFilter


def changed(request: Request, lead: Lead, *, status: int = 200) -> HttpResponse:
    """The card as it is now, for the board and its filter; nothing for other screens, which fetch what they show."""
    shown = urlsplit(request.htmx.current_url or "")
    if not shown.path.startswith(reverse("desk:pipeline")):
        return HttpResponse(status=status, headers={"HX-Reswap": "none"})
    chosen = LeadFilter.of(dict(parse_qsl(shown.query)), request.user)
    cards = board.cards(board.card_rows(request.user, [lead.pk], chosen), request.user)
    changes = {"cards": cards, "gone": [] if cards else [lead.pk], "position": None}
    return render(request, "desk/board/changes.html", {"changes": changes}, status=status)


def told(response: HttpResponse) -> HttpResponse:
    """Let the fragments of the page that show this lead fetch themselves anew."""
    for event in ("board:moved", "lead:refresh", "modal:close"):
        trigger_client_event(response, event, {})
    return response


def done(request: Request, lead: Lead, act: Callable[[], Lead]) -> HttpResponse:
    """Carry out a write and show its effect; what the operation refuses is said in a toast."""
    try:
        lead = act()
    except StaleLead as stale:
        return toast(told(changed(request, lead, status=409)), str(stale))
    except Refused as refusal:
        return toast(HttpResponse(status=422, headers={"HX-Reswap": "none"}), str(refusal))
    return told(changed(request, lead))


def revision_of(asked: Mapping[str, str]) -> int | None:
    text = asked.get("revision", "")
    return int(text) if text.isdecimal() and len(text) < 10 else None
