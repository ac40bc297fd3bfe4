"""The next step of a lead: what happens next and when (spec 7.1, 7.7)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.access.models import User
from core.due.operations import schedule
from core.events.actor import Actor
from core.notifications.operations import notify
from core.text import clean_words
from crm.pipeline.errors import LeadIsClosed
from crm.pipeline.links import lead_url
from crm.pipeline.models import Lead, StageKind
from crm.pipeline.operations.writing import check_revision, save_changed
from crm.pipeline.queries import locked_lead
from crm.pipeline.steps import LENGTH, REMINDER, Step


@transaction.atomic
def set_next_step(
    *,
    lead_id: int,
    text: str,
    due_at: datetime | None,
    actor: Actor,
    expected_revision: int | None = None,
) -> Lead:
    """Write what happens next and when; an empty text clears both. At its time whoever has the lead is reminded.

    Raises LeadIsClosed for a lead that is won or lost, StaleLead, Lead.DoesNotExist.
    """
    lead = locked_lead(lead_id)
    check_revision(lead, expected_revision)
    return plan_next_step(lead=lead, text=text, due_at=due_at, actor=actor)


def plan_next_step(*, lead: Lead, text: str, due_at: datetime | None, actor: Actor) -> Lead:
    """`set_next_step` of a lead that the caller's transaction has locked."""
    payload = write_next_step(lead=lead, text=text, due_at=due_at, actor=actor)
    if payload is not None:
        _save(lead, "lead.next_step_set", payload, actor)
    return lead


def write_next_step(*, lead: Lead, text: str, due_at: datetime | None, actor: Actor) -> dict[str, Any] | None:
    """Set the columns of a locked lead and its reminder; returns the payload of "lead.next_step_set", None where nothing
    changes. The caller saves and records. Raises LeadIsClosed.
    """
    step = " ".join(clean_words(text).split())[:LENGTH]
    due_at = due_at if step else None
    if (lead.next_step, lead.next_step_at) == (step, due_at):
        return None
    if step and lead.stage_kind != StageKind.OPEN:
        raise LeadIsClosed(_("The lead is closed. Move it to an open stage first."))
    lead.next_step, lead.next_step_at = step, due_at
    if due_at is not None and due_at > clock.now():
        payload = {"due_at": due_at.isoformat(), "user": actor.user_id}
        schedule(kind=REMINDER, key=str(lead.pk), due_at=due_at, payload=payload, lead_id=lead.pk)
    return _told(step, due_at)


@transaction.atomic
def complete_next_step(
    *, lead_id: int, actor: Actor, expected_revision: int | None = None
) -> tuple[Lead, Step]:
    """The step was taken: it goes, and what it was is returned. Nothing happens where there is none. Raises StaleLead."""
    lead = locked_lead(lead_id)
    check_revision(lead, expected_revision)
    done = Step(lead.next_step, lead.next_step_at)
    if not done.text:
        return lead, done
    lead.next_step, lead.next_step_at = "", None
    _save(lead, "lead.next_step_done", _told(done.text, done.due_at), actor)
    return lead, done


def remind(*, lead_id: int, due_at: datetime, set_by: int | None, now: datetime) -> bool:
    """Tell the lead's owner, else whoever set the step, that its time has come.

    False where the step was taken, moved or became nobody's meanwhile.
    """
    lead = Lead.objects.filter(pk=lead_id, stage_kind=StageKind.OPEN, next_step_at=due_at).first()
    if lead is None:
        return False
    whom = lead.owner_id or set_by
    person = User.objects.filter(pk=whom, is_active=True).first() if whom else None
    if person is None:
        return False
    params = {"step": lead.next_step, "lead": lead.title}
    key = f"{lead.pk}:{due_at.isoformat()}"
    notify(users=[person], kind="lead.next_step_due", key=key, params=params, url=lead_url(lead))
    return True


def _told(text: str, due_at: datetime | None) -> dict[str, Any]:
    return {"next_step": text, "due_at": due_at.isoformat() if due_at else None}


def _save(lead: Lead, event: str, payload: dict[str, Any], actor: Actor) -> None:
    save_changed(lead, ["next_step", "next_step_at"], event, payload, actor, {"lead.next_step_at"})
