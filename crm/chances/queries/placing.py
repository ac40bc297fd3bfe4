"""The places of many leads' values in SQL, as `crm.chances.binning` finds them one by one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from django.db.models import F
from django.db.models.expressions import Combinable

from core.conditions import Field, FieldType, Moment, MoneyOrm
from core.conditions.sql import column_of
from crm.chances.binning import Binning, Names, Ranges
from crm.pipeline.models import Lead

_PLACEHOLDER = re.compile("%[s%]")


@dataclass
class Params:
    """Values of a statement by names that do not collide."""

    values: dict[str, Any] = field(default_factory=dict)

    def put(self, value: Any) -> str:
        name = f"p{len(self.values)}"
        self.values[name] = value
        return f"%({name})s"


def columns(fields: Sequence[Field]) -> list[str]:
    """f0, f1, ... as `facts_sql` selects them; money has its currency beside it, as c1."""
    found = []
    for place, each in enumerate(fields):
        found.append(f"f{place}")
        if each.type is FieldType.MONEY:
            found.append(f"c{place}")
    return found


def facts_sql(fields: Sequence[Field], at: Moment, source: str, params: Params) -> str:
    """A SELECT of lead, pipeline, outcome and the `columns` of every lead of `source`, a SELECT that stands for the
    table of leads.
    """
    wanted: list[Combinable] = []
    for each in fields:
        if isinstance(each.orm, MoneyOrm):
            wanted += [column_of(each.orm.amount, at), column_of(each.orm.currency, at)]
        else:
            wanted.append(column_of(each.orm, at))
    named = {f"fact_{place}": expression for place, expression in enumerate(wanted)}
    rows = Lead.objects.order_by().annotate(**cast("Any", named))
    sql, given = rows.values_list("pk", "pipeline_id", "stage_kind", *map(F, named)).query.sql_with_params()
    values = iter(given)
    sql = _PLACEHOLDER.sub(lambda found: params.put(next(values)) if found[0] == "%s" else found[0], sql)
    return f"WITH crm_lead AS ({source}) {sql}"


def place_sql(number: int, binning: Binning, params: Params) -> str:
    """The place of column f<number>."""
    column = f"f{number}"
    text = f"coalesce({column}::text, '')"
    if isinstance(binning, Names):
        found = f"array_position({params.put(list(binning.values))}::text[], {column}::text) - 1"
        return f"CASE WHEN {text} = '' THEN {binning.size - 1} ELSE coalesce({found}, {binning.size - 2}) END"
    if isinstance(binning, Ranges):
        edges = params.put(list(binning.edges))
        found = f"width_bucket({column}::numeric, {edges}::numeric[])" if binning.edges else "0"
        other = ""
        if binning.currency:
            other = f" WHEN c{number} <> {params.put(binning.currency)} THEN {binning.size - 2}"
        return f"CASE WHEN {column} IS NULL THEN {binning.size - 1}{other} ELSE {found} END"
    return f"CASE WHEN {text} = '' THEN 1 ELSE 0 END"


def sum_sql(binnings: Mapping[int, Binning], weights: Mapping[int, Sequence[float]], params: Params) -> str:
    """What the places weigh together; by number of the column."""
    terms = [
        f"({params.put(list(weights[number]))}::float8[])[{place_sql(number, binning, params)} + 1]"
        for number, binning in binnings.items()
    ]
    return " + ".join(terms) or "0::float8"
