"""Learning from closed leads: the facts are read once into a table of the transaction, everything else is counted there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from core.conditions import Field, FieldType
from crm.chances import bayes, binning
from crm.chances.models import ChanceModel, ChanceSettings
from crm.chances.queries.fields import usable
from crm.chances.queries.placing import Params, columns, facts_sql, place_sql
from crm.chances.queries.standing import ENOUGH, WINDOW, in_use
from crm.scoring.queries import moment

FOLDS = 5
MOST = 200_000
"""The newest so many closed leads are enough."""
_LOCK = 0x6368616E
_CLOSED = """
    SELECT lead.id, lead.contact_id, lead.pipeline_id, lead.stage_kind, lead.closed_at, lead.source, lead.campaign,
        lead.goal,
        CASE WHEN EXISTS (SELECT 1 FROM crm_leadanswer AS later WHERE later.lead_id = lead.id
                AND (later.created_at > lead.closed_at OR later.superseded_at > lead.closed_at))
            THEN (SELECT coalesce(jsonb_object_agg(criterion.key, answer.value), '{{}}')
                FROM crm_leadanswer AS answer JOIN crm_criterion AS criterion ON criterion.id = answer.criterion_id
                WHERE answer.lead_id = lead.id AND answer.created_at <= lead.closed_at
                    AND (answer.superseded_at IS NULL OR answer.superseded_at > lead.closed_at))
            ELSE lead.answers END AS answers,
        {kept},
        coalesce(lead.known_at_close->>'customer_channel', lead.customer_channel) AS customer_channel
    FROM crm_lead AS lead WHERE lead.closed_at > {since} AND lead.closed_at <= {until}
    ORDER BY lead.closed_at DESC LIMIT {most}
"""
"""The closed leads as they were when they closed: an answer that came later does not count, nor does a message."""
_KEPT = ("customer_messages", "customer_words", "customer_replies", "customer_reply_seconds", "call_count")


@dataclass(frozen=True)
class Scope:
    """The leads of one pipeline, or all."""

    pipeline_id: int | None
    won: int
    lost: int

    @property
    def is_enough(self) -> bool:
        return min(self.won, self.lost) >= ENOUGH

    @property
    def where(self) -> str:
        return "TRUE" if self.pipeline_id is None else f"pipeline_id = {int(self.pipeline_id)}"


@transaction.atomic
def learn(*, now: datetime) -> list[ChanceModel]:
    """New versions for all leads together and for each pipeline that has enough of its own; none where there are too
    few. Earlier versions no longer count. One learns at a time.
    """
    fields = usable()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        _gather(cursor, list(fields.values()), now)
        models = [_learned(cursor, fields, scope, now) for scope in _scopes(cursor) if scope.is_enough]
        cursor.execute("DROP TABLE chance_facts")
    ChanceModel.objects.filter(current=True).update(current=False)
    version = ChanceModel.objects.aggregate(last=Max("version"))["last"] or 0
    for number, model in enumerate(models, version + 1):
        model.version = number
    ChanceModel.objects.bulk_create(models)
    ChanceSettings.objects.update_or_create(pk=1, defaults={"looked_at": now})
    in_use.forget()
    return models


def _gather(cursor: Any, fields: Sequence[Field], now: datetime) -> None:
    params = Params()
    names = ", ".join(["lead_id", "pipeline_id", "kind", *columns(fields)])
    kept = ",\n".join(
        f"coalesce((lead.known_at_close->>'{name}')::bigint, lead.{name}) AS {name}" for name in _KEPT
    )
    source = _CLOSED.format(
        kept=kept, since=params.put(now - WINDOW), until=params.put(now), most=params.put(MOST)
    )
    facts = facts_sql(fields, moment(now), source, params)
    cursor.execute(
        f"CREATE TEMPORARY TABLE chance_facts ON COMMIT DROP AS SELECT *, kind = 'won' AS won, "  # noqa: S608
        f"(hashint8(lead_id) & 2147483647) %% {FOLDS} AS fold FROM ({facts}) AS facts({names})",
        params.values,
    )
    cursor.execute("ANALYZE chance_facts")


def _scopes(cursor: Any) -> list[Scope]:
    cursor.execute(
        "SELECT pipeline_id, count(*) FILTER (WHERE won), count(*) FILTER (WHERE NOT won) FROM chance_facts "
        "GROUP BY GROUPING SETS ((), (pipeline_id)) ORDER BY pipeline_id NULLS FIRST"
    )
    return [Scope(*row) for row in cursor.fetchall()]


def _learned(cursor: Any, fields: Mapping[str, Field], scope: Scope, now: datetime) -> ChanceModel:
    cut = dict(enumerate(_binnings(cursor, list(fields.values()), scope)))
    counted = _counted(cursor, cut, scope)
    whole = _tallies(cut, counted, leave_out=None)
    folds = _held_out(cursor, cut, counted, scope)
    line = bayes.fit_line([heap for fold in folds for heap in fold])
    model = bayes.train(scope.won, scope.lost, [whole[number] for number in cut]).along(line)
    foretold = bayes.held_out(folds)
    judged = bayes.quality(foretold)
    return ChanceModel(
        pipeline_id=scope.pipeline_id,
        trained_at=now,
        since=now - WINDOW,
        won=scope.won,
        lost=scope.lost,
        base=model.base,
        slope=line.slope,
        features=[
            {"field": key, **cut[number].to_json(), "counts": whole[number], "weights": model.weights[number]}
            for number, key in enumerate(fields)
        ],
        calibration=[asdict(tenth) for tenth in bayes.tenths(foretold)],
        **asdict(judged),
    )


def _binnings(cursor: Any, fields: Sequence[Field], scope: Scope) -> list[binning.Binning]:
    count = binning.parts(min(scope.won, scope.lost))
    return [_binning(cursor, number, field, scope, count) for number, field in enumerate(fields)]


def _binning(cursor: Any, number: int, field: Field, scope: Scope, count: int) -> binning.Binning:
    if field.type in binning.NAMED:
        cursor.execute(
            f"SELECT f{number}::text, count(*) FROM chance_facts WHERE {scope.where} GROUP BY 1"  # noqa: S608
        )
        return binning.names({name or "": leads for name, leads in cursor.fetchall()})
    if field.type in binning.KNOWN:
        return binning.Known()
    where, currency = scope.where, ""
    if field.type is FieldType.MONEY:
        cursor.execute(
            f"SELECT mode() WITHIN GROUP (ORDER BY c{number}) FROM chance_facts WHERE {where}"  # noqa: S608
        )
        currency = cursor.fetchone()[0] or ""
        where += f" AND c{number} = %(currency)s"
    quantiles = [part / count for part in range(1, count)]
    cursor.execute(
        f"SELECT percentile_disc(%(quantiles)s::float8[]) WITHIN GROUP (ORDER BY f{number}::numeric), "  # noqa: S608
        f"min(f{number})::numeric FROM chance_facts WHERE {where}",
        {"quantiles": quantiles, "currency": currency},
    )
    edges, lowest = cursor.fetchone()
    return binning.ranges([edge for edge in edges or () if edge is not None], lowest, currency)


Cell = tuple[int, int, bool, int]
"""Number of the feature, fold, whether won, place."""


def _counted(cursor: Any, cut: Mapping[int, binning.Binning], scope: Scope) -> Mapping[Cell, int]:
    """How many leads stand at each place: one statement for all features."""
    params = Params()
    places = ", ".join(place_sql(number, each, params) for number, each in cut.items())
    cursor.execute(
        f"SELECT number - 1, fold, won, place, count(*) FROM chance_facts, "  # noqa: S608
        f"unnest(ARRAY[{places}]::int[]) WITH ORDINALITY AS standing(place, number) "
        f"WHERE {scope.where} GROUP BY 1, 2, 3, 4",
        params.values,
    )
    return {(row[0], row[1], row[2], row[3]): row[4] for row in cursor.fetchall()}


def _tallies(
    cut: Mapping[int, binning.Binning], counted: Mapping[Cell, int], leave_out: int | None
) -> dict[int, list[bayes.Tally]]:
    """By feature and place, without the leads of one fold."""
    found = {number: [[0, 0] for _place in range(each.size)] for number, each in cut.items()}
    for (number, fold, won, place), count in counted.items():
        if fold != leave_out:
            found[number][place][0 if won else 1] += count
    return {number: [(won, lost) for won, lost in places] for number, places in found.items()}


def _held_out(
    cursor: Any, cut: Mapping[int, binning.Binning], counted: Mapping[Cell, int], scope: Scope
) -> list[list[bayes.Heap]]:
    """For every fold what the others foretell of it, in steps of a fiftieth of log-odds: one statement."""
    trained = [_of_others(cut, counted, fold) for fold in range(FOLDS)]
    flat = {number: [weight for model in trained for weight in model.weights[number]] for number in cut}
    params = Params()
    terms = [
        f"({params.put(flat[number])}::float8[])[fold * {each.size} + {place_sql(number, each, params)} + 1]"
        for number, each in cut.items()
    ]
    base = f"({params.put([model.base for model in trained])}::float8[])[fold + 1]"
    cursor.execute(
        f"SELECT fold, round(({' + '.join([base, *terms])}) * 50)::int, count(*) FILTER (WHERE won), "  # noqa: S608
        f"count(*) FILTER (WHERE NOT won) FROM chance_facts WHERE {scope.where} GROUP BY 1, 2 ORDER BY 1, 2",
        params.values,
    )
    folds: dict[int, list[bayes.Heap]] = defaultdict(list)
    for fold, step, won, lost in cursor.fetchall():
        folds[fold].append(bayes.Heap(step / 50, won, lost))
    return [folds[fold] for fold in range(FOLDS)]


def _of_others(cut: Mapping[int, binning.Binning], counted: Mapping[Cell, int], fold: int) -> bayes.Model:
    tallies = _tallies(cut, counted, leave_out=fold)
    first: Sequence[bayes.Tally] = tallies[0] if tallies else ()
    won, lost = (sum(tally[side] for tally in first) for side in (0, 1))
    return bayes.train(won, lost, [tallies[number] for number in cut])
