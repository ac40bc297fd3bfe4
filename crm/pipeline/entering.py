"""What changes on a lead that enters a stage; the callers lock, save and record."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from core.company.queries import company
from core.due.operations import schedule
from core.events.actor import SYSTEM
from core.events.operations import EventDraft
from crm.actions.registry import Done, Occasion, carry_out
from crm.pipeline.models import Lead, LostReason, Stage, StageKind
from crm.pipeline.steps import LENGTH, REMINDER, choices
from crm.pipeline.wants import Want, missing

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


def begin(lead: Lead, stage: Stage, *, now: datetime, given: Collection[str] = ()) -> Done:
    """Carry out what the stage does to a lead that has entered it, once for each entry."""
    if not stage.actions:
        return Done()
    return carry_out(
        [(each["action"], each["settings"]) for each in stage.actions], lead, Occasion(now, stage, given)
    )


def enter_by_itself(lead: Lead, stage: Stage, *, now: datetime) -> Done:
    """Nobody is there to be asked: the lead enters where the stage asks for nothing that it lacks. Else it stays and
    waits before the stage; an event and a next step say what is missing, and `go_on` lets it in. Limits are for people.
    """
    if stage.leaving_for_id is not None or lead.held_before_id == stage.pk:
        return Done()
    wanted = missing(lead, stage, {})
    return _hold(lead, stage, wanted, now) if wanted else _enter(lead, stage, now)


def go_on(lead: Lead, *, now: datetime) -> Done:
    """Let a locked lead that waits before a stage enter, if nothing is missing any more."""
    if lead.held_before_id is None or lead.stage_kind != StageKind.OPEN:
        return Done()
    stages = Stage.objects.select_related("pipeline").in_bulk([lead.held_before_id, lead.stage_id])
    stage = stages[lead.held_before_id]
    if stage.leaving_for_id is not None or missing(lead, stage, {}):
        return Done()
    lead.stage = stages[lead.stage_id]
    return _enter(lead, stage, now)


def _enter(lead: Lead, stage: Stage, now: datetime) -> Done:
    payload = enter(lead, stage, now=now)
    moved = EventDraft(name="lead.stage_changed", subject=lead, actor=SYSTEM, payload=payload)
    return Done(STAGE_COLUMNS, [moved]) + begin(lead, stage, now=now)


def _hold(lead: Lead, stage: Stage, wanted: Sequence[Want], now: datetime) -> Done:
    lead.held_before = stage
    profile = company()
    with translation.override(lead.owner.language if lead.owner else profile.language):
        fields = ", ".join(str(want.label) for want in wanted)
        text = _("Find out for “%(stage)s”: %(fields)s") % {"stage": stage.name, "fields": fields}
    payload = {
        "to": stage.name,
        "to_id": stage.pk,
        "missing": [want.key for want in wanted],
        "fields": fields,
    }
    held = Done(
        ["held_before"],
        [EventDraft(name="lead.held_back", subject=lead, actor=SYSTEM, payload=payload)],
    )
    if lead.next_step:
        return held
    due_at = next(iter(choices(now, profile.timezone).values()))
    return held + plan_by_itself(lead, text, due_at, now=now)


def plan_by_itself(lead: Lead, text: str, due_at: datetime, *, now: datetime) -> Done:
    """The next step of a locked lead, and the reminder of it."""
    lead.next_step, lead.next_step_at = text[:LENGTH], due_at
    due = due_at.isoformat()
    if due_at > now:
        waiting = {"due_at": due, "user": None}
        schedule(kind=REMINDER, key=str(lead.pk), due_at=due_at, payload=waiting, lead_id=lead.pk)
    payload = {"next_step": lead.next_step, "due_at": due}
    draft = EventDraft(name="lead.next_step_set", subject=lead, actor=SYSTEM, payload=payload)
    return Done(["next_step", "next_step_at"], [draft])


def assigned(lead: Lead) -> dict[str, Any]:
    """The payload of "lead.assigned"."""
    return {
        "owner_id": lead.owner_id,
        "owner": str(lead.owner or ""),
        "team_id": lead.team_id,
        "team": str(lead.team or ""),
    }
