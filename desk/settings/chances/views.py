"""What win chances are, what they were learned from and how well they foretell (spec 7.6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core.access.models import Role
from core.http import Request, render_page, render_partial, require
from core.jobs.models import JobStatus
from crm.chances.operations import start_learning, switch
from crm.chances.queries import (
    ENOUGH,
    WINDOW,
    Learned,
    Reason,
    closed,
    current_models,
    influences,
    last_learning,
    settings,
)
from desk.settings.chances.charts import Pair, pairs
from desk.settings.telling import say_next

PAGE = "desk/settings/chances.html"
OPEN = (JobStatus.QUEUED, JobStatus.RUNNING)


@dataclass(frozen=True)
class Shown:
    """A model with its calibration as a chart, and what weighs most in it."""

    learned: Learned
    pairs: list[Pair]
    influences: list[Reason]


@require_safe
@never_cache
@require(role=Role.MANAGER)
def chances(request: Request) -> HttpResponse:
    """On or off, when and from how many it was learned, and what came true."""
    models = [Shown(each, pairs(each.row.calibration), list(influences(each))) for each in current_models()]
    context = {
        "settings": settings(),
        "closed": closed(timezone.now()),
        "enough": ENOUGH,
        "months": round(WINDOW.days / 30.4),
        "models": models,
        **_progress(),
    }
    return render_page(request, PAGE, context, partial="work")


@require_safe
@never_cache
@require(role=Role.MANAGER)
def progress(request: Request) -> HttpResponse:
    """How far the learning is; the fragment asks again until it has come to its end, then the page anew."""
    return render_partial(request, PAGE, "progress", {**_progress(), "asked": True})


@require_POST
@require(role=Role.ADMIN)
def learn(request: Request) -> HttpResponse:
    """Learn anew in the background; a run under way goes on."""
    job = last_learning()
    if job is None or job.status not in OPEN:
        start_learning(user=request.user)
    return redirect("desk:settings_chances")


@require_POST
@require(role=Role.ADMIN)
def turn(request: Request) -> HttpResponse:
    """On or off."""
    enabled = request.POST.get("enabled") == "1"
    switch(enabled=enabled, user=request.user)
    say_next(request, _("Win chances are on.") if enabled else _("Win chances are off."))
    return redirect("desk:settings_chances")


def _progress() -> dict[str, Any]:
    job = last_learning()
    return {"job": job, "running": job is not None and job.status in OPEN}
