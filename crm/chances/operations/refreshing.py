"""Giving open leads their chance: one statement, whether for the lead that has just changed or for thousands."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from django.db import connection

from crm.chances.queries.standing import InUse, in_use
from crm.pipeline.models import Lead

_WRITE = """
    WITH counting(models) AS (
        SELECT coalesce(array_agg(id ORDER BY id), '{{}}') FROM crm_chancemodel
        WHERE current AND NOT EXISTS (SELECT 1 FROM crm_chancesettings WHERE NOT enabled)
    ),
    scored(lead_id, chance) AS ({scored}),
    changed AS (
        UPDATE crm_lead SET win_chance = scored.chance
        FROM unnest(%(ids)s::bigint[]) AS asked(lead_id) LEFT JOIN scored USING (lead_id)
        WHERE crm_lead.id = asked.lead_id AND crm_lead.win_chance IS DISTINCT FROM scored.chance
            AND (SELECT models FROM counting) = %(models)s::bigint[]
        RETURNING crm_lead.id, crm_lead.win_chance
    )
    SELECT (SELECT models FROM counting) = %(models)s::bigint[], array_agg(id), array_agg(win_chance) FROM changed
"""


def refresh(leads: Iterable[Lead], *, changed: Collection[str] | None = None) -> None:
    """Compute the chance of leads that are locked and saved, also on the instances; nothing, and no statement, where
    nothing was learned or none of the `changed` condition fields counts (None: whatever changed).
    """
    using = in_use()
    if not using.by_pipeline or (changed is not None and using.fields_used.isdisjoint(changed)):
        return
    by_id = {lead.pk: lead for lead in leads}
    pipelines = {lead.pipeline_id for lead in by_id.values()}
    for pk, chance in write(list(by_id), using, pipelines=pipelines if all(pipelines) else None).items():
        by_id[pk].win_chance = chance


def refresh_of(lead_id: int | None, *, changed: Collection[str]) -> None:
    """The same of one lead that nobody holds as an instance."""
    if lead_id is not None:
        refresh([Lead(pk=lead_id)], changed=changed)


def write(
    ids: Sequence[int], using: InUse | None = None, *, pipelines: Collection[int] | None = None
) -> dict[int, int | None]:
    """The chances that changed, by lead. `pipelines` of the leads, None for any. Models that another process has replaced
    meanwhile are read anew.
    """
    if not ids:
        return {}
    for _attempt in range(3):
        using = using or in_use()
        statement = using.statement(pipelines)
        with connection.cursor() as cursor:
            cursor.execute(
                _WRITE.format(scored=statement.sql),
                {**statement.params, "ids": list(ids), "models": list(statement.models)},
            )
            counts, changed, chances = cursor.fetchone()
        if counts:
            return dict(zip(changed or (), chances or (), strict=True))
        in_use.drop()
        using = None
    return {}
