"""What the page of a flow is made of, for the views that answer with parts of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django_htmx.http import trigger_client_event

from automation.flows.linter import Level
from automation.flows.models import Flow, FlowVersion
from automation.flows.operations import StaleDraft
from automation.flows.writing import to_yaml
from core.http import Request, render_partial, toast
from desk.settings.flows import queries
from desk.settings.flows.outline import outline
from desk.settings.flows.queries import Shown
from desk.settings.flows.wording import VARIABLES

PAGE = "desk/settings/flow.html"
CHANGED = "flow-changed"


def shown_flow(key: str) -> Shown:
    """Raises Http404, also for a flow without a version."""
    shown = Shown(get_object_or_404(Flow, key=key))
    if not shown.versions:
        raise Http404
    return shown


def script_context(request: Request, shown: Shown, view: str = "outline", **more: Any) -> dict[str, Any]:
    """The left side with the bar above it."""
    found = shown.findings
    context: dict[str, Any] = {
        "flow": shown.flow,
        "shown": shown,
        "view": view,
        "revision": shown.flow.revision,
        "errors": sum(each.level is Level.ERROR for each in found),
        "warnings": sum(each.level is not Level.ERROR for each in found),
        **more,
    }
    if view == "yaml":
        context.setdefault("yaml", to_yaml(shown.plain))
    else:
        context["outline"] = outline(shown.plain, shown.document, found, request.user.language)
    return context


def side_context(shown: Shown) -> dict[str, Any]:
    return {
        "flow": shown.flow,
        "shown": shown,
        "channels": queries.channel_lines(shown.flow),
        "variables": VARIABLES.items(),
    }


def script(
    request: Request, key: str, *, view: str = "outline", status: int = 200, changed: bool = True, **more: Any
) -> HttpResponse:
    """The left side anew, in its place; with `changed` the try-out beside it starts again."""
    shown = shown_flow(key)
    response = render_partial(
        request, PAGE, "script", script_context(request, shown, view, **more), status=status
    )
    response["HX-Retarget"], response["HX-Reswap"] = "#script", "outerHTML"
    if changed:
        trigger_client_event(response, CHANGED, {})
    return response


def revision_of(request: Request) -> int:
    """Which state of the flow the page was made of; -1 for none, which fits no flow."""
    asked = request.POST.get("revision", "")
    return int(asked) if asked.isdecimal() and len(asked) < 10 else -1


def acted(request: Request, key: str, act: Callable[[], object], words: str = "") -> HttpResponse:
    """Do it and show the script; a page that was old gets the script as it is now, and why it was not done."""
    try:
        act()
    except StaleDraft as stale:
        return toast(script(request, key, status=409), str(stale))
    response = script(request, key)
    return toast(response, words) if words else response


def version_of(shown: Shown, asked: str) -> FlowVersion | None:
    number = queries.number_in(asked)
    return shown.flow.versions.filter(number=number).first() if number else None
