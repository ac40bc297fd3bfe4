from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from rest_framework import serializers

from core.api.drafts import Draft, List, OneOf, Reference, Whole, Words, YesNo
from core.api.endpoint import Call, Endpoint, operation
from core.keys.scopes import Scope
from crm.pipeline import operations
from crm.pipeline.api.shapes import (
    LOST_REASONS,
    PIPELINES,
    STAGE_LIST,
    LostReasonShape,
    PipelineShape,
    StageShape,
)
from crm.pipeline.models import LostReason, Pipeline, Stage, StageKind
from crm.pipeline.operations import StageDraft

TAG = "Settings"


class ActionDraft(Draft):
    action = Words(max_length=40, help_text="assign, next_step, notify or flow.")
    settings = serializers.DictField(
        child=Words(max_length=200),
        required=False,
        help_text='Of the action: {"to": "team:1"}, {"text": "Call", "days": "1"}, {"flow": "inbound"}.',
    )


class StageChangesDraft(Draft):
    name = Words(max_length=100, required=False)
    kind = OneOf(choices=StageKind.choices, required=False)
    probability = Whole(max_value=100, required=False)
    rotting_days = Whole(min_value=1, max_value=1000, required=False, allow_null=True)
    takes_qualified = YesNo(required=False)
    required = List(child=Words(max_length=80), max_length=50, required=False)
    actions = List(child=ActionDraft(), max_length=10, required=False)
    wip_limit = Whole(min_value=1, required=False, allow_null=True)


class StagePlaceDraft(StageChangesDraft):
    position = Whole(required=False, help_text="The place among the stages of its pipeline, from 0.")


class NewStageDraft(StageChangesDraft):
    pipeline = Reference()
    name = Words(max_length=100)


class PipelineStageDraft(StageChangesDraft):
    name = Words(max_length=100)


class NewPipelineDraft(Draft):
    name = Words(max_length=100)
    currency = Words(max_length=3, min_length=3, required=False)
    stages = List(child=PipelineStageDraft(), min_length=1, max_length=50)


class PipelineChangesDraft(Draft):
    name = Words(max_length=100, required=False)
    currency = Words(max_length=3, min_length=3, required=False)
    position = Whole(
        required=False, help_text="The place among the pipelines, from 0; new leads begin in the first."
    )


class LostReasonDraft(Draft):
    name = Words(max_length=100)
    active = YesNo(required=False, help_text="Whether it can be given to a lead.")


class LostReasonChangesDraft(Draft):
    name = Words(max_length=100, required=False)
    active = YesNo(required=False, help_text="Leads that have it keep it.")


class RemovalDraft(Draft):
    move_leads_to = Reference(required=False, help_text="A stage of the same pipeline that takes the leads.")
    lost_reason = Words(max_length=100, required=False, help_text="By name; needed for a lost stage.")


class Pipelines(Endpoint):
    tag = TAG

    @operation(Scope.SETTINGS_READ, "Pipelines with their stages", listing=PIPELINES)
    def get(self, call: Call) -> Any:
        return call.page(Pipeline.objects.all())

    @operation(Scope.SETTINGS_WRITE, "Add a pipeline", into=NewPipelineDraft, out=PipelineShape, status=201)
    def post(self, call: Call) -> Any:
        values = {**call.data, "stages": [StageDraft(**_plain(each)) for each in call.data["stages"]]}
        made = operations.create_pipeline(actor=call.actor, **values)
        return call.one(Pipeline.objects.filter(pk=made.pk))


class OnePipeline(Endpoint):
    tag = TAG

    @operation(Scope.SETTINGS_READ, "A pipeline", out=PipelineShape)
    def get(self, call: Call, public_id: UUID) -> Any:
        return call.one(Pipeline.objects.filter(public_id=public_id))

    @operation(Scope.SETTINGS_WRITE, "Change a pipeline", into=PipelineChangesDraft, out=PipelineShape)
    def patch(self, call: Call, public_id: UUID) -> Any:
        pk = call.lock(Pipeline.objects.filter(public_id=public_id))
        found, values = Pipeline.objects.get(pk=pk), dict(call.data)
        place = values.pop("position", None)
        if values:
            operations.update_pipeline(pipeline_id=pk, actor=call.actor, **{"name": found.name, **values})
        if place is not None:
            order = list(Pipeline.objects.order_by("position", "id").values_list("pk", flat=True))
            operations.reorder_pipelines(pipeline_ids=_placed(order, pk, place), actor=call.actor)
        return call.one(Pipeline.objects.filter(pk=pk))

    @operation(Scope.SETTINGS_WRITE, "Delete a pipeline without leads")
    def delete(self, call: Call, public_id: UUID) -> None:
        pk = call.lock(Pipeline.objects.filter(public_id=public_id), PipelineShape)
        operations.delete_pipeline(pipeline_id=pk, actor=call.actor)


class Stages(Endpoint):
    tag = TAG

    @operation(Scope.SETTINGS_READ, "Stages", listing=STAGE_LIST)
    def get(self, call: Call) -> Any:
        return call.page(Stage.objects.all())

    @operation(
        Scope.SETTINGS_WRITE,
        "Add a stage",
        about="An open one stands before the closed ones.",
        into=NewStageDraft,
        out=StageShape,
        status=201,
    )
    def post(self, call: Call) -> Any:
        values = _plain(call.data)
        pipeline = Pipeline.objects.filter(public_id=values.pop("pipeline")).first()
        if pipeline is None:
            call.refuse("/pipeline", "unknown", "There is no such pipeline.")
        made = operations.create_stage(pipeline_id=pipeline.pk, draft=StageDraft(**values), actor=call.actor)
        return call.one(Stage.objects.filter(pk=made.pk))


class OneStage(Endpoint):
    tag = TAG

    @operation(Scope.SETTINGS_READ, "A stage", out=StageShape)
    def get(self, call: Call, public_id: UUID) -> Any:
        return call.one(Stage.objects.filter(public_id=public_id))

    @operation(
        Scope.SETTINGS_WRITE,
        "Change a stage",
        about="What is left out stays.",
        into=StagePlaceDraft,
        out=StageShape,
    )
    def patch(self, call: Call, public_id: UUID) -> Any:
        pk = call.lock(Stage.objects.filter(public_id=public_id))
        found, values = Stage.objects.get(pk=pk), _plain(call.data)
        place = values.pop("position", None)
        if values:
            kept = {name: getattr(found, name) for name in StageDraft.__dataclass_fields__}
            operations.update_stage(stage_id=pk, draft=StageDraft(**{**kept, **values}), actor=call.actor)
        if place is not None:
            stages = Stage.objects.filter(pipeline=found.pipeline_id).order_by("position", "id")
            order = _placed(list(stages.values_list("pk", flat=True)), pk, place)
            operations.reorder_stages(pipeline_id=found.pipeline_id, stage_ids=order, actor=call.actor)
        return call.one(Stage.objects.filter(pk=pk))


class RemoveStage(Endpoint):
    tag = TAG

    @operation(
        Scope.SETTINGS_WRITE,
        "Remove a stage",
        about="Its leads go to `move_leads_to`; more than 1,000 of them in the background: `leaving_for` of the stage is "
        "set until it is gone, and nothing enters it.",
        into=RemovalDraft,
    )
    def post(self, call: Call, public_id: UUID) -> None:
        stage = Stage.objects.get(public_id=public_id)
        target = reason = None
        if "move_leads_to" in call.data:
            beside = Stage.objects.filter(pipeline=stage.pipeline_id)
            target = beside.filter(public_id=call.data["move_leads_to"]).first()
            if target is None:
                call.refuse("/move_leads_to", "unknown", "There is no such stage in this pipeline.")
        if "lost_reason" in call.data:
            reason = LostReason.objects.filter(name=call.data["lost_reason"], active=True).first()
            if reason is None:
                call.refuse("/lost_reason", "unknown", "There is no such reason.")
        operations.delete_stage(
            stage_id=stage.pk,
            actor=call.actor,
            move_leads_to=target.pk if target else None,
            lost_reason=reason,
            user=call.key.person,
        )


class LostReasons(Endpoint):
    tag = TAG

    @operation(Scope.SETTINGS_READ, "Why leads are lost", listing=LOST_REASONS)
    def get(self, call: Call) -> Any:
        return call.page(LostReason.objects.all())

    @operation(Scope.SETTINGS_WRITE, "Add a reason", into=LostReasonDraft, out=LostReasonShape, status=201)
    def post(self, call: Call) -> Any:
        made = operations.save_lost_reason(actor=call.actor, **call.data)
        return call.one(LostReason.objects.filter(pk=made.pk))


class OneLostReason(Endpoint):
    tag = TAG

    @operation(Scope.SETTINGS_READ, "Why leads are lost: a reason", out=LostReasonShape)
    def get(self, call: Call, public_id: UUID) -> Any:
        return call.one(LostReason.objects.filter(public_id=public_id))

    @operation(Scope.SETTINGS_WRITE, "Change a reason", into=LostReasonChangesDraft, out=LostReasonShape)
    def patch(self, call: Call, public_id: UUID) -> Any:
        pk = call.lock(LostReason.objects.filter(public_id=public_id))
        found = LostReason.objects.get(pk=pk)
        values = {"name": found.name, "active": found.active, **call.data}
        operations.save_lost_reason(reason_id=pk, actor=call.actor, **values)
        return call.one(LostReason.objects.filter(pk=pk))


def _plain(data: Mapping[str, Any]) -> dict[str, Any]:
    values = dict(data)
    if "actions" in values:
        values["actions"] = [
            {"action": each["action"], "settings": dict(each.get("settings", {}))}
            for each in values["actions"]
        ]
    return values


def _placed(order: list[int], pk: int, place: int) -> list[int]:
    rest = [each for each in order if each != pk]
    return [*rest[:place], pk, *rest[place:]]
