from __future__ import annotations

from typing import Any
from uuid import UUID

from core.api.endpoint import Call, Endpoint, operation
from core.keys.scopes import Scope
from crm.pipeline.api.shapes import (
    LOST_REASONS,
    PIPELINES,
    STAGE_LIST,
    PipelineShape,
    StageShape,
)
from crm.pipeline.models import LostReason, Pipeline, Stage

TAG = "Settings"


class Pipelines(Endpoint):
    tag = TAG

    @operation(Scope.SETTINGS_READ, "Pipelines with their stages", listing=PIPELINES)
    def get(self, call: Call) -> Any:
        return call.page(Pipeline.objects.all())


class OnePipeline(Endpoint):
    tag = TAG

    @operation(Scope.SETTINGS_READ, "A pipeline", out=PipelineShape)
    def get(self, call: Call, public_id: UUID) -> Any:
        return call.one(Pipeline.objects.filter(public_id=public_id))


class Stages(Endpoint):
    tag = TAG

    @operation(Scope.SETTINGS_READ, "Stages", listing=STAGE_LIST)
    def get(self, call: Call) -> Any:
        return call.page(Stage.objects.all())


class OneStage(Endpoint):
    tag = TAG

    @operation(Scope.SETTINGS_READ, "A stage", out=StageShape)
    def get(self, call: Call, public_id: UUID) -> Any:
        return call.one(Stage.objects.filter(public_id=public_id))


class LostReasons(Endpoint):
    tag = TAG

    @operation(Scope.SETTINGS_READ, "Why leads are lost", listing=LOST_REASONS)
    def get(self, call: Call) -> Any:
        return call.page(LostReason.objects.all())
