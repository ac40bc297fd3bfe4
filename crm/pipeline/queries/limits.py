"""How full the stages are that have a limit."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count

from crm.pipeline.models import Lead, Stage


def standing_in(stages: Iterable[Stage]) -> dict[int, int]:
    """How many leads stand in each stage that has a limit, whoever may see them; one query, none without such a stage."""
    limited = [stage.pk for stage in stages if stage.wip_limit is not None]
    if not limited:
        return {}
    rows = Lead.objects.filter(stage__in=limited).order_by().values("stage")
    counts = dict(rows.annotate(count=Count("pk")).values_list("stage", "count"))
    return {pk: counts.get(pk, 0) for pk in limited}
