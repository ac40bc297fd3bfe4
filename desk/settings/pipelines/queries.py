from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count

from crm.pipeline.models import Lead, LostReason, Pipeline, Stage
from crm.pipeline.queries import pipelines


@dataclass(frozen=True)
class StageLine:
    stage: Stage
    leads: int


@dataclass(frozen=True)
class PipelineCard:
    pipeline: Pipeline
    stages: list[StageLine]

    @property
    def leads(self) -> int:
        return sum(line.leads for line in self.stages)


def pipeline_cards() -> list[PipelineCard]:
    """All pipelines with their stages and how many leads stand in each; three queries."""
    rows = Lead.objects.order_by().values("stage").annotate(count=Count("pk")).values_list("stage", "count")
    counts = dict(rows)
    return [
        PipelineCard(
            pipeline,
            [
                StageLine(stage, counts.get(stage.pk, 0))
                for stage in sorted(pipeline.stages.all(), key=lambda each: (each.position, each.pk))
            ],
        )
        for pipeline in pipelines()
    ]


def reasons() -> list[LostReason]:
    """Those in use first."""
    return list(LostReason.objects.order_by("-active", "id"))
