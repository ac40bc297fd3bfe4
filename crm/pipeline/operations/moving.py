"""A lead goes to another stage because somebody says so: what the stage asks for is asked, its limit kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import clock
from core.access.models import User
from core.events.actor import Actor
from core.events.operations import EventDraft, record_all
from crm.actions.registry import Done
from crm.pipeline.entering import STAGE_COLUMNS, begin, enter
from crm.pipeline.errors import BadGiven, LostReasonNeeded, StageIsFull, StageIsLeaving, StageWants
from crm.pipeline.models import Lead, LostReason, Stage, StageKind
from crm.pipeline.operations.steps import plan_next_step
from crm.pipeline.operations.writing import check_revision, save_changed
from crm.pipeline.queries import locked_lead
from crm.pipeline.steps import Step
from crm.pipeline.wants import By, Given, Stored, missing, offered
from crm.qualification.operations.answers import apply_answers
from crm.scoring.operations import lock_leads

STAGE_FIELDS = frozenset({"lead.stage", "lead.status", "lead.stage_entered_at"})

_KEEP = "SELECT wip_limit, leaving_for_id FROM crm_stage WHERE id = %s FOR KEY SHARE"
_KEEP_TO_ONESELF = "SELECT wip_limit, leaving_for_id FROM crm_stage WHERE id = %s FOR NO KEY UPDATE"


@transaction.atomic
def move_lead(
    *,
    lead_id: int,
    to_stage_id: int,
    actor: Actor,
    expected_revision: int | None = None,
    lost_reason: LostReason | None = None,
    restored: Step | None = None,
    given: Given | None = None,
    beyond_limit: bool = False,
) -> Lead:
    """Put the lead into another stage, also of another pipeline; nothing happens when it stands there
    already. A lead that is won or lost has no next step any more.

    `expected_revision` is what the mover saw: StaleLead, naming who did what and when, if it is no longer so.
    A lost stage needs a reason (LostReasonNeeded). `restored`: the next step that the lead gets back where it was
    closed by mistake. `given`: values by key of `crm.pipeline.wants`, stored with the move or not at all (BadGiven);
    StageWants names what the stage asks for and is still not known. StageIsFull at the limit of the stage;
    `beyond_limit` is for those who may go over it. Raises Lead.DoesNotExist and Stage.DoesNotExist.

    Lock order: the stage entered, then the lead. Move one lead a transaction, or all of it to one stage.
    """
    given = dict(given or {})
    stages = _stages(lead_id, to_stage_id)
    lead = _locked(lead_id, given)
    if lead.stage_id == to_stage_id:
        return lead
    check_revision(lead, expected_revision)
    target, left = stages[to_stage_id], stages.get(lead.stage_id)
    if left is not None:
        lead.stage = left
    _check_entry(target, lost_reason)
    _check_room(target, beyond_limit=beyond_limit)
    refuse_missing(lead, target, {**given, **_as_given(restored)})
    _enter(lead, target, lost_reason, actor, given)
    if restored is not None and lead.stage_kind == StageKind.OPEN:
        return plan_next_step(lead=lead, text=restored.text, due_at=restored.due_at, actor=actor)
    return lead


def keep_place(*, stage_id: int) -> Stage:
    """The stage for a lead that is about to be made in it: it stays until the end of the transaction, and where it has
    a limit nobody else brings a lead meanwhile. Raises Stage.DoesNotExist, StageIsLeaving and StageIsFull.
    """
    stage = Stage.objects.select_related("pipeline").get(pk=stage_id)
    _keep(stage)
    _check_entry(stage, None)
    _check_room(stage, beyond_limit=False)
    return stage


@transaction.atomic
def lose_lead(*, lead: Lead, reason_code: str, actor: Actor) -> bool:
    """Close a locked lead as lost for a reason known by its code ("not_interested"); False when it is closed
    already.

    It goes to the first lost stage of its pipeline, whatever that asks for. Raises Stage.DoesNotExist where there is
    none.
    """
    if lead.stage_kind != StageKind.OPEN:
        return False
    stages = Stage.objects.filter(pipeline=lead.pipeline_id, kind=StageKind.LOST).select_related("pipeline")
    stage = stages.order_by("position", "id").first()
    if stage is None:
        raise Stage.DoesNotExist("The pipeline has no lost stage.")
    _enter(lead, stage, LostReason.objects.get(code=reason_code), actor, {})
    return True


def _stages(lead_id: int, to_stage_id: int) -> dict[int, Stage]:
    """The stage that the lead is in and the one that it goes to; this one cannot be removed until the end of the
    transaction, and where it has a limit nobody else can bring a lead meanwhile.
    """
    here = Lead.objects.filter(pk=lead_id).values("stage")
    rows = Stage.objects.select_related("pipeline").filter(Q(pk=to_stage_id) | Q(pk__in=here))
    stages = {row.pk: row for row in rows}
    if to_stage_id not in stages:
        raise Stage.DoesNotExist(f"There is no stage {to_stage_id}.")
    _keep(stages[to_stage_id])
    return stages


def _keep(stage: Stage) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_KEEP if stage.wip_limit is None else _KEEP_TO_ONESELF, [stage.pk])
        row = cursor.fetchone()
    if row is None:
        raise Stage.DoesNotExist(f"There is no stage {stage.pk}.")
    stage.wip_limit, stage.leaving_for_id = row


def _locked(lead_id: int, given: Given) -> Lead:
    """The lead; with the others of its contact, in order of id, where what is given touches them."""
    if given:
        wants = offered()
        if any(wants[key].of_contact for key in given if key in wants):
            lock_leads(contact=Lead.objects.select_related("contact").get(pk=lead_id).contact)
    return locked_lead(lead_id)


def _as_given(restored: Step | None) -> dict[str, Any]:
    return {"lead.next_step": restored} if restored and restored.text and restored.due_at else {}


def _check_entry(stage: Stage, lost_reason: LostReason | None) -> None:
    if stage.leaving_for_id is not None:
        raise StageIsLeaving(_("“%(stage)s” is being removed. Choose another stage.") % {"stage": stage.name})
    if stage.kind == StageKind.LOST and lost_reason is None:
        raise LostReasonNeeded(_("Say why the lead was lost."))


def refuse_missing(lead: Lead, stage: Stage, given: Given) -> None:
    """Raises StageWants where the stage asks for something that the lead has not, nor was given. The last to be
    checked: nobody fills in a form to be sent away after it.
    """
    wanted = missing(lead, stage, given)
    if wanted:
        names = ", ".join(str(want.label) for want in wanted)
        sentence = _("“%(stage)s” needs of a lead: %(fields)s.") % {"stage": stage.name, "fields": names}
        raise StageWants(sentence, stage=stage, missing=wanted)


def _check_room(stage: Stage, *, beyond_limit: bool) -> None:
    if stage.wip_limit is None or beyond_limit:
        return
    count = Lead.objects.filter(stage=stage).count()
    if count >= stage.wip_limit:
        sentence = ngettext(
            "“%(stage)s” is full: it takes %(limit)d lead. Move one on first, or ask a manager.",
            "“%(stage)s” is full: it takes %(limit)d leads. Move one on first, or ask a manager.",
            stage.wip_limit,
        )
        raise StageIsFull(
            sentence % {"stage": stage.name, "limit": stage.wip_limit}, stage=stage, count=count
        )


def _enter(lead: Lead, stage: Stage, lost_reason: LostReason | None, actor: Actor, given: Given) -> None:
    now = clock.now()
    payload = enter(lead, stage, now=now, lost_reason=lost_reason)
    stored = _store(lead, given, actor) if given else Stored()
    begun = begin(lead, stage, now=now, given=given)
    done = Done(stored.changed, stored.drafts) + begun
    if not stored.answers:
        concerned = STAGE_FIELDS | set(given) | {f"lead.{name}" for name in begun.changed}
        save_changed(lead, STAGE_COLUMNS, "lead.stage_changed", payload, actor, concerned, done)
        return
    lead.revision += 1
    moved = EventDraft(name="lead.stage_changed", subject=lead, actor=actor, payload=payload)
    record_all([moved, *done.drafts])
    columns = {*STAGE_COLUMNS, *done.changed, "revision"}
    apply_answers(lead=lead, answers=stored.answers, actor=actor, changed=columns)


def _store(lead: Lead, given: Mapping[str, Any], actor: Actor) -> Stored:
    """Set what was given on the lead; what belongs to its contact is written at once."""
    wants = offered()
    user = User.objects.filter(pk=actor.user_id).first() if actor.user_id else None
    by, found = By(actor, user), []
    for key, value in given.items():
        if key not in wants:
            raise BadGiven(_("No stage can ask for this."), key)
        if value not in (None, ""):
            found.append(wants[key].store(lead, value, by))
    return Stored(
        [name for each in found for name in each.changed],
        [draft for each in found for draft in each.drafts],
        [answer for each in found for answer in each.answers],
    )
