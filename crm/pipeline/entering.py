"""What changes on a lead that enters a stage; the callers lock, save and record."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from crm.pipeline.models import Lead, LostReason, Stage, StageKind

STAGE_COLUMNS = (
    "pipeline",
    "stage",
    "stage_kind",
    "stage_entered_at",
    "lost_reason",
    "closed_at",
    "next_step",
    "next_step_at",
)


def enter(
    lead: Lead, stage: Stage, *, now: datetime, lost_reason: LostReason | None = None
) -> dict[str, Any]:
    """Set the stage's columns; returns the payload of "lead.stage_changed". Closing clears the next step."""
    before = lead.stage
    lead.lost_reason = lost_reason if stage.kind == StageKind.LOST else None
    lead.pipeline, lead.stage, lead.stage_kind = stage.pipeline, stage, stage.kind
    lead.stage_entered_at = now
    lead.closed_at = None if stage.kind == StageKind.OPEN else now
    if stage.kind != StageKind.OPEN:
        lead.next_step, lead.next_step_at = "", None
    return {
        "from": before.name,
        "from_id": before.pk,
        "to": stage.name,
        "to_id": stage.pk,
        "kind": stage.kind,
        "lost_reason": lead.lost_reason.name if lead.lost_reason else "",
    }
