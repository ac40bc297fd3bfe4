"""Pipelines and their stages, for admins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.events.actor import Actor
from core.events.operations import record
from core.text import clean
from crm.actions import registry
from crm.actions.errors import BadAction
from crm.actions.registry import ACTIONS, Offered
from crm.pipeline.errors import BadStage, StageHasLeads, StageIsLeaving
from crm.pipeline.models import Lead, Pipeline, Stage, StageKind
from crm.pipeline.queries import default_stage
from crm.pipeline.wants import offered

MOST_LEADS = 100_000
MOST_ACTIONS = 10


@dataclass(frozen=True)
class StageDraft:
    """What an admin writes. `probability` is in percent, `rotting_days` None for never.

    `takes_qualified`: leads that become qualified come here; at most one open stage of a pipeline does. `required`,
    `actions` and `wip_limit` as on the model.
    """

    name: str
    kind: str = StageKind.OPEN
    probability: int = 10
    rotting_days: int | None = None
    takes_qualified: bool = False
    required: Sequence[str] = ()
    actions: Sequence[Mapping[str, Any]] = ()
    wip_limit: int | None = None


@transaction.atomic
def create_pipeline(
    *, name: str, stages: Sequence[StageDraft], actor: Actor, currency: str = "AMD"
) -> Pipeline:
    """A pipeline with its stages in this order, placed last. Raises BadStage."""
    name = _name(name)
    if Pipeline.objects.filter(name=name).exists():
        raise BadStage(_("There is a pipeline “%(name)s” already.") % {"name": name})
    stages = [checked(replace(stage, name=_name(stage.name))) for stage in stages]
    if not any(stage.kind == StageKind.OPEN for stage in stages):
        raise BadStage(_("A pipeline needs at least one open stage."))
    if len({stage.name for stage in stages}) < len(stages):
        raise BadStage(_("Two stages have the same name."))
    pipeline = Pipeline.objects.create(name=name, position=Pipeline.objects.count(), currency=currency)
    Stage.objects.bulk_create(
        Stage(pipeline=pipeline, position=position, **asdict(stage)) for position, stage in enumerate(stages)
    )
    tell(pipeline, "pipeline created", name, actor)
    return pipeline


@transaction.atomic
def update_pipeline(*, pipeline_id: int, name: str, actor: Actor, currency: str = "") -> Pipeline:
    """Another name; another currency counts the sums of its columns, and is that of new leads. Raises BadStage."""
    pipeline = Pipeline.objects.select_for_update().get(pk=pipeline_id)
    name = _name(name)
    if Pipeline.objects.filter(name=name).exclude(pk=pipeline_id).exists():
        raise BadStage(_("There is a pipeline “%(name)s” already.") % {"name": name})
    pipeline.name, pipeline.currency = name, currency or pipeline.currency
    pipeline.save(update_fields=["name", "currency"])
    tell(pipeline, "pipeline changed", name, actor)
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
    tell(pipeline, "pipeline deleted", pipeline.name, actor)
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
        tell(ordered[0], "pipelines reordered", ordered[0].name, actor)


@transaction.atomic
def create_stage(*, pipeline_id: int, draft: StageDraft, actor: Actor) -> Stage:
    """Add a stage: an open one before the closed ones, a closed one at the end. Raises BadStage."""
    pipeline = Pipeline.objects.select_for_update().get(pk=pipeline_id)
    draft = checked(replace(draft, name=_free_name(pipeline, draft.name)))
    _take_over_qualified(pipeline, draft)
    stages = list(pipeline.stages.order_by("position", "id"))
    open_first = [each.pk for each in stages if each.kind == StageKind.OPEN]
    stage = Stage.objects.create(pipeline=pipeline, position=len(stages), **asdict(draft))
    if draft.kind == StageKind.OPEN:
        _number(stages, [*open_first, stage.pk], extra=stage)
    tell(stage, "stage created", draft.name, actor)
    return stage


@transaction.atomic
def update_stage(*, stage_id: int, draft: StageDraft, actor: Actor) -> Stage:
    """Rename or change a stage. Raises BadStage, StageHasLeads for another kind of a stage with leads."""
    stage = Stage.objects.select_for_update().select_related("pipeline").get(pk=stage_id)
    if stage.leaving_for_id is not None:
        raise StageIsLeaving(_("“%(stage)s” is being removed.") % {"stage": stage.name})
    draft = checked(replace(draft, name=_free_name(stage.pipeline, draft.name, but=stage)))
    if draft.kind != stage.kind:
        refuse_target(stage)
        refuse_with_leads(stage, _("Its leads would be closed or opened: move them to another stage first."))
        keep_one_open(stage)
    _take_over_qualified(stage.pipeline, draft)
    for column, value in asdict(draft).items():
        setattr(stage, column, value)
    stage.save()
    tell(stage, "stage changed", draft.name, actor)
    return stage


def checked(draft: StageDraft) -> StageDraft:
    """The same with what it asks for and does as it is kept. Raises BadStage."""
    if draft.kind != StageKind.OPEN and draft.takes_qualified:
        raise BadStage(_("Only an open stage can take leads that become qualified."), "takes_qualified")
    if draft.kind != StageKind.OPEN and draft.wip_limit is not None:
        raise BadStage(_("Only an open stage can have a limit."), "wip_limit")
    if draft.wip_limit is not None and not 1 <= draft.wip_limit <= MOST_LEADS:
        raise BadStage(_("A limit is from 1 to %(most)s leads.") % {"most": MOST_LEADS}, "wip_limit")
    required = list(dict.fromkeys(draft.required))
    _check_wants(required, draft.kind)
    return replace(draft, required=required, actions=_checked_actions(draft.actions))


def _check_wants(required: Sequence[str], kind: str) -> None:
    wants = offered()
    for key in required:
        if key not in wants:
            raise BadStage(_("A stage cannot ask for “%(key)s”.") % {"key": key}, "required")
        if wants[key].open_only and kind != StageKind.OPEN:
            sentence = _("What is won or lost has no “%(field)s”; the stage cannot ask for it.")
            raise BadStage(sentence % {"field": wants[key].label}, "required")


def _checked_actions(actions: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    if len(actions) > MOST_ACTIONS:
        raise BadStage(_("A stage does at most %(most)s things.") % {"most": MOST_ACTIONS}, "actions")
    choices, kept = Offered(), []
    for each in actions:
        kind = str(each.get("action", ""))
        if kind in ACTIONS and ACTIONS[kind].moves:
            raise BadStage(_("A stage cannot move on the leads that enter it."), "actions")
        try:
            settings = registry.checked(kind, each.get("settings") or {}, choices)
        except BadAction as error:
            raise BadStage(str(error), "actions") from error
        kept.append({"action": kind, "settings": settings})
    return kept


def _take_over_qualified(pipeline: Pipeline, draft: StageDraft) -> None:
    """The newest choice counts: another stage of the pipeline gives the task up."""
    if draft.takes_qualified:
        pipeline.stages.filter(takes_qualified=True).update(takes_qualified=False)


@transaction.atomic
def reorder_stages(*, pipeline_id: int, stage_ids: Sequence[int], actor: Actor) -> list[Stage]:
    """Put the stages into this order; those that are not named follow in their old order."""
    pipeline = Pipeline.objects.select_for_update().get(pk=pipeline_id)
    ordered = _number(list(pipeline.stages.order_by("position", "id")), stage_ids)
    tell(pipeline, "stages reordered", pipeline.name, actor)
    return ordered


def refuse_with_leads(stage: Stage, advice: str) -> None:
    count = Lead.objects.filter(stage=stage).count()
    if count:
        sentence = ngettext(
            "%(count)d lead stands in “%(stage)s”.", "%(count)d leads stand in “%(stage)s”.", count
        )
        raise StageHasLeads(f"{sentence % {'count': count, 'stage': stage.name}} {advice}", count)


def keep_one_open(stage: Stage) -> None:
    others = Stage.objects.filter(
        pipeline=stage.pipeline_id, kind=StageKind.OPEN, leaving_for__isnull=True
    ).exclude(pk=stage.pk)
    if stage.kind == StageKind.OPEN and not others.exists():
        raise BadStage(_("A pipeline needs at least one open stage."))


def refuse_target(stage: Stage) -> None:
    """Leads of a stage that is being removed are on their way here."""
    coming = Stage.objects.filter(leaving_for=stage).first()
    if coming is not None:
        sentence = _("The leads of “%(stage)s” are still on their way here. Try again in a minute.")
        raise BadStage(sentence % {"stage": coming.name})


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


def tell(subject: Pipeline | Stage, what: str, name: str, actor: Actor) -> None:
    record(name="pipeline.changed", subject=subject, actor=actor, payload={"what": what, "name": name})
    default_stage.forget()
