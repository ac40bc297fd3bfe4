from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count
from django.utils.translation import gettext as _

from crm.actions.registry import Offered, in_words
from crm.pipeline.models import Lead, LostReason, Pipeline, Stage
from crm.pipeline.queries import pipelines
from crm.pipeline.wants import offered as wanted


@dataclass(frozen=True)
class StageLine:
    """`asks` and `does` in words; `faults` are what can no longer work. `moving` to the stage that takes the leads, where
    this one is being removed.
    """

    stage: Stage
    leads: int
    asks: list[str]
    does: list[str]
    faults: list[str]
    moving: str = ""

    @property
    def is_over(self) -> bool:
        return self.stage.wip_limit is not None and self.leads > self.stage.wip_limit


@dataclass(frozen=True)
class PipelineCard:
    pipeline: Pipeline
    stages: list[StageLine]

    @property
    def is_moving(self) -> bool:
        return any(line.moving for line in self.stages)

    @property
    def leads(self) -> int:
        return sum(line.leads for line in self.stages)


def pipeline_cards() -> list[PipelineCard]:
    """All pipelines with their stages, how many leads stand in each, what it asks for and does; at most six queries."""
    rows = Lead.objects.order_by().values("stage").annotate(count=Count("pk")).values_list("stage", "count")
    counts, offered = dict(rows), Offered()
    found = []
    for pipeline in pipelines():
        stages = sorted(pipeline.stages.all(), key=lambda each: (each.position, each.pk))
        names = {stage.pk: stage.name for stage in stages}
        found.append(
            PipelineCard(
                pipeline, [_line(stage, counts.get(stage.pk, 0), names, offered) for stage in stages]
            )
        )
    return found


def _line(stage: Stage, leads: int, names: Mapping[int, str], offered: Offered) -> StageLine:
    wants = wanted() if stage.required else {}
    does, faults = [], []
    for each in stage.actions:
        words, fault = in_words(each["action"], each["settings"], offered)
        does.append(words)
        faults += [fault] if fault else []
    gone = [key for key in stage.required if key not in wants]
    faults += [_("It asks for “%(key)s”, which is gone.") % {"key": key} for key in gone]
    asks = [str(wants[key].label) for key in stage.required if key in wants]
    moving = names.get(stage.leaving_for_id, "") if stage.leaving_for_id else ""
    return StageLine(stage, leads, asks, does, faults, moving)


def reasons() -> list[LostReason]:
    """Those in use first."""
    return list(LostReason.objects.order_by("-active", "id"))
