"""Beside a lead: what was sent, what comes next and why, with stop, send now and another time (spec 10.3)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from automation.sequences import operations
from automation.sequences.models import Enrolment
from automation.sequences.queries.of_lead import lines_of, to_start
from conversations.outbox.queries import zone_of
from core.errors import Refused
from core.http import Request, signed_in, toast
from crm.pipeline.models import Lead
from desk.leads.queries import lead_for

SECTION = "desk/followups/section.html"


@require_safe
@never_cache
@signed_in
def section(request: Request, public_id: UUID) -> HttpResponse:
    return _section(request, lead_for(request.user, public_id))


@require_POST
@signed_in
def start(request: Request, public_id: UUID) -> HttpResponse:
    lead = lead_for(request.user, public_id)
    key = request.POST.get("sequence", "")

    def begin() -> str:
        operations.enrol(lead_id=lead.pk, sequence_key=key, user=request.user, now=timezone.now())
        return _("It has begun.")

    return _done(request, lead, begin)


@require_POST
@signed_in
def act(request: Request, public_id: UUID, enrolment: UUID) -> HttpResponse:
    """`act` is stop, send or move (with `at`, wall time of the customer)."""
    lead = lead_for(request.user, public_id)
    found = get_object_or_404(Enrolment, public_id=enrolment, lead=lead)
    now = timezone.now()

    def stop() -> str:
        operations.cancel(enrolment_id=found.pk, user=request.user)
        return _("Stopped: nothing more of it is sent.")

    def send() -> str:
        went = operations.send_now(enrolment_id=found.pk, user=request.user, now=now)
        return (
            _("Sent.")
            if went == "message"
            else _("Nobody can be reached by a message now: it became a task.")
        )

    def move() -> str:
        at = _moment(request.POST.get("at", ""), lead)
        operations.postpone(enrolment_id=found.pk, to=at, user=request.user, now=now)
        return _("Moved.")

    acts: dict[str, Callable[[], str]] = {"stop": stop, "send": send, "move": move}
    chosen = acts.get(request.POST.get("act", ""))
    if chosen is None:
        raise BadRequest("act must be stop, send or move")
    return _done(request, lead, chosen)


def _moment(text: str, lead: Lead) -> datetime:
    """Wall time of the customer; one that has passed for what is no time, so that the reason is told."""
    try:
        wall = datetime.fromisoformat(text)
    except ValueError:
        return timezone.now()
    return wall.replace(tzinfo=ZoneInfo(zone_of(lead.contact))) if wall.tzinfo is None else wall


def _done(request: Request, lead: Lead, write: Callable[[], str]) -> HttpResponse:
    try:
        words = write()
    except Refused as refusal:
        return toast(_section(request, lead), str(refusal))
    return toast(_section(request, lead), words)


def _section(request: Request, lead: Lead) -> HttpResponse:
    lines = lines_of(lead)
    context = {
        "lead": lead,
        "current": next((line for line in lines if line.is_under_way), None),
        "past": [line for line in lines if not line.is_under_way],
        "choices": to_start(lines) if lead.stage_kind == "open" else [],
        "zone": zone_of(lead.contact),
    }
    return render(request, SECTION, context)
