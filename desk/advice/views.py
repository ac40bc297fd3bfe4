"""The next best action of a lead with its one button (spec 7.8)."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from automation.advice.queries import advice_of
from conversations.threads.queries import conversations
from core.http import Request, signed_in
from crm.pipeline.models import StageKind
from desk.advice.buttons import button_of
from desk.leads.queries import lead_for, stages_beside


@require_safe
@never_cache
@signed_in
def advice(request: Request, public_id: UUID) -> HttpResponse:
    """The line under the head of a lead; nothing for one that is won or lost."""
    lead = lead_for(request.user, public_id)
    found = advice_of(lead, timezone.now())
    if found is None:
        return HttpResponse("")
    lost = next((stage for stage in stages_beside(lead) if stage.kind == StageKind.LOST), None)
    chat = found.conversation
    if chat and not conversations().visible_to(request.user).filter(public_id=chat).exists():
        chat = None
    context = {"lead": lead, "advice": found, "button": button_of(lead, found, chat=chat, lost=lost)}
    return render(request, "desk/advice/action.html", context)
