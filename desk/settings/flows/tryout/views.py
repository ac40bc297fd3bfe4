"""The try-out beside a flow: a chat with a clock in hand (spec 5.4). Nothing of it is kept."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from automation.flows.models import Flow
from automation.tryout.actions import Script
from automation.tryout.errors import BadAction, CannotPlay
from automation.tryout.operations import play
from automation.tryout.queries import channels
from core.access.models import Role
from core.http import Request, require
from desk.settings.flows.tryout import lines, posted

PAGE = "desk/settings/flows/tryout_page.html"
WHOLE = "desk/settings/flows/tryout.html"
BODY = f"{WHOLE}#body"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.MANAGER)
def tryout(request: Request, key: str) -> HttpResponse:
    """GET begins one; POST goes on with the one that it carries. What cannot be done is told, and the chat stays."""
    flow = get_object_or_404(Flow, key=key)
    script, fault = posted.fresh(), ""
    if request.method == "POST":
        try:
            script = posted.opened(request.POST)
            script = posted.changed(script, request.POST)
        except BadAction as refusal:
            fault = str(refusal)
    context = {"flow": flow, **_shown(flow, script, request), **({"fault": fault} if fault else {})}
    template = BODY if request.method == "POST" else WHOLE if request.htmx else PAGE
    return render(request, template, context, status=422 if fault else 200)


def _shown(flow: Flow, script: Script, request: Request) -> dict[str, Any]:
    context = {
        "script": posted.sealed(script),
        "choices": lines.choices_of(script, channels()),
        "count": len(script.actions),
        "posted": request.method == "POST",
    }
    try:
        result = play(flow=flow, script=script, user=request.user)
    except CannotPlay as refusal:
        return {**context, "fault": str(refusal)}
    return {
        **context,
        "result": result,
        "lines": lines.entry_lines(result),
        "coming": lines.coming_lines(result),
        "standing": lines.standing_words(result),
        "now": lines.now_words(result),
        "card": lines.card_of(result),
        "said": lines.said_lately(result),
        "with_person": result.standing.handler == "person",
    }
