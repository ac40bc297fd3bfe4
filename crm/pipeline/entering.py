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
    "held_before",
    "lost_reason",
    "closed_at",
    "next_step",
    "next_step_at",
    "win_chance",
    "known_at_close",
)
COUNTED_ON = (
    "customer_messages",
    "customer_words",
    "customer_channel",
    "customer_replies",
    "customer_reply_seconds",
    "call_count",
)
"""Columns that messages and calls after the closing still change."""


def enter(
    lead: Lead, stage: Stage, *, now: datetime, lost_reason: LostReason | None = None
) -> dict[str, Any]:
    """Set the stage's columns; returns the payload of "lead.stage_changed". Closing clears the
    next step and the win chance, and keeps what is known now.
    """
    before = lead.stage
    lead.lost_reason = lost_reason if stage.kind == StageKind.LOST else None
    lead.pipeline, lead.stage, lead.stage_kind = stage.pipeline, stage, stage.kind
    lead.stage_entered_at = now
    lead.held_before = None
    lead.closed_at = None if stage.kind == StageKind.OPEN else now
    if stage.kind != StageKind.OPEN:
        lead.next_step, lead.next_step_at = "", None
        lead.win_chance = None
        lead.known_at_close = lead.known_at_close or {name: getattr(lead, name) for name in COUNTED_ON}
    else:
        lead.known_at_close = None
    return {
        "from": before.name,
        "from_id": before.pk,
        "to": stage.name,
        "to_id": stage.pk,
        "kind": stage.kind,
        "lost_reason": lead.lost_reason.name if lead.lost_reason else "",
    }


def assigned(lead: Lead) -> dict[str, Any]:
    """The payload of "lead.assigned"."""
    return {
        "owner_id": lead.owner_id,
        "owner": str(lead.owner or ""),
        "team_id": lead.team_id,
        "team": str(lead.team or ""),
    }
