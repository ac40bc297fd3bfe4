"""Why a lead is likely to be won, or not (spec 7.6)."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.http import Request, signed_in
from crm.chances.queries import chance_of
from desk.leads.queries import lead_for

SHOWN = 6


@require_safe
@never_cache
@signed_in
def chance(request: Request, public_id: UUID) -> HttpResponse:
    """The reasons, the strongest first."""
    lead = lead_for(request.user, public_id)
    found = chance_of(lead)
    reasons = found.reasons[:SHOWN] if found else ()
    return render(request, "desk/chances/why.html", {"lead": lead, "chance": found, "reasons": reasons})
