"""What is shown of one lead: at the side of a chat, in the board's panel, on its page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404

from conversations.threads.models import Conversation
from conversations.threads.queries import conversations
from core.access.models import User
from crm.memory import Remembered
from crm.pipeline.models import Lead, Stage
from crm.pipeline.queries import leads
from crm.qualification.queries import answer_lines


@Remembered
def _stages() -> tuple[Stage, ...]:
    """Every stage of every pipeline, in order; at most 3 seconds old."""
    return tuple(Stage.objects.order_by("position", "id"))


def stages_beside(lead: Lead) -> list[Stage]:
    """The stages that the lead can be moved to: those of its pipeline."""
    return [stage for stage in _stages() if stage.pipeline_id == lead.pipeline_id]


def stage_of(lead: Lead, public_id: str) -> Stage | None:
    return next((stage for stage in stages_beside(lead) if str(stage.public_id) == public_id), None)


def lead_for(user: User, public_id: UUID) -> Lead:
    """The lead with its people, where `user` may see it; Http404 otherwise."""
    seen = (
        leads().visible_to(user).select_related("contact", "contact__company", "owner", "stage", "pipeline")
    )
    return get_object_or_404(seen, public_id=public_id)


def may_see(user: User, lead: Lead) -> bool:
    """Whether `user` may see a lead that was reached otherwise; one statement where that is not plain."""
    if user.sees_everything or lead.owner_id == user.pk:
        return True
    return leads().visible_to(user).filter(pk=lead.pk).exists()


def lead_side(lead: Lead | None) -> dict[str, Any]:
    """The lead's part of the right pane: stages to choose from and what is known; one or two statements."""
    if lead is None:
        return {"lead": None}
    return {"lead": lead, "stages": stages_beside(lead), "facts": answer_lines(lead)}


def newest_conversation(lead: Lead, user: User) -> Conversation | None:
    return conversations().visible_to(user).of_lead(lead.pk).with_details().first()
