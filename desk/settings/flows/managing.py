"""Flows as things: new, copied, taken in from a file and given out as one, switched on and off, put to channels."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from automation.flows import operations
from automation.flows.comparing import compare
from automation.flows.document import plain
from automation.flows.errors import DocumentError, Problem
from automation.flows.judging import judged_plain
from automation.flows.models import Flow
from automation.flows.operations import StaleDraft
from automation.flows.source import MAX_CHARACTERS
from automation.flows.writing import to_yaml
from conversations.accounts.models import ChannelAccount
from core.access.models import Role
from core.errors import Refused
from core.http import Request, render_partial, require, toast
from core.text import clean
from desk.settings.flows.context import PAGE, shown_flow, side_context
from desk.settings.flows.differences import differences
from desk.settings.flows.queries import Shown, number_in
from desk.settings.telling import say_next

IMPORT = "desk/settings/flows/import.html"


@require_POST
@require(role=Role.ADMIN)
def new(request: Request) -> HttpResponse:
    """A flow that greets and hands over, or one that begins as another stands."""
    name, source = request.POST.get("name", ""), request.POST.get("copy", "")
    try:
        if source:
            found = get_object_or_404(Flow, key=source)
            made = operations.copy_flow(flow_id=found.pk, name=name, user=request.user, now=timezone.now())
        else:
            made = operations.create_flow(name=name, user=request.user, now=timezone.now())
    except Refused as refusal:
        say_next(request, str(refusal))
        return redirect("desk:settings_flows")
    return redirect("desk:settings_flow", made.key)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def take_in(request: Request) -> HttpResponse:
    """A file or pasted text: first what it would do, then, with `keep`, it becomes a draft."""
    if request.method != "POST":
        return render(request, IMPORT, {"yaml": ""})
    text = ""
    try:
        text = _given(request)
        document = plain(text)
        if "keep" in request.POST:
            draft = operations.take_in(
                document=document,
                user=request.user,
                now=timezone.now(),
                revision=number_in(request.POST.get("revision", "")),
            )
            say_next(request, _("Taken in as a draft. Try it, then publish it."))
            return redirect("desk:settings_flow", draft.flow.key)
    except DocumentError as error:
        return render(request, IMPORT, {"yaml": text, "problems": error.problems}, status=422)
    except StaleDraft as stale:
        return render(request, IMPORT, {**_dry_run(text, document), "stale": stale}, status=409)
    return render(request, IMPORT, _dry_run(text, document))


def _given(request: Request) -> str:
    file = request.FILES.get("file")
    if file is None:
        return clean(request.POST.get("yaml", ""))
    try:
        return clean(file.read(MAX_CHARACTERS * 4).decode("utf-8"))
    except UnicodeDecodeError as error:
        raise DocumentError(
            [Problem("", _("This file is not text in UTF-8. Save it as UTF-8 and choose it again."))]
        ) from error


def _dry_run(text: str, document: dict[str, Any]) -> dict[str, Any]:
    """Which flow it would be a draft of, what would change there, and what the linter says."""
    context: dict[str, Any] = {"yaml": text, "title": document.get("title") or document["flow"]}
    context["findings"] = judged_plain(document)
    found = Flow.objects.filter(key=document["flow"]).first()
    if found is not None:
        shown = Shown(found)
        context |= {
            "existing": found,
            "draft": shown.draft,
            "revision": found.revision,
            "changes": differences(compare(shown.plain, document)),
        }
    return {**context, "tried": True}


@require_safe
@never_cache
@require(role=Role.MANAGER)
def export(request: Request, key: str) -> HttpResponse:
    """The flow as it is shown, as one file."""
    shown = shown_flow(key)
    response = HttpResponse(to_yaml(shown.plain), content_type="application/yaml; charset=utf-8")
    name = f"{key}-v{shown.version.number}.yaml"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_POST
@require(role=Role.ADMIN)
def switch(request: Request, key: str) -> HttpResponse:
    """Let new conversations begin with it, or not."""
    found = get_object_or_404(Flow, key=key)
    on = request.POST.get("on") == "1"
    words = _("Switched on.") if on else _("Switched off. Conversations under way go on to their end.")
    try:
        operations.switch_flow(flow_id=found.pk, on=on, user=request.user)
    except Refused as refusal:
        words = str(refusal)
    say_next(request, words)
    return redirect("desk:settings_flow", key)


@require_POST
@require(role=Role.ADMIN)
def delete(request: Request, key: str) -> HttpResponse:
    """Delete a flow that was never used."""
    found = get_object_or_404(Flow, key=key)
    try:
        operations.delete_flow(flow_id=found.pk, user=request.user)
    except Refused as refusal:
        return toast(HttpResponse(status=204), str(refusal))
    say_next(request, _("“%(name)s” is deleted.") % {"name": found.name})
    return HttpResponse(status=204, headers={"HX-Redirect": reverse("desk:settings_flows")})


@require_POST
@require(role=Role.ADMIN)
def channel(request: Request, key: str, public_id: UUID) -> HttpResponse:
    """Let the flow answer first on a channel, or people; the side of the page comes back."""
    shown = shown_flow(key)
    account = get_object_or_404(ChannelAccount, public_id=public_id)
    on = request.POST.get("on") == "1"
    try:
        operations.set_channel(flow_id=shown.flow.pk, account_id=account.pk, on=on)
    except Refused as refusal:
        return toast(render_partial(request, PAGE, "side", side_context(shown), status=422), str(refusal))
    words = _("“%(flow)s” answers first on %(channel)s.") if on else _("People answer first on %(channel)s.")
    response = render_partial(request, PAGE, "side", side_context(shown))
    return toast(response, words % {"flow": shown.flow.name, "channel": account.name})
