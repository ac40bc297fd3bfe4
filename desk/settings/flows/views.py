"""Settings > Flows (spec 5.4): left the script, right what it says; a draft is written, compared, published."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from automation.flows import operations
from automation.flows.comparing import compare
from automation.flows.errors import DocumentError
from automation.flows.operations import HasErrors, StaleDraft
from core.access.models import Role
from core.errors import Refused
from core.http import Request, reaches, render_page, render_partial, require, toast
from desk.settings.flows import queries
from desk.settings.flows.context import (
    PAGE,
    acted,
    revision_of,
    script,
    script_context,
    shown_flow,
    side_context,
    version_of,
)
from desk.settings.flows.differences import differences
from desk.settings.flows.queries import plain_of
from desk.settings.telling import say_next

LIST = "desk/settings/flows.html"
COMPARED = "desk/settings/flows/comparison.html"


@require_safe
@never_cache
@require(role=Role.MANAGER)
def flows(request: Request) -> HttpResponse:
    """Every flow, its versions, and which channels use it."""
    return render(request, LIST, {"lines": queries.flow_lines(timezone.now())})


@require_safe
@never_cache
@require(role=Role.MANAGER)
def flow(request: Request, key: str) -> HttpResponse:
    """The script as an outline, beside it what it says."""
    shown = shown_flow(key)
    context = {**script_context(request, shown), **side_context(shown)}
    return render_page(request, PAGE, context, partial=("script", "side"))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.MANAGER)
def yaml(request: Request, key: str) -> HttpResponse:
    """The script as one text. POST keeps it as the draft; with `check` it only says what is wrong."""
    shown = shown_flow(key)
    if request.method != "POST":
        context = {**script_context(request, shown, "yaml"), **side_context(shown)}
        return render_page(request, PAGE, context, partial="script")
    if not reaches(request.user, Role.ADMIN):
        raise PermissionDenied
    text = request.POST.get("yaml", "")
    try:
        operations.save_draft(
            flow_id=shown.flow.pk,
            yaml=text,
            user=request.user,
            now=timezone.now(),
            revision=revision_of(request),
        )
    except DocumentError as error:
        return script(
            request, key, view="yaml", status=422, changed=False, yaml=text, problems=error.problems
        )
    except StaleDraft as stale:
        return script(request, key, view="yaml", status=409, changed=False, yaml=text, stale=stale)
    return toast(script(request, key, view="yaml"), _("Saved in the draft."))


@require_POST
@require(role=Role.ADMIN)
def publish(request: Request, key: str) -> HttpResponse:
    """Let the draft count; errors that it brings in hold it up."""
    shown = shown_flow(key)
    try:
        fresh = operations.publish_draft(
            flow_id=shown.flow.pk, user=request.user, now=timezone.now(), revision=revision_of(request)
        )
    except StaleDraft as stale:
        return toast(script(request, key, status=409), str(stale))
    except HasErrors as refusal:
        return toast(script(request, key, status=422, changed=False, refused=refusal.findings), str(refusal))
    words = _("Version %(number)s is published. Chats that have begun finish with theirs.")
    return _counts_now(script(request, key), words % {"number": fresh.number})


@require_POST
@require(role=Role.ADMIN)
def discard(request: Request, key: str) -> HttpResponse:
    """Throw the draft away."""
    shown = shown_flow(key)

    def throw() -> bool:
        return operations.discard_draft(
            flow_id=shown.flow.pk, user=request.user, revision=revision_of(request)
        )

    return _tried(request, key, throw, _("The draft is thrown away; nothing has changed for customers."))


@require_POST
@require(role=Role.ADMIN)
def roll_back(request: Request, key: str) -> HttpResponse:
    """Publish an earlier version once more, as a new one."""
    shown = shown_flow(key)
    earlier = version_of(shown, request.POST.get("to", ""))
    if earlier is None or earlier.published_at is None:
        raise BadRequest("to must be the number of a published version")
    fresh = operations.roll_back(flow_id=shown.flow.pk, to_number=earlier.number, user=request.user)
    words = _("Version %(old)s is published again, as version %(new)s.")
    say_next(request, words % {"old": earlier.number, "new": fresh.number})
    return HttpResponse(status=204, headers={"HX-Refresh": "true"})


@require_safe
@never_cache
@require(role=Role.MANAGER)
def compare_versions(request: Request, key: str) -> HttpResponse:
    """What differs between two versions, step by step; without numbers what the draft changes."""
    shown = shown_flow(key)
    asked = [request.GET.get(name, "") for name in ("from", "to")]
    old, new = (
        version_of(shown, asked[0]) if asked[0] else shown.published,
        version_of(shown, asked[1]) if asked[1] else shown.version,
    )
    if old is None or new is None:
        raise Http404
    context = {
        "flow": shown.flow,
        "old": old,
        "new": new,
        "past": shown.versions,
        "changes": differences(compare(plain_of(old), plain_of(new))),
    }
    return render(request, COMPARED, context)


@require_safe
@never_cache
@require(role=Role.MANAGER)
def side(request: Request, key: str) -> HttpResponse:
    """Channels and versions as they are now."""
    return render_partial(request, PAGE, "side", side_context(shown_flow(key)))


def _tried(request: Request, key: str, act: Callable[[], object], words: str) -> HttpResponse:
    try:
        return _counts_now(acted(request, key, act), words)
    except Refused as refusal:
        return toast(script(request, key, status=422, changed=False), str(refusal))


def _counts_now(response: HttpResponse, words: str) -> HttpResponse:
    return toast(trigger_client_event(response, "flow:published", {}), words)
