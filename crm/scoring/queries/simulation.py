"""A version that does not count yet, over the real leads: nothing is written."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from core.conditions import Moment
from core.jobs.models import Job
from crm.contacts.models import ContactPoint
from crm.pipeline.models import Lead
from crm.scoring.effect import MOVERS, Effect, Mover
from crm.scoring.facts import KnownLead
from crm.scoring.queries.judging import book_values, judging
from crm.scoring.scoring import RuleBook, ScoreResult, score

SIMULATE = "crm.simulate"
"""Kind of the job that looks at all leads; its payload is {"mark": that of the draft}."""
SAMPLE = 10_000
CHUNK = 20_000

_EFFECT = """
    SELECT jsonb_build_object(
        'scores', (SELECT jsonb_agg(jsonb_build_array(score_was, total, leads)) FROM
            (SELECT score_was, total, count(*) AS leads FROM outcome WHERE kind = 'open' GROUP BY 1, 2) AS pairs),
        'won', (SELECT jsonb_agg(jsonb_build_array(score_was, total, leads)) FROM
            (SELECT score_was, total, count(*) AS leads FROM outcome WHERE kind = 'won' GROUP BY 1, 2) AS pairs),
        'lost', (SELECT jsonb_agg(jsonb_build_array(score_was, total, leads)) FROM
            (SELECT score_was, total, count(*) AS leads FROM outcome WHERE kind = 'lost' GROUP BY 1, 2) AS pairs),
        'outcomes', (SELECT jsonb_agg(jsonb_build_array(was, qualification, leads)) FROM
            (SELECT was, qualification, count(*) AS leads FROM outcome WHERE kind = 'open' GROUP BY 1, 2) AS pairs),
        'grades', (SELECT jsonb_agg(jsonb_build_array(grade_was, grade, leads)) FROM
            (SELECT grade_was, grade, count(*) AS leads FROM outcome WHERE kind = 'open' GROUP BY 1, 2) AS pairs),
        'movers', (SELECT jsonb_agg(jsonb_build_array(lead_id, score_was, total)) FROM
            (SELECT lead_id, score_was, total FROM outcome WHERE kind = 'open' AND total <> score_was
                ORDER BY abs(total - score_was) DESC, lead_id LIMIT %(movers)s) AS most)
    )
"""


def effect_on(leads: QuerySet[Lead], book: RuleBook, at: Moment) -> Effect:
    """What the book would do to these leads; one statement."""
    sql, params = judging(leads.order_by(), book, at)
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {sql} {_EFFECT}", {**book_values(book), **params, "movers": MOVERS})
        return Effect.of_json(json.loads(cursor.fetchone()[0]))


@dataclass(frozen=True)
class Sampled:
    """`share` of all leads was looked at, 1 for all of them."""

    effect: Effect
    share: float


def sampled_effect(book: RuleBook, at: Moment, size: int = SAMPLE) -> Sampled:
    """About `size` leads taken at random by pages of the table, all where there are not many more; two
    statements.
    """
    leads = Lead.objects.all()
    about = _estimated()
    if about <= 2 * size:
        return Sampled(effect_on(leads, book, at), 1.0)
    share = size / about
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM crm_lead TABLESAMPLE SYSTEM (%s) REPEATABLE (1)", [share * 100])
        ids = [row[0] for row in cursor.fetchall()]
    return Sampled(effect_on(leads.filter(pk__in=ids), book, at) if ids else Effect(), share)


def _estimated() -> int:
    """How many leads the statistics know of; no COUNT."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE relname = 'crm_lead'")
        return int(cursor.fetchone()[0])


def simulation(mark: str) -> Job | None:
    """The job that looks at all leads with exactly this draft."""
    return Job.objects.filter(kind=SIMULATE, payload__mark=mark).order_by("-pk").first()


@dataclass(frozen=True)
class Turned:
    """A rule that gives a lead other points in the draft than it gives now."""

    name: str
    before: int
    after: int

    @property
    def change(self) -> int:
        return self.after - self.before


@dataclass(frozen=True)
class MoverLine:
    mover: Mover
    lead: Lead
    turned: list[Turned]


def mover_lines(movers: Sequence[Mover], before: RuleBook, after: RuleBook, at: Moment) -> list[MoverLine]:
    """The leads that change most, each with the rules that now hold or fail; three statements and the fields'
    own.
    """
    leads = Lead.objects.select_related("contact", "contact__company", "stage").in_bulk(
        [mover.lead_id for mover in movers]
    )
    points = _points([lead.contact_id for lead in leads.values()])
    lines = []
    for mover in movers:
        lead = leads.get(mover.lead_id)
        if lead is not None:
            known = KnownLead(lead, points.get(lead.contact_id, {}))
            lines.append(MoverLine(mover, lead, turned(score(known, before, at), score(known, after, at))))
    return lines


def _points(contacts: Sequence[int]) -> Mapping[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    for row in ContactPoint.objects.filter(contact__in=contacts).order_by("-id"):
        found.setdefault(row.contact_id, {})[row.kind] = row.value
    return found


def turned(before: ScoreResult, after: ScoreResult) -> list[Turned]:
    """What differs between two judgements of one lead, the greatest first."""
    old, new = _given(before), _given(after)
    found = []
    for key in dict.fromkeys([*new, *old]):
        one, other = old.get(key, ("", 0)), new.get(key, ("", 0))
        if one[1] != other[1]:
            found.append(Turned(other[0] or one[0], one[1], other[1]))
    return sorted(found, key=lambda each: -abs(each.change))


def _given(result: ScoreResult) -> dict[tuple[UUID, str], tuple[str, int]]:
    lines: dict[Any, tuple[str, int]] = {
        (line.rule.key, line.rule.group): (line.rule.name, line.points) for line in result.lines
    }
    cuts = {(cut.section.key, cut.section.group): (cut.section.name, cut.points) for cut in result.cuts}
    return {**lines, **cuts}
