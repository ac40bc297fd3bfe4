"""A stage goes, and its leads to another: a few at once, many in the background."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Case, F, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from core.access.models import User
from core.events.actor import Actor
from core.events.operations import EventDraft, record_all
from core.jobs.models import Job
from core.jobs.operations import start
from core.jobs.registry import Step
from crm.pipeline.errors import BadStage, LostReasonNeeded, StageIsLeaving
from crm.pipeline.models import Lead, LostReason, Stage, StageKind
from crm.pipeline.operations.stages import keep_one_open, refuse_target, refuse_with_leads, tell
from crm.scoring.operations import start_rescoring
from crm.scoring.queries import rule_book

REMOVE = "crm.remove_stage"
MOVED_AT_ONCE = 1000
STAGE_FIELDS = frozenset({"lead.stage", "lead.status", "lead.stage_entered_at"})


@transaction.atomic
def delete_stage(
    *,
    stage_id: int,
    actor: Actor,
    move_leads_to: int | None = None,
    lost_reason: LostReason | None = None,
    user: User | None = None,
) -> Job | None:
    """Delete a stage; its leads go to another stage of the pipeline, each with its event. Where they are many this
    happens in the background, and the job is returned: nothing enters the stage meanwhile. They neither have to have
    what the other stage asks for, nor set off what happens on entering it: nobody has moved them on.

    Raises StageHasLeads while there are leads and no target, LostReasonNeeded for a lost target without a
    reason, BadStage for the last open stage, StageIsLeaving where it is being removed already.
    """
    stage = Stage.objects.select_for_update().select_related("pipeline").get(pk=stage_id)
    if stage.leaving_for_id is not None:
        raise StageIsLeaving(_("“%(stage)s” is being removed.") % {"stage": stage.name})
    keep_one_open(stage)
    refuse_target(stage)
    if move_leads_to is None:
        refuse_with_leads(stage, _("Choose the stage that takes its leads."))
        _delete(stage, actor)
        return None
    target = Stage.objects.select_related("pipeline").get(pk=move_leads_to, pipeline=stage.pipeline_id)
    if target.pk == stage.pk or target.leaving_for_id is not None:
        raise BadStage(_("Choose another stage for the leads."))
    if target.kind == StageKind.LOST and lost_reason is None:
        raise LostReasonNeeded(_("Say why the leads were lost."))
    if Lead.objects.filter(stage=stage)[: MOVED_AT_ONCE + 1].count() > MOVED_AT_ONCE:
        return _leave_to_a_job(stage, target, lost_reason, user)
    moved = _move_some(stage, target, lost_reason, actor)
    _score_again(moved)
    _delete(stage, actor)
    return None


def _leave_to_a_job(stage: Stage, target: Stage, lost_reason: LostReason | None, user: User | None) -> Job:
    stage.leaving_for, stage.takes_qualified = target, False
    stage.save(update_fields=["leaving_for", "takes_qualified"])
    Lead.objects.filter(held_before=stage).update(held_before=None)
    payload = {"stage": stage.pk, "name": stage.name, "lost_reason": lost_reason.pk if lost_reason else None}
    tell(stage, "stage being deleted", stage.name, Actor.of(user))
    return start(kind=REMOVE, payload=payload, created_by=user)


def remove_next(job: Job) -> Step:
    """Move on the next leads of a stage that is being removed; the last time it goes itself."""
    found = Stage.objects.select_related("pipeline", "leaving_for").filter(pk=job.payload["stage"])
    stage = found.first()
    if stage is None or stage.leaving_for is None:
        return Step(job.done, job.done, None, finished=True)
    total = Lead.objects.filter(stage=stage).count() if job.total is None else job.total
    reason = LostReason.objects.filter(pk=job.payload.get("lost_reason") or 0).first()
    actor = Actor.of(job.created_by)
    moved = _move_some(stage, stage.leaving_for, reason, actor)
    so_far = job.done + moved
    if moved == MOVED_AT_ONCE:
        return Step(so_far, max(total, so_far), None, finished=False)
    # Whoever has just brought a lead holds the stage until that is committed.
    Stage.objects.select_for_update().get(pk=stage.pk)
    so_far += _move_some(stage, stage.leaving_for, reason, actor)
    _score_again(so_far)
    _delete(stage, actor)
    return Step(so_far, max(total, so_far), None, finished=True)


def _move_some(stage: Stage, target: Stage, lost_reason: LostReason | None, actor: Actor) -> int:
    """At most `MOVED_AT_ONCE` leads by three statements; returns how many."""
    reason, now = (lost_reason if target.kind == StageKind.LOST else None), timezone.now()
    waiting = Lead.objects.select_for_update(no_key=True).filter(stage=stage).order_by("pk")
    rows = list(waiting.only("pk", "contact_id")[:MOVED_AT_ONCE])
    if not rows:
        return 0
    Lead.objects.filter(pk__in=[lead.pk for lead in rows]).update(
        stage=target,
        stage_kind=target.kind,
        stage_entered_at=now,
        closed_at=None if target.kind == StageKind.OPEN else now,
        lost_reason=reason,
        revision=F("revision") + 1,
        **_of_what_is_planned(target),
    )
    payload = {
        "from": stage.name,
        "from_id": stage.pk,
        "to": target.name,
        "to_id": target.pk,
        "kind": target.kind,
        "lost_reason": reason.name if reason else "",
    }
    record_all(
        EventDraft(name="lead.stage_changed", subject=lead, actor=actor, payload=payload) for lead in rows
    )
    return len(rows)


def _of_what_is_planned(target: Stage) -> dict[str, Any]:
    """What is closed waits for nothing; who waited before the target is there."""
    if target.kind != StageKind.OPEN:
        return {"next_step": "", "next_step_at": None, "held_before": None}
    return {"held_before": Case(When(held_before=target, then=Value(None)), default=F("held_before"))}


def _score_again(moved: int) -> None:
    if moved and not rule_book().fields_used().isdisjoint(STAGE_FIELDS):
        start_rescoring(user=None)


def _delete(stage: Stage, actor: Actor) -> None:
    tell(stage, "stage deleted", stage.name, actor)
    stage.delete()
