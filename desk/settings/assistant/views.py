"""Settings > Assistant (spec 4.3): where it is, what it may do, what it costs, what it did. Try it before it is on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from conversations.assistant.enums import Outcome, Purpose
from conversations.assistant.errors import BadSettings, StaleSettings
from conversations.assistant.models import AssistantCall, AssistantSettings
from conversations.assistant.operations.asking import try_out
from conversations.assistant.operations.settings import save_assistant
from conversations.assistant.queries import calls, figures, month_of, shown_parts, state, used_in
from core.access.models import Role
from core.errors import Refused
from core.events.actor import Actor
from core.http import Request, render_page, render_partial, require, toast
from desk.settings.assistant.forms import AssistantForm, LogFilter

PAGE = "desk/settings/assistant.html"
PAGE_OF_LOG = 25


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def assistant(request: Request) -> HttpResponse:
    """GET shows settings, figures and the log; POST saves the settings."""
    found = AssistantSettings.objects.first() or AssistantSettings()
    if request.method != "POST":
        context = {**_form(AssistantForm.of(found), found), **_figures(found), **_log(request)}
        return render_page(request, PAGE, context, partial="usage")
    form = AssistantForm(request.POST)
    if form.is_valid():
        try:
            saved = save_assistant(
                draft=form.draft(),
                actor=Actor.of(request.user),
                key=form.key_given,
                expected=form.cleaned_data["expected"],
            )
            fresh = _form(AssistantForm.of(saved), saved)
            response = toast(render_partial(request, PAGE, "settings_form", fresh), _("Saved."))
            return trigger_client_event(response, "settings:refresh", {})
        except StaleSettings as stale:
            form.add_error(None, str(stale))
        except BadSettings as refusal:
            form.refuse(refusal.faults)
    return render_partial(request, PAGE, "settings_form", _form(form, found), status=422)


@require_POST
@never_cache
@require(role=Role.ADMIN)
def try_it(request: Request) -> HttpResponse:
    """Ask what a customer could ask; the answer arrives in its place."""
    text, language = request.POST.get("text", ""), request.user.language
    try:
        call = try_out(text=text, user=request.user, language=language)
    except Refused as refusal:
        return render_partial(request, PAGE, "tried", {"refusal": str(refusal)}, status=422)
    return _tried(request, call)


@require_safe
@never_cache
@require(role=Role.ADMIN)
def tried(request: Request, public_id: UUID) -> HttpResponse:
    """What became of a try."""
    return _tried(request, get_object_or_404(AssistantCall, public_id=public_id, purpose=Purpose.TRY))


@require_safe
@never_cache
@require(role=Role.ADMIN)
def log(request: Request) -> HttpResponse:
    """A page of the log, narrowed by what for and what became of it."""
    return render_partial(request, PAGE, "log_list", _log(request))


def _tried(request: Request, call: AssistantCall) -> HttpResponse:
    response = render_partial(request, PAGE, "tried", {"call": call, "parts": shown_parts(call)})
    if call.outcome == Outcome.QUEUED:
        return response
    return trigger_client_event(response, "settings:refresh", {})


def _form(form: AssistantForm, found: AssistantSettings) -> dict[str, Any]:
    return {"form": form, "has_key": bool(found.credentials.get("key")), "found": found}


def _figures(found: AssistantSettings) -> dict[str, Any]:
    now = timezone.now()
    month = month_of(now)
    used, lines = used_in(month), figures(datetime(month.year, month.month, 1, tzinfo=UTC))
    shares = [
        100 * spent / limit
        for spent, limit in ((used.tokens, found.monthly_tokens), (used.cost, found.monthly_money))
        if limit
    ]
    standing = state()
    return {
        "used": used,
        "share": min(100, round(max(shares, default=0))),
        "lines": [(str(Purpose(each.purpose).label), each) for each in lines],
        "standing": standing,
        "paused": standing.open_until if standing.open_until and standing.open_until > now else None,
    }


def _log(request: Request) -> dict[str, Any]:
    narrowing = LogFilter(request.GET)
    rows = narrowing.narrowed(calls().select_related("conversation__contact", "user"))
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows.defer("question", "answer", "hidden", "result", "given")[: PAGE_OF_LOG + 1])
    more = found[PAGE_OF_LOG - 1].pk if len(found) > PAGE_OF_LOG else None
    return {"narrowing": narrowing, "log": found[:PAGE_OF_LOG], "more": more}
