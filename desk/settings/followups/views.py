"""Settings > Follow-ups: what is said after a silence, when, to whom, and what it brings (spec 10)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from automation.sequences import operations
from automation.sequences.errors import BadScript, StaleDraft
from automation.sequences.models import Sequence
from automation.sequences.queries.books import weekly_cap
from core.access.models import Role
from core.company.queries import company
from core.errors import Refused
from core.http import Request, reaches, render_page, render_partial, require, toast
from desk.settings.followups import context, posted
from desk.settings.telling import say_next

LIST = "desk/settings/followups.html"
PAGE = "desk/settings/followup.html"


@require_safe
@never_cache
@require(role=Role.MANAGER)
def followups(request: Request) -> HttpResponse:
    """Every sequence with what it brought."""
    found = {
        "lines": context.lines(timezone.now()),
        "cap": weekly_cap(),
        "profile": company(),
        "missing": context.missing_ready(),
    }
    return render_page(request, LIST, found)


@require_POST
@require(role=Role.ADMIN)
def new(request: Request) -> HttpResponse:
    try:
        made = operations.create_sequence(name=request.POST.get("name", ""), user=request.user)
    except Refused as refusal:
        say_next(request, str(refusal))
        return redirect("desk:settings_followups")
    return redirect("desk:settings_followup", made.public_id)


@require_POST
@require(role=Role.ADMIN)
def install(request: Request) -> HttpResponse:
    """Those that come with Parley and are not here, switched off until somebody has read them."""
    made = operations.install_ready(language=request.user.language, active=False, now=timezone.now())
    say_next(request, _("Added: %(number)s. Read them, then switch them on.") % {"number": len(made)})
    return redirect("desk:settings_followups")


@require_POST
@require(role=Role.ADMIN)
def cap(request: Request) -> HttpResponse:
    asked = request.POST.get("weekly_cap", "")
    try:
        operations.set_weekly_cap(cap=int(asked) if asked.isdecimal() and len(asked) < 4 else 0)
    except Refused as refusal:
        say_next(request, str(refusal))
    else:
        say_next(request, _("Saved."))
    return redirect("desk:settings_followups")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.MANAGER)
def followup(request: Request, public_id: UUID) -> HttpResponse:
    """One sequence: left its messages, right what they would do. POST keeps the draft, with `publish` it is used."""
    found = get_object_or_404(Sequence, public_id=public_id)
    if request.method == "POST":
        return _save(request, found)
    versions = context.versions_of(found)
    plain = versions.shown.script if versions.shown else {}
    language = request.GET.get("language", "")
    shown = {
        **context.form_context(found, versions, plain),
        **context.side_context(found, plain, language=language, now=timezone.now()),
    }
    return render_page(request, PAGE, shown, partial="followup_side")


def _save(request: Request, found: Sequence) -> HttpResponse:
    if not reaches(request.user, Role.ADMIN):
        raise PermissionDenied
    now, publishing = timezone.now(), "publish" in request.POST
    plain, condition = posted.posted(request.POST, currency=company().currency)
    asked = request.POST.get("revision", "")
    name = request.POST.get("name", "")
    typed = {"condition": condition, "some": condition is not None, "name": name}
    faulty = condition is not None and condition.condition() is None
    try:
        operations.save_draft(
            sequence_id=found.pk,
            script=plain,
            user=request.user,
            revision=int(asked) if asked.isdecimal() and len(asked) < 9 else -1,
            name=name,
        )
        if publishing and not faulty:
            operations.publish(sequence_id=found.pk, user=request.user, now=now)
    except BadScript as refusal:
        return _form(request, found, plain, {**typed, "problems": refusal.problems}, status=422)
    except StaleDraft as stale:
        response = _form(request, found, plain, typed, status=409)
        return toast(response, str(stale))
    except Refused as refusal:
        return toast(_form(request, found, plain, typed, status=422), str(refusal))
    if publishing and faulty:
        return _form(request, found, plain, typed, status=422)
    found.refresh_from_db()
    _script, problems = context.script_or_problems(plain)
    kept = {**typed, "name": None, "problems": problems}
    words = (
        _("Published. Whoever is in it ends on the version they began with.") if publishing else _("Saved.")
    )
    return toast(_form(request, found, plain, kept), words)


def _form(
    request: Request, found: Sequence, plain: dict[str, Any], typed: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    shown = context.form_context(found, context.versions_of(found), plain, **typed)
    return render_partial(request, PAGE, "followup_form", shown, status=status)


@require_POST
@require(role=Role.ADMIN)
def side(request: Request, public_id: UUID) -> HttpResponse:
    """What the form as it stands would do."""
    found = get_object_or_404(Sequence, public_id=public_id)
    plain, _condition = posted.posted(request.POST, currency=company().currency)
    shown = context.side_context(found, plain, language=request.POST.get("language", ""), now=timezone.now())
    return render_partial(request, PAGE, "followup_side", shown)


@require_POST
@require(role=Role.ADMIN)
def switch(request: Request, public_id: UUID) -> HttpResponse:
    found = get_object_or_404(Sequence, public_id=public_id)
    on = request.POST.get("on") == "1"
    try:
        operations.switch(sequence_id=found.pk, on=on, user=request.user, now=timezone.now())
    except Refused as refusal:
        say_next(request, str(refusal))
    else:
        say_next(
            request,
            _("It is switched on.") if on else _("It is switched off, and whoever was in it is let go."),
        )
    return redirect(_back(request, found))


@require_POST
@require(role=Role.ADMIN)
def discard(request: Request, public_id: UUID) -> HttpResponse:
    """Go back to the version in use."""
    found = get_object_or_404(Sequence, public_id=public_id)
    gone = operations.discard_draft(sequence_id=found.pk)
    say_next(request, _("The draft is gone.") if gone else _("There is nothing else to go back to."))
    return redirect("desk:settings_followup", found.public_id)


def _back(request: Request, found: Sequence) -> str:
    if request.POST.get("from") == "list":
        return reverse("desk:settings_followups")
    return reverse("desk:settings_followup", args=[found.public_id])
