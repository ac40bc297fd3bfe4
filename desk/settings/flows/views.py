"""The words of the flows (spec 5.4, 5.6): left the texts, right what is wrong with them; every save is a version."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from automation.flows import operations
from automation.flows.linter import Level
from automation.flows.models import Flow, FlowVersion
from automation.flows.operations import BadTexts, StaleFlow
from core.access.models import Role
from core.http import Request, render_page, render_partial, require, toast
from desk.settings.flows import queries
from desk.settings.flows.wording import VARIABLES
from desk.settings.telling import say_next

LIST = "desk/settings/flows.html"
PAGE = "desk/settings/flow.html"


@require_safe
@never_cache
@require(role=Role.MANAGER)
def flows(request: Request) -> HttpResponse:
    """Every flow, its version, and which channels use it."""
    return render(request, LIST, {"lines": queries.flow_lines()})


@require_safe
@never_cache
@require(role=Role.MANAGER)
def flow(request: Request, key: str) -> HttpResponse:
    """Every text of a flow in the order of its script."""
    found, version = _flow(key)
    context = {"accounts": queries.accounts_of(found), **_page(found, version, {})}
    return render_page(request, PAGE, context, partial="flow_side")


@require_POST
@require(role=Role.ADMIN)
def publish(request: Request, key: str) -> HttpResponse:
    """Publish the changed texts; a save that meets somebody else's keeps what was typed and shows both."""
    found, version = _flow(key)
    seen = _seen(request, found)
    changes = queries.posted_changes(seen, request.POST)
    if not changes and seen == version:
        return toast(HttpResponse(status=204), _("Nothing was changed."))
    try:
        fresh = operations.publish_texts(
            flow_id=found.pk, based_on=seen.number, texts=changes, user=request.user
        )
    except StaleFlow as stale:
        theirs = queries.changed_since(seen, stale.newest)
        context = {**_page(found, stale.newest, changes), "stale": stale.newest, "theirs": theirs}
        return render_partial(request, PAGE, "flow_texts", context, status=409)
    except BadTexts as refusal:
        context = {**_page(found, version, changes), "refused": refusal.findings}
        return render_partial(request, PAGE, "flow_texts", context, status=422)
    response = render_partial(request, PAGE, "flow_texts", _page(found, fresh, {}))
    trigger_client_event(response, "flow:published", {})
    words = _("Version %(number)s is published. Chats that have begun finish with theirs.")
    return toast(response, words % {"number": fresh.number})


@require_POST
@require(role=Role.ADMIN)
def check(request: Request, key: str) -> HttpResponse:
    """What the linter says of the texts as they stand in the form."""
    found, _version = _flow(key)
    seen = _seen(request, found)
    merged = operations.merged_texts(seen, queries.posted_changes(seen, request.POST))
    return render_partial(request, PAGE, "findings", _findings(queries.findings(seen, merged)))


@require_POST
@require(role=Role.ADMIN)
def roll_back(request: Request, key: str) -> HttpResponse:
    """Publish an earlier version once more, as a new one."""
    found, _version = _flow(key)
    asked = request.POST.get("to", "")
    if not (asked.isdecimal() and len(asked) < 10 and found.versions.filter(number=int(asked)).exists()):
        raise BadRequest("to must be the number of a version")
    fresh = operations.roll_back(flow_id=found.pk, to_number=int(asked), user=request.user)
    words = _("Version %(old)s is published again, as version %(new)s.")
    say_next(request, words % {"old": asked, "new": fresh.number})
    return HttpResponse(status=204, headers={"HX-Refresh": "true"})


def _flow(key: str) -> tuple[Flow, FlowVersion]:
    found = get_object_or_404(Flow, key=key)
    version = queries.published_of(found)
    if version is None:
        raise Http404
    return found, version


def _seen(request: Request, found: Flow) -> FlowVersion:
    """The version that the form was made of."""
    asked = request.POST.get("based_on", "")
    number = int(asked) if asked.isdecimal() and len(asked) < 10 else 0
    seen = found.versions.filter(number=number).first()
    if seen is None:
        raise BadRequest("based_on must be the number of a version")
    return seen


def _page(found: Flow, version: FlowVersion, changes: queries.Changes) -> dict[str, Any]:
    texts = operations.merged_texts(version, changes)
    faults = queries.findings(version, texts)
    return {
        "flow": found,
        "version": version,
        "groups": queries.text_groups(version, changes, faults),
        "versions": queries.versions_of(version),
        "variables": VARIABLES.items(),
        **_findings(faults),
    }


def _findings(found: list[Any]) -> dict[str, Any]:
    lines = [
        {
            "finding": each,
            "is_error": each.level is Level.ERROR,
            "anchor": f"text-{each.place.replace('.', '-')}" if "." in each.place else "",
            "name": queries.named(each.place) if "." in each.place else each.place.replace("_", " "),
        }
        for each in found
    ]
    return {"findings": lines}
