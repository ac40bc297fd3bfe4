"""Pipelines and their stages, for admins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.events.actor import Actor
from core.events.operations import EventDraft, record, record_all
from core.text import clean
from crm.pipeline.errors import BadStage, LostReasonNeeded, StageHasLeads
from crm.pipeline.models import Lead, LostReason, Pipeline, Stage, StageKind
from crm.pipeline.queries import default_stage
from crm.scoring.operations import start_rescoring
from crm.scoring.queries import rule_book

STAGE_FIELDS = frozenset({"lead.stage", "lead.status", "lead.stage_entered_at"})
MOVED_AT_ONCE = 1000


@dataclass(frozen=True)
class StageDraft:
    """What an admin writes. `probability` is in percent, `rotting_days` None for never.

    `takes_qualified`: leads that become qualified come here; at most one open stage of a pipeline does.
    """

    name: str
    kind: str = StageKind.OPEN
    probability: int = 10
    rotting_days: int | None = None
    takes_qualified: bool = False


@transaction.atomic
def create_pipeline(
    *, name: str, stages: Sequence[StageDraft], actor: Actor, currency: str = "AMD"
) -> Pipeline:
    """A pipeline with its stages in this order, placed last. Raises BadStage."""
    name = _name(name)
    if Pipeline.objects.filter(name=name).exists():
        raise BadStage(_("There is a pipeline “%(name)s” already.") % {"name": name})
    stages = [replace(stage, name=_name(stage.name)) for stage in stages]
    if not any(stage.kind == StageKind.OPEN for stage in stages):
        raise BadStage(_("A pipeline needs at least one open stage."))
    if len({stage.name for stage in stages}) < len(stages):
        raise BadStage(_("Two stages have the same name."))
    for stage in stages:
        _check_taking(stage)
    pipeline = Pipeline.objects.create(name=name, position=Pipeline.objects.count(), currency=currency)
    Stage.objects.bulk_create(
        Stage(
            pipeline=pipeline,
            name=stage.name,
            kind=stage.kind,
            position=position,
            probability=stage.probability,
            rotting_days=stage.rotting_days,
            takes_qualified=stage.takes_qualified,
        )
        for position, stage in enumerate(stages)
    )
    _tell(pipeline, "pipeline created", name, actor)
    return pipeline


@transaction.atomic
def rename_pipeline(*, pipeline_id: int, name: str, actor: Actor) -> Pipeline:
    pipeline = Pipeline.objects.select_for_update().get(pk=pipeline_id)
    name = _name(name)
    if Pipeline.objects.filter(name=name).exclude(pk=pipeline_id).exists():
        raise BadStage(_("There is a pipeline “%(name)s” already.") % {"name": name})
    pipeline.name = name
    pipeline.save(update_fields=["name"])
    _tell(pipeline, "pipeline renamed", name, actor)
    return pipeline


@transaction.atomic
def delete_pipeline(*, pipeline_id: int, actor: Actor) -> None:
    """Raises StageHasLeads while it has any lead, and BadStage for the only pipeline."""
    pipeline = Pipeline.objects.select_for_update().get(pk=pipeline_id)
    count = Lead.objects.filter(pipeline=pipeline).count()
    if count:
        raise StageHasLeads(_("Move the leads of this pipeline first."), count)
    if not Pipeline.objects.exclude(pk=pipeline_id).exists():
        raise BadStage(_("This is the only pipeline. Create another one first."))
    _tell(pipeline, "pipeline deleted", pipeline.name, actor)
    pipeline.delete()


@transaction.atomic
def reorder_pipelines(*, pipeline_ids: Sequence[int], actor: Actor) -> None:
    """Put the pipelines into this order; those that are not named follow. New leads begin in the first."""
    rows = {row.pk: row for row in Pipeline.objects.select_for_update().order_by("position", "id")}
    ordered = [rows.pop(pk) for pk in pipeline_ids if pk in rows] + list(rows.values())
    for position, pipeline in enumerate(ordered):
        pipeline.position = position
    Pipeline.objects.bulk_update(ordered, ["position"])
    if ordered:
        _tell(ordered[0], "pipelines reordered", ordered[0].name, actor)


@transaction.atomic
def create_stage(*, pipeline_id: int, draft: StageDraft, actor: Actor) -> Stage:
    """Add a stage: an open one before the closed ones, a closed one at the end. Raises BadStage."""
    pipeline = Pipeline.objects.select_for_update().get(pk=pipeline_id)
    name = _free_name(pipeline, draft.name)
    _take_over_qualified(pipeline, draft)
    stages = list(pipeline.stages.order_by("position", "id"))
    open_first = [each.pk for each in stages if each.kind == StageKind.OPEN]
    stage = Stage.objects.create(
        pipeline=pipeline,
        name=name,
        kind=draft.kind,
        position=len(stages),
        probability=draft.probability,
        rotting_days=draft.rotting_days,
        takes_qualified=draft.takes_qualified,
    )
    if draft.kind == StageKind.OPEN:
        _number(stages, [*open_first, stage.pk], extra=stage)
    _tell(stage, "stage created", name, actor)
    return stage


@transaction.atomic
def update_stage(*, stage_id: int, draft: StageDraft, actor: Actor) -> Stage:
    """Rename or change a stage. Raises BadStage, StageHasLeads for another kind of a stage with leads."""
    stage = Stage.objects.select_for_update().select_related("pipeline").get(pk=stage_id)
    name = _free_name(stage.pipeline, draft.name, but=stage)
    if draft.kind != stage.kind:
        _refuse_with_leads(stage, _("Its leads would be closed or opened: move them to another stage first."))
        _keep_one_open(stage)
    _take_over_qualified(stage.pipeline, draft)
    stage.name, stage.kind, stage.takes_qualified = name, draft.kind, draft.takes_qualified
    stage.probability, stage.rotting_days = draft.probability, draft.rotting_days
    stage.save()
    _tell(stage, "stage changed", name, actor)
    return stage


def _check_taking(draft: StageDraft) -> None:
    if draft.takes_qualified and draft.kind != StageKind.OPEN:
        raise BadStage(_("Only an open stage can take leads that become qualified."))


def _take_over_qualified(pipeline: Pipeline, draft: StageDraft) -> None:
    """The newest choice counts: another stage of the pipeline gives the task up."""
    _check_taking(draft)
    if draft.takes_qualified:
        pipeline.stages.filter(takes_qualified=True).update(takes_qualified=False)


@transaction.atomic
def reorder_stages(*, pipeline_id: int, stage_ids: Sequence[int], actor: Actor) -> list[Stage]:
    """Put the stages into this order; those that are not named follow in their old order."""
    pipeline = Pipeline.objects.select_for_update().get(pk=pipeline_id)
    ordered = _number(list(pipeline.stages.order_by("position", "id")), stage_ids)
    _tell(pipeline, "stages reordered", pipeline.name, actor)
    return ordered


@transaction.atomic
def delete_stage(
    *,
    stage_id: int,
    actor: Actor,
    move_leads_to: int | None = None,
    lost_reason: LostReason | None = None,
) -> int:
    """Delete a stage; its leads go to another stage of the pipeline, each with its event. Returns how many
    went.

    Raises StageHasLeads while there are leads and no target, LostReasonNeeded for a lost target without a
    reason, BadStage for the last open stage.
    """
    stage = Stage.objects.select_for_update().select_related("pipeline").get(pk=stage_id)
    _keep_one_open(stage)
    if move_leads_to is None:
        _refuse_with_leads(stage, _("Choose the stage that takes its leads."))
        moved = 0
    else:
        target = Stage.objects.select_related("pipeline").get(pk=move_leads_to, pipeline=stage.pipeline_id)
        if target.pk == stage.pk:
            raise BadStage(_("Choose another stage for the leads."))
        moved = _move_all(stage, target, lost_reason, actor)
    _tell(stage, "stage deleted", stage.name, actor)
    stage.delete()
    return moved


def _move_all(stage: Stage, target: Stage, lost_reason: LostReason | None, actor: Actor) -> int:
    if target.kind == StageKind.LOST and lost_reason is None:
        raise LostReasonNeeded(_("Say why the leads were lost."))
    lost_reason = lost_reason if target.kind == StageKind.LOST else None
    now, moved = timezone.now(), 0
    closing = {} if target.kind == StageKind.OPEN else {"next_step": "", "next_step_at": None}
    payload = {
        "from": stage.name,
        "from_id": stage.pk,
        "to": target.name,
        "to_id": target.pk,
        "kind": target.kind,
        "lost_reason": lost_reason.name if lost_reason else "",
    }
    while rows := _locked_leads(stage):
        ids = [lead.pk for lead in rows]
        Lead.objects.filter(pk__in=ids).update(
            stage=target,
            stage_kind=target.kind,
            stage_entered_at=now,
            closed_at=None if target.kind == StageKind.OPEN else now,
            lost_reason=lost_reason,
            revision=F("revision") + 1,
            **closing,
        )
        record_all(
            EventDraft(name="lead.stage_changed", subject=lead, actor=actor, payload=payload) for lead in rows
        )
        moved += len(ids)
    if moved and not rule_book().fields_used().isdisjoint(STAGE_FIELDS):
        start_rescoring(user=None)
    return moved


def _locked_leads(stage: Stage) -> list[Lead]:
    leads = Lead.objects.select_for_update(no_key=True).filter(stage=stage).order_by("pk")
    return list(leads.only("pk", "contact_id")[:MOVED_AT_ONCE])


def _refuse_with_leads(stage: Stage, advice: str) -> None:
    count = Lead.objects.filter(stage=stage).count()
    if count:
        sentence = ngettext(
            "%(count)d lead stands in “%(stage)s”.", "%(count)d leads stand in “%(stage)s”.", count
        )
        raise StageHasLeads(f"{sentence % {'count': count, 'stage': stage.name}} {advice}", count)


def _keep_one_open(stage: Stage) -> None:
    others = Stage.objects.filter(pipeline=stage.pipeline_id, kind=StageKind.OPEN).exclude(pk=stage.pk)
    if stage.kind == StageKind.OPEN and not others.exists():
        raise BadStage(_("A pipeline needs at least one open stage."))


def _number(stages: list[Stage], first: Sequence[int], extra: Stage | None = None) -> list[Stage]:
    rows = {stage.pk: stage for stage in [*stages, *([extra] if extra else [])]}
    ordered = [rows.pop(pk) for pk in first if pk in rows]
    ordered += rows.values()
    for position, stage in enumerate(ordered):
        stage.position = position
    Stage.objects.bulk_update(ordered, ["position"])
    return ordered


def _name(name: str) -> str:
    kept = " ".join(clean(name).split())[:100]
    if not kept:
        raise BadStage(_("Give it a name."))
    return kept


def _free_name(pipeline: Pipeline, name: str, but: Stage | None = None) -> str:
    kept = _name(name)
    others = pipeline.stages.filter(name=kept)
    if (others.exclude(pk=but.pk) if but else others).exists():
        raise BadStage(_("There is a stage “%(name)s” already.") % {"name": kept})
    return kept


def _tell(subject: Pipeline | Stage, what: str, name: str, actor: Actor) -> None:
    record(name="pipeline.changed", subject=subject, actor=actor, payload={"what": what, "name": name})
    default_stage.forget()
